"""Bind: a channel hears a team's or a customer's alerts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from handlers.commands import COMMANDS
from messages.abilities import PlaceKind
from messages.incoming import Place
from scoring.model import Platform
from scoring.permissions import PlaceScope
from storage.store import Store
from tests.chatting import Chat
from tests.sample_book import RULES, SampleBook

OTHER = Place(Platform.SLACK, "C042", PlaceScope.SHARED, PlaceKind.SLACK_CHANNEL, "huawei-renewals")


@pytest.mark.parametrize(
    ("line", "team", "account_id"),
    [
        ("bind team 华东", "华东", None),
        ("绑定 团队 华东", "华东", None),
        ("bind customer 华为", None, 1),
        ("绑定 客户 hwjs", None, 1),
    ],
)
async def test_a_lead_binds_the_channel_it_is_said_in(
    chat: Chat, line: str, team: str | None, account_id: int | None
) -> None:
    reply = await chat(line, as_="Ada Park", place=OTHER)
    assert not reply.refused, reply.text
    async with chat.store.read() as tx:
        bound = await tx.bindings.of_place("slack", "C042")
    assert bound is not None
    assert (bound.team, bound.account_id) == (team, account_id)


async def test_a_bound_channel_hears_the_next_alerts(chat: Chat) -> None:
    await chat("bind customer 华为", as_="Ada Park", place=OTHER)
    await chat.tick()
    heard = [row.contract_id for row in await chat.outbox("milestone") if row.place == "C042"]
    assert heard == [1]


async def test_team_and_customer_can_both_be_bound_and_undone(chat: Chat) -> None:
    await chat("bind team 华东", as_="Ada Park", place=OTHER)
    await chat("bind customer 华为", as_="Ada Park", place=OTHER)
    async with chat.store.read() as tx:
        bound = await tx.bindings.of_place("slack", "C042")
    assert bound is not None
    assert (bound.team, bound.account_id) == ("华东", 1)
    assert not (await chat("bind off", as_="Ada Park", place=OTHER)).refused
    assert (await chat("bind off", as_="Ada Park", place=OTHER)).refused


@pytest.mark.parametrize(
    ("line", "who", "place"),
    [
        ("bind team 华东", "李雷", OTHER),
        ("bind team 华北", "Ada Park", OTHER),
        ("bind customer 燕山石化", "Ada Park", OTHER),
        ("bind team 华西", "Ada Park", OTHER),
        ("bind team 华东", "Ada Park", "dm"),
        ("bind team 华东", "Ada Park", "terminal"),
        ("bind team", "Ada Park", OTHER),
    ],
)
async def test_what_may_not_be_bound(chat: Chat, line: str, who: str, place: str | Place) -> None:
    assert (await chat(line, as_=who, place=place)).refused
    async with chat.store.read() as tx:
        assert await tx.bindings.everywhere() == []


async def test_another_teams_channel_is_not_taken_over(chat: Chat) -> None:
    await chat("bind team 华北", as_="Root Chen", place=OTHER)
    for line in ("bind off", "bind team 华东"):
        assert (await chat(line, as_="Ada Park", place=OTHER)).refused


GROUP = Place(Platform.WECOM, "group:wrG1", PlaceScope.SHARED, PlaceKind.WECOM_AIBOT_GROUP)


@pytest.fixture
async def ada(store: Store, chat: Chat) -> None:
    """The lead is on WeCom, too."""
    async with store.begin() as tx:
        await tx.people.change(
            chat.book.people["Ada Park"], {"wecom_id": "stranger-ada", "locale": "zh_CN"}
        )


async def says(chat: Chat, line: str) -> str:
    reply = await chat(line, as_="Ada", place=GROUP)
    assert not reply.refused, reply.text
    return reply.text


@pytest.mark.usefixtures("ada")
async def test_a_group_of_the_ai_bot_is_bound_and_told_what_comes(
    store: Store, book: SampleBook
) -> None:
    chat = Chat(store, COMMANDS, book, RULES)
    said = await says(chat, "绑定 团队 华东")
    assert "以后会发到这里" in said
    assert "群里不显示金额" in said
    assert "长连接" not in said
    await chat.tick()
    assert "group:wrG1" in {row.place for row in await chat.outbox("milestone")}


@pytest.mark.usefixtures("ada")
async def test_where_the_bot_only_answers_that_is_said_at_once(
    store: Store, book: SampleBook
) -> None:
    chat = Chat(store, COMMANDS, book, replace(RULES, wecom_bot_pushes=False))
    assert "不能主动推送" in await says(chat, "绑定 客户 华为")


@pytest.mark.usefixtures("ada")
async def test_where_amounts_are_open_they_are_not_said_to_be_hidden(
    store: Store, book: SampleBook
) -> None:
    chat = Chat(store, COMMANDS, book, replace(RULES, amounts_in_shared_places=True))
    assert "金额" not in await says(chat, "绑定 团队 华东")
