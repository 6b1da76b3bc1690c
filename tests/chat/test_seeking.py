"""Live search: what somebody may mean while they type, and never what they may not read."""

from __future__ import annotations

import pytest

from bot.dispatcher import Dispatcher
from handlers.commands import COMMANDS
from messages.incoming import Incoming
from messages.model import Choice
from scoring.model import Locale, Platform
from storage.store import Store
from tests.chat.test_statement_counts import counted
from tests.chatting import Chat, place_of, sender_of


async def sought(chat: Chat, what: str, text: str, *, as_: str = "李雷") -> list[Choice]:
    incoming = Incoming(
        Platform.SLACK,
        sender_of(as_, Platform.SLACK),
        text,
        place_of(as_, "aside"),
        locale=Locale.ZH,
    )
    return await Dispatcher(chat.store, COMMANDS, chat.rules).seek(incoming, what, text, chat.now)


async def values(chat: Chat, what: str, text: str, *, as_: str = "李雷") -> list[str]:
    return [choice.value for choice in await sought(chat, what, text, as_=as_)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("华", "A#1"),
        ("华为", "A#1"),
        ("hu", "A#1"),
        ("huaw", "A#1"),
        ("hwjs", "A#1"),
        ("xing", "A#2"),
        ("星河", "A#2"),
        ("north", "A#4"),
        ("Nortwind", "A#4"),
        ("traders", "A#4"),
        ("HT-3", "A#3"),
        ("ht-3", "A#3"),
        ("A-5", "A#5"),
        ("清泉", "A#9"),
        ("云帆网咯", "A#3"),
    ],
)
async def test_customers_are_found_as_they_are_typed(chat: Chat, text: str, first: str) -> None:
    assert (await values(chat, "customer", text))[:1] == [first]


async def test_an_option_is_a_word_of_a_chat_line(chat: Chat) -> None:
    await chat.tick()
    for what in ("customer", "renewal"):
        (option,) = await sought(chat, what, "华为")
        verb = "show" if what == "customer" else "claim"
        assert "华为技术有限公司" in await chat(f"{verb} {option.value}")


async def test_renewals_say_what_was_sold_and_until_when(chat: Chat) -> None:
    await chat.tick()
    (option,) = await sought(chat, "renewal", "northw")
    assert option.label.startswith("Northwind Traders · ")
    assert option.label.endswith("2026年12月20日")
    assert option.value == await chat.code("HT-4")


async def test_a_renewal_nobody_opened_yet_is_named_by_its_contract(chat: Chat) -> None:
    assert await values(chat, "renewal", "华为") == [f"C#{chat.book.contracts['HT-1']}"]


@pytest.mark.parametrize("what", ["customer", "renewal"])
@pytest.mark.parametrize("text", ["燕山", "yanshan", "HT-7", "A-7", "ysss", "C-7"])
async def test_nobody_is_offered_another_teams_customer(chat: Chat, what: str, text: str) -> None:
    assert await values(chat, what, text) == []
    assert await values(chat, what, text, as_="王北") != [] or text == "ysss"


@pytest.mark.parametrize("what", ["customer", "renewal", "person"])
async def test_strangers_are_offered_nothing(chat: Chat, what: str) -> None:
    for text in ("", "华为", "李"):
        assert await values(chat, what, text, as_="Somebody Else") == []


async def test_before_anything_is_typed_ones_own_come_first(chat: Chat) -> None:
    await chat.tick()
    assert set(await values(chat, "customer", "")) >= {"A#1", "A#4", "A#5"}
    labels = [choice.label for choice in await sought(chat, "renewal", "")]
    assert any(label.startswith("华为技术有限公司") for label in labels)


async def test_colleagues_are_found_by_characters_pinyin_and_initials(chat: Chat) -> None:
    for text in ("韩", "hanmei", "hmm"):
        found = await sought(chat, "person", text)
        assert [choice.label for choice in found] == ["韩梅梅 · 华东"]
    assert (await values(chat, "person", ""))[0].startswith("P-")


@pytest.mark.parametrize("text", ["？？？", "\x00", "'; DROP TABLE", "😀", "%", "_", "x" * 5000])
async def test_any_text_is_answered(chat: Chat, text: str) -> None:
    for what in ("customer", "renewal", "person", "nonsense", ""):
        assert len(await sought(chat, what, text)) <= 20


async def test_what_is_unknown_is_sought_nowhere(chat: Chat) -> None:
    with counted() as statements:
        assert await values(chat, "nonsense", "华为") == []
    assert len(statements) <= 3


@pytest.mark.parametrize("text", ["", "h", "华为", "HT-3", "云帆网咯", "zzzzzz"])
async def test_a_letter_costs_few_statements(store: Store, chat: Chat, text: str) -> None:
    for what in ("customer", "renewal"):
        with counted() as statements:
            await sought(chat, what, text)
        assert len(statements) <= 10, statements
