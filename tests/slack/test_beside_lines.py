"""Searches, shortcuts, pins and links: what is answered without anybody having typed a line."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.slack.heard import (
    HomeOpened,
    Joined,
    LinkShared,
    PersonChanged,
    Reacted,
    Removed,
    Shortcut,
    Sought,
)
from bot.slack.heard import Unheeded as Nothing
from bot.slack.surface import LOG_AS_TOUCH, LOOK_UP
from storage.store import Store
from tests.sample_book import RULES, SampleBook
from tests.slack.answered import words_in
from tests.slack.directory import account
from tests.slack.house import EAST, LILEI, VERA, House, house
from tests.wecom.dialogues import ticked_book


@pytest.fixture
async def book(store: Store) -> SampleBook:
    """The sample book with every renewal opened."""
    return await ticked_book(store)


async def found(home: House, text: str, user: str = LILEI, what: str = "customer") -> list[str]:
    answer = await home.hear(Sought("b1", home.where(user), f"search:{what}", text))
    return [option["text"]["text"] for option in (answer or {})["options"]]


@pytest.mark.parametrize("typed", ["华", "hw", "HUAWEI"])
async def test_customers_are_found_while_one_types(
    store: Store, book: SampleBook, typed: str
) -> None:
    async with house(store) as home:
        assert "华为技术有限公司" in await found(home, typed)


async def test_nobody_finds_what_they_may_not_read(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        assert await found(home, "燕山", VERA) == []
        home.slack.users["U9GUEST"] = {"id": "U9GUEST", "team_id": "T1", "is_restricted": True}
        assert await found(home, "华为", "U9GUEST") == []
        assert await found(home, "华为", "U9NOBODY") == []


async def test_a_search_for_nothing_of_ours_finds_nothing(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        answer = await home.hear(Sought("b1", home.where(), "theirs", "华"))
        assert answer == {"options": []}


async def test_the_shortcut_everywhere_asks_for_a_customer_and_shows_them(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        await home.hear(Shortcut("s1", home.where(channel=""), LOOK_UP, trigger="t1"))
        (opened,) = home.slack.asked("views.open")
        ack = await home.hear(home.submit(opened["view"], {"customer": "A#1"}))
        assert ack is not None
        assert ack["response_action"] == "update"
        assert "华为技术" in words_in(ack["view"])


def on_message(home: House, text: str, **more: Any) -> Shortcut:
    return Shortcut(
        "s2",
        replace(home.where(), message="1795200000.000001"),
        LOG_AS_TOUCH,
        trigger="t2",
        response_url=home.url("shortcut"),
        text=text,
        ts="1795200000.000001",
        author="U2HMM",
        at=home.clock.now,
        **more,
    )


async def test_a_message_that_names_its_customer_is_filed(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        for _ in range(2):
            await home.hear(on_message(home, "和华为的王总电话聊了，预算Q3定"))
        assert len(home.slack.responses) == 1
        assert "华为" in words_in(home.slack.responses[0][1])


async def test_a_message_that_names_nobody_is_asked_about(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        await home.hear(on_message(home, "聊得不错，下周再约"))
        (opened,) = home.slack.asked("views.open")
        view = opened["view"]
        assert "下周再约" not in view["private_metadata"]
        asked = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
        assert "customer" in asked
        ack = await home.hear(home.submit(view, {"customer": "A#1"}))
        assert ack == {"response_action": "clear"}
        await home.settled()
        assert "华为" in words_in(home.slack.responses[-1][1])


def pinned(home: House, name: str = "pushpin", user: str = LILEI, number: str = "Ev1") -> Reacted:
    ts = "1795200000.000002"
    where = replace(home.where(user, EAST), message=ts)
    return Reacted(number, where, name, ts, "U2HMM")


async def test_a_pin_files_the_message_under_it_once(store: Store, book: SampleBook) -> None:
    async with house(store) as home, house(store, slack=home.slack) as replica:
        home.slack.messages["1795200000.000002"] = "和华为的王总电话聊了，预算Q3定"
        for one in (home, replica, home):
            await one.hear(pinned(home))
            await one.settled()
        (said,) = home.slack.asked("chat.postEphemeral")
        assert "华为" in words_in(said)


@pytest.mark.parametrize(("name", "user"), [("eyes", LILEI), ("pushpin", "U9NOBODY")])
async def test_other_emojis_and_other_people_are_left_in_peace(
    store: Store, book: SampleBook, name: str, user: str
) -> None:
    async with house(store) as home:
        home.slack.messages["1795200000.000002"] = "和华为的王总电话聊了"
        home.slack.users["U9NOBODY"] = account("U9NOBODY", name="New Here")
        await home.hear(pinned(home, name, user))
        assert home.slack.asked("chat.postEphemeral") == []
        assert home.slack.asked("chat.postMessage") == []


async def test_another_reaction_may_be_the_one_that_files(store: Store, book: SampleBook) -> None:
    async with house(store, pin="memo") as home:
        home.slack.messages["1795200000.000002"] = "和华为的王总电话聊了"
        await home.hear(pinned(home))
        assert home.slack.asked("chat.postEphemeral") == []
        await home.hear(pinned(home, "memo::skin-tone-2"))
        assert "华为" in words_in(home.slack.asked("chat.postEphemeral"))


@pytest.mark.parametrize(
    ("error", "words"), [("not_in_channel", "/invite"), ("ratelimited", "请稍后再试")]
)
async def test_a_pin_under_what_cannot_be_read_is_explained(
    store: Store, book: SampleBook, error: str, words: str
) -> None:
    async with house(store) as home:
        home.slack.refuse("conversations.history", error)
        await home.hear(pinned(home))
        assert words in words_in(home.slack.asked("chat.postEphemeral"))


async def test_a_pin_in_a_thread_is_found_there(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        home.slack.messages["1795200000.000002"] = "和华为的王总电话聊了"
        home.slack.scripts["conversations.history"].append({"ok": True, "messages": []})
        await home.hear(pinned(home))
        assert "华为" in words_in(home.slack.asked("chat.postEphemeral"))


HERE = replace(RULES, public_url="https://bot.example")


async def test_links_to_customers_are_previewed_without_amounts(
    store: Store, book: SampleBook
) -> None:
    async with (
        house(store, rules=HERE) as home,
        house(store, rules=HERE, slack=home.slack) as replica,
    ):
        urls = ("https://bot.example/c/A-1", "https://bot.example/c/A-7", "https://x.example/")
        shared = LinkShared("Ev2", home.where(), urls, ts="1795200000.000003")
        for one in (home, replica, home):
            await one.hear(shared)
        (unfurl,) = home.slack.asked("chat.unfurl")
        assert (unfurl["channel"], unfurl["ts"]) == (EAST, "1795200000.000003")
        assert list(unfurl["unfurls"]) == ["https://bot.example/c/A-1"]
        words = words_in(list(unfurl["unfurls"].values()))
        assert "华为" in words
        assert "120" not in words


async def test_a_link_in_a_message_that_is_being_written_is_previewed(
    store: Store, book: SampleBook
) -> None:
    async with house(store, rules=HERE) as home:
        urls = ("https://bot.example/c/A-1",)
        shared = LinkShared("Ev2", home.where(), urls, unfurl_id="Uxyz", source="composer")
        home.slack.refuse("chat.unfurl", "cannot_unfurl_url")
        await home.hear(shared)
        (unfurl,) = home.slack.asked("chat.unfurl")
        assert (unfurl["unfurl_id"], unfurl["source"]) == ("Uxyz", "composer")


async def test_links_that_are_not_ours_are_left_alone(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        urls = ("https://elsewhere.example/c/A-1",)
        await home.hear(LinkShared("Ev2", home.where(), urls, ts="1795200000.000003"))
        assert home.slack.asked("chat.unfurl") == []


async def test_who_else_is_concerned_is_told(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        for heard in (
            Joined("Ev3", home.where(user="")),
            PersonChanged("Ev4", home.where(), {}),
            Removed("Ev5", "T1"),
            Nothing("Ev6", "message.deleted"),
        ):
            assert await home.hear(heard) is None
        assert home.slack.calls == []


async def test_an_app_that_was_removed_keeps_no_home_tabs(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        await home.hear(HomeOpened("Ev7", home.where(channel="")))
        await home.hear(Removed("Ev8", "T1"))
        async with store.read() as tx:
            assert await tx.slack_homes.get(LILEI) is None


async def test_what_comes_back_with_a_form_is_no_customers_word(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        await home.hear(on_message(home, "聊得不错，下周再约"))
        (opened,) = home.slack.asked("views.open")
        kept = json.loads(opened["view"]["private_metadata"])
        assert kept["line"].startswith("file D-")
