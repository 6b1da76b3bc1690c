"""Alerts in a channel call the owner by mention; nothing a customer is named calls anybody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from handlers.announcing import compose
from messages.abilities import PlaceKind
from messages.i18n import Phrasebook
from messages.model import Message
from messages.render.check import check_slack, check_wecom
from messages.render.slack import render_slack
from messages.render.wecom import render_wecom
from scoring.model import Locale
from storage.store import Store
from tests.chatting import Chat


async def alerts(chat: Chat, place: str, *numbers: str) -> Message:
    """What a place is told of the alerts of these contracts."""
    contracts = {chat.book.contracts[number] for number in numbers}
    rows = [
        row
        for row in await chat.outbox("milestone")
        if row.place == place and row.contract_id in contracts
    ]
    async with chat.store.read() as tx:
        composed = await compose(tx, rows, chat.now, chat.rules)
    assert composed.message is not None
    return composed.message


def in_slack(chat: Chat, message: Message) -> str:
    drawn = [
        part.payload() for part in render_slack(message, Phrasebook(Locale.ZH, chat.rules.zone))
    ]
    for payload in drawn:
        assert check_slack(payload) == []
    return json.dumps(drawn, ensure_ascii=False)


def live(value: Any) -> Iterator[str]:
    """The texts that Slack reads markup in."""
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield value["text"]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from live(item)


def in_wecom(chat: Chat, message: Message) -> str:
    book = Phrasebook(Locale.ZH, chat.rules.zone)
    payloads = render_wecom(message, PlaceKind.WECOM_ROBOT, book)
    for payload in payloads:
        assert check_wecom(payload, PlaceKind.WECOM_ROBOT) == []
    return json.dumps(payloads, ensure_ascii=False)


async def test_the_card_calls_the_owner_on_each_platform(chat: Chat) -> None:
    await chat.tick()
    assert "<@U1LILEI>" in in_slack(chat, await alerts(chat, "#renewals-east", "HT-1"))
    assert "<@lilei>" in in_wecom(chat, await alerts(chat, "robot:east", "HT-1"))


async def test_who_works_on_it_is_called_beside_the_owner(chat: Chat) -> None:
    await chat.tick()
    await chat(f"claim {await chat.code('HT-1')}", as_="韩梅梅")
    drawn = in_slack(chat, await alerts(chat, "#renewals-east", "HT-1"))
    assert drawn.count("<@U1LILEI>") == drawn.count("<@U2HMM>") == 1


async def test_an_owner_who_works_on_it_is_called_once(chat: Chat) -> None:
    await chat.tick()
    await chat(f"claim {await chat.code('HT-1')}")
    assert in_slack(chat, await alerts(chat, "#renewals-east", "HT-1")).count("U1LILEI") == 1


async def test_a_list_calls_each_owner_in_their_row(chat: Chat) -> None:
    await chat.tick()
    message = await alerts(chat, "#renewals-east", "HT-1", "HT-3")
    drawn = in_slack(chat, message)
    assert {"U1LILEI", "U2HMM"} <= {part for part in drawn.split('"') if part.startswith("U")}
    assert "未认领" in drawn
    assert "李雷" in in_wecom(chat, message)  # a table there calls nobody


async def test_in_a_direct_chat_nobody_is_called(chat: Chat) -> None:
    await chat.tick()
    message = await alerts(chat, "user:lilei", "HT-1")
    assert not any("mention=Mention" in repr(block) for block in message.blocks)


async def test_who_left_is_not_called(store: Store, chat: Chat) -> None:
    await chat.tick()
    async with store.begin() as tx:
        await tx.people.leave(chat.book.people["李雷"], on=chat.today)
    assert "U1LILEI" not in in_slack(chat, await alerts(chat, "#renewals-east", "HT-1"))


@pytest.mark.parametrize("name", ["<!channel>", "<@U2HMM>", "@所有人", "<!here|x>"])
async def test_a_customers_name_calls_nobody(store: Store, chat: Chat, name: str) -> None:
    await chat.tick()
    async with store.begin() as tx:
        account = chat.book.accounts["华为技术有限公司"]
        await tx.accounts.change(account, {"name": f"华为 {name}"})
    drawn = json.loads(in_slack(chat, await alerts(chat, "#renewals-east", "HT-1")))
    assert not any(name in text for text in live(drawn))
    assert name not in json.dumps([part["text"] for part in drawn]) or "<" not in name
