"""A stranger called like somebody with rights: whoever may confirm is told what a tap gives."""

from __future__ import annotations

import pytest

from handlers.commands import COMMANDS
from scoring.model import Locale, Platform, Role
from storage.store import Store
from tests.chatting import Chat
from tests.sample_book import EAST, SampleBook, fill
from tests.telling import notices, text_of


@pytest.fixture
async def book(store: Store) -> SampleBook:
    """The sample book."""
    return await fill(store)


@pytest.fixture
def chat(store: Store, book: SampleBook) -> Chat:
    """Says lines to the bot."""
    return Chat(store, COMMANDS, book)


async def asked_about(chat: Chat, store: Store, locale: Locale, **person: object) -> str:
    """What the one is told who may confirm that a stranger is 金贵."""
    async with store.begin() as tx:
        values = {"name": "金贵", "role": Role.REP, "linked": False, **person}
        await tx.people.add(values, now=chat.now)
        for name in ("Root Chen", "Ada Park"):
            await tx.people.change(chat.book.people[name], {"locale": locale.value})
    await chat("到期", as_="neu", place="wecom", called="金贵")
    (row,) = await notices(chat)
    return await text_of(chat, row)


@pytest.mark.parametrize(
    ("role", "locale", "said"),
    [
        (Role.ADMIN, Locale.ZH, "管理员权限"),
        (Role.ADMIN, Locale.EN, "administrator"),
        (Role.LEAD, Locale.ZH, "主管权限"),
        (Role.FINANCE, Locale.EN, "every customer's amounts"),
    ],
)
async def test_it_is_said_what_somebody_would_be_given(
    chat: Chat, store: Store, role: Role, locale: Locale, said: str
) -> None:
    assert said in await asked_about(chat, store, locale, role=role)


async def test_it_is_said_that_somebody_had_left(chat: Chat, store: Store) -> None:
    left = {"role": Role.REP, "team": EAST, "left_on": chat.now.date()}
    assert "已离职" in await asked_about(chat, store, Locale.ZH, **left)


async def test_nothing_is_added_about_a_rep(chat: Chat, store: Store) -> None:
    told = await asked_about(chat, store, Locale.ZH, role=Role.REP, team=EAST)
    assert "核实" not in told
    assert "吗？" in told


async def test_the_tap_of_whoever_may_not_confirm_links_nobody(chat: Chat, store: Store) -> None:
    await asked_about(chat, store, Locale.ZH, role=Role.ADMIN)
    async with store.read() as tx:
        (key,) = await tx.settings.under("link.code:")
        person = await tx.people.by_name("金贵")
    assert person is not None
    line = f"link {key.removeprefix('link.code:')} P-{person.id}"
    for name in ("Ada Park", "李雷", "Finn Ora", "Vera Lind"):
        assert (await chat(line, as_=name)).refused
    async with store.read() as tx:
        assert await tx.people.by_sender(Platform.WECOM, "neu") is None
