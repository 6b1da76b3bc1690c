"""Somebody unknown speaks: their lead is asked by name and links them with one tap."""

from __future__ import annotations

import pytest

from messages.abilities import PlaceKind
from messages.incoming import Place
from scoring.model import Locale, Platform, Role
from scoring.permissions import PlaceScope
from storage.store import Store
from tests.chatting import Chat, Reply
from tests.sample_book import EAST, MONDAY
from tests.telling import message_of, notices, taps_of, text_of

GROUP = Place(Platform.WECOM, "group:g1", PlaceScope.SHARED, PlaceKind.WECOM_AIBOT_GROUP)
DM = Place(Platform.WECOM, "bot:stranger-zw", PlaceScope.DM, PlaceKind.WECOM_AIBOT_DM)


@pytest.fixture(autouse=True)
async def zhang_wei(store: Store, chat: Chat) -> None:
    """张伟 is in the book, by a sheet of owners, and has no identity anywhere."""
    async with store.begin() as tx:
        await tx.people.add(
            {"name": "张伟", "role": Role.REP, "team": EAST, "linked": False}, now=MONDAY
        )
        await tx.people.change(chat.book.people["Ada Park"], {"locale": "zh_CN"})


async def says(chat: Chat, line: str = "到期", *, place: Place = DM, called: str = "张伟") -> Reply:
    return await chat(line, as_="zw", place=place, called=called, locale=Locale.ZH)


async def test_the_lead_is_asked_and_the_stranger_is_told_who_was(chat: Chat) -> None:
    reply = await says(chat)
    assert reply.refused
    assert "张伟" in reply.text
    assert "Ada Park" in reply.text
    (row,) = await notices(chat)
    assert (row.platform, row.place) == ("slack", "U3ADA")
    asked = await text_of(chat, row)
    assert "userid stranger-zw" in asked
    assert "是台账里的张伟吗" in asked


async def test_one_tap_links_and_the_person_is_told_at_once_where_they_asked(chat: Chat) -> None:
    await says(chat)
    (row,) = await notices(chat)
    yes, _ = await taps_of(chat, row)
    assert not (await chat(yes, as_="Ada Park")).refused
    assert not (await says(chat, "我的", called="")).refused
    (told,) = await notices(chat, "张伟")
    assert (told.platform, told.place, told.due_at) == ("wecom", "user:stranger-zw", chat.now)
    assert "已确认您是张伟" in await text_of(chat, told)
    assert await taps_of(chat, told) == ["mine", "due", "help"]


async def test_nothing_may_be_done_before_somebody_has_tapped(chat: Chat) -> None:
    await says(chat)
    for line in ("到期", "due", "show 华为", "link", "帮助"):
        assert "华为" not in (await says(chat, line)).text


async def test_a_rep_cannot_tap_for_the_lead(chat: Chat) -> None:
    await says(chat)
    (row,) = await notices(chat)
    yes, no = await taps_of(chat, row)
    for line in (yes, no):
        assert (await chat(line, as_="李雷")).refused
    assert not (await chat(yes, as_="Ada Park")).refused


async def test_the_second_who_taps_learns_who_was_first(chat: Chat) -> None:
    await says(chat)
    (row,) = await notices(chat)
    yes, no = await taps_of(chat, row)
    await chat(yes, as_="Ada Park")
    for line in (yes, no):
        reply = await chat(line, as_="Root Chen")
        assert reply.refused
        assert "Ada Park" in reply.text
    assert await message_of(chat, row) is None


async def test_however_often_a_stranger_speaks_one_is_asked_once_a_day(chat: Chat) -> None:
    for line in ("到期", "你好", "due", "认领 1", "link"):
        await says(chat, line)
    assert len(await notices(chat)) == 1
    chat.later(days=1)
    await says(chat)
    assert len(await notices(chat)) == 2


async def test_a_no_gives_the_stranger_the_code_and_asks_nobody_again(chat: Chat) -> None:
    await says(chat)
    (row,) = await notices(chat)
    _, no = await taps_of(chat, row)
    assert not (await chat(no, as_="Ada Park")).refused
    chat.later(days=1)
    assert (await says(chat)).lines == ["link"]
    assert "绑定码" in (await says(chat, "link")).text
    assert len(await notices(chat)) == 1
    assert (await says(chat, "我的")).refused


async def test_a_group_learns_no_names(chat: Chat) -> None:
    reply = await says(chat, place=GROUP)
    assert "Ada Park" not in reply.text
    assert "张伟" not in reply.text
    assert len(await notices(chat)) == 1


async def test_whom_the_directory_calls_like_nobody_gets_the_code(chat: Chat) -> None:
    reply = await says(chat, called="王小明")
    assert reply.lines == ["link"]
    assert not await notices(chat)
    assert "绑定码" in (await says(chat, "link", called="王小明")).text


async def test_a_namesake_of_somebody_linked_is_not_asked_about(chat: Chat) -> None:
    assert (await says(chat, called="李雷")).lines == ["link"]
    assert not await notices(chat)


async def test_whom_a_lead_may_not_link_an_administrator_is_asked_about(
    store: Store, chat: Chat
) -> None:
    async with store.begin() as tx:
        person = await tx.people.by_name("张伟")
        assert person is not None
        await tx.people.change(person.id, {"role": Role.LEAD})
    await says(chat)
    assert [row.place for row in await notices(chat)] == ["U6ROOT"]


async def test_who_got_the_code_taps_the_name_that_is_most_like_the_account(
    store: Store, chat: Chat
) -> None:
    async with store.begin() as tx:
        for name in ("赵六", "钱七", "孙八"):
            await tx.people.add(
                {"name": name, "role": Role.REP, "team": EAST, "linked": False}, now=MONDAY
            )
        await tx.people.add(
            {"name": "外人", "role": Role.REP, "team": "华北", "linked": False}, now=MONDAY
        )
    dm = Place(Platform.WECOM, "bot:zhangwei", PlaceScope.DM, PlaceKind.WECOM_AIBOT_DM)
    code = (await chat("link", as_="zhangwei", place=dm, locale=Locale.ZH)).text.split("绑定码是 ")[
        1
    ][:6]
    asked = await chat(f"link {code}", as_="Ada Park")
    person = await chat.person("张伟")
    assert asked.refused
    assert asked.lines[0] == f"link {code} P-{person.id}"
    assert "外人" not in asked.text
    assert not (await chat(asked.lines[0], as_="Ada Park")).refused


async def test_the_question_waits_for_working_hours(chat: Chat) -> None:
    chat.later(hours=12)
    await says(chat)
    (row,) = await notices(chat)
    assert row.due_at > chat.now


async def test_a_name_from_the_directory_is_never_markup(chat: Chat, store: Store) -> None:
    name = "<@U1> *张* [x](http://x)"
    async with store.begin() as tx:
        await tx.people.add(
            {"name": name, "role": Role.REP, "team": EAST, "linked": False}, now=MONDAY
        )
    await says(chat, called=name)
    (row,) = await notices(chat)
    message = await message_of(chat, row)
    assert message is not None
    assert all(
        not (span.bold or span.link or span.mention)
        for block in message.blocks
        for span in getattr(block, "line", ())
    )
