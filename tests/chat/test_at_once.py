"""Several people, or one who presses again and again, at the same moment."""

from __future__ import annotations

import asyncio

from scoring.model import Locale
from storage.store import Store
from tests.chatting import Chat, Reply


async def test_a_draft_pressed_eight_times_at_once_writes_one_contract(chat: Chat) -> None:
    asked = await chat("add 全新客户 ends_on=2027-03-31", as_="Ada Park")
    button = asked.line("add D-")
    replies = await asyncio.gather(*(chat(button, as_="Ada Park") for _ in range(8)))
    assert sum(not reply.refused for reply in replies) == 1
    async with chat.store.read() as tx:
        assert await tx.contracts.last_id() == max(chat.book.contracts.values()) + 1


async def test_a_link_code_confirmed_for_two_people_at_once_links_one(chat: Chat) -> None:
    asked = await chat("link", as_="newcomer")
    code = next(word.strip(".,: “”") for word in asked.text.split() if _is_code(word))
    lines = [f"link {code} Ada Park", f"link {code} Vera Lind"] * 3
    async with chat.store.begin() as tx:
        for name in ("Ada Park", "Vera Lind"):
            await tx.people.change(chat.book.people[name], {"slack_id": None})
    replies = await asyncio.gather(*(chat(line, as_="Root Chen") for line in lines))
    assert sum(not reply.refused for reply in replies) == 1


def _is_code(word: str) -> bool:
    bare = word.strip(".,: “”")
    return len(bare) == 6 and bare.isupper()


async def test_the_same_number_added_by_two_at_once_is_taken(chat: Chat) -> None:
    lines = [f"add {name} number=N-1" for name in ("华为技术有限公司", "Northwind Traders")] * 4
    replies = await asyncio.gather(*(chat(line, as_="Ada Park") for line in lines))
    assert sum(not reply.refused for reply in replies) == 1
    assert all("N-1" in reply for reply in replies)


async def test_a_number_taken_while_winning_is_said_so(chat: Chat) -> None:
    await chat.tick()
    replies = await asyncio.gather(
        *(chat(f"won {no} number=N-9", as_="Ada Park") for no in ("HT-1", "HT-2", "HT-4"))
    )
    assert sum(not reply.refused for reply in replies) == 1
    assert all("N-9" in reply for reply in replies)


async def test_won_and_edit_at_once_do_not_stand_in_each_others_way(chat: Chat) -> None:
    await chat.tick()
    for contract_no in ("HT-1", "HT-2", "HT-3", "HT-4", "HT-9"):
        edit = f"edit {contract_no} seats=40 confirm=yes"
        lines = [f"won {contract_no}", edit, f"lost {contract_no} price"] * 2
        replies = await asyncio.gather(
            *(chat(line, as_="Root Chen", locale=Locale.EN) for line in lines)
        )
        assert _decided(replies) == 1, [reply.text for reply in replies]


def _decided(replies: list[Reply]) -> int:
    return sum(not reply.refused for at, reply in enumerate(replies) if at % 3 != 1)


async def test_a_value_is_taken_by_one(store: Store, chat: Chat) -> None:
    async with store.begin() as tx:
        await tx.settings.put("x", {"a": 1}, at=chat.now)

    async def take() -> object:
        async with store.begin() as tx:
            return await tx.settings.take("x")

    taken = await asyncio.gather(*(take() for _ in range(6)))
    assert [value for value in taken if value is not None] == [{"a": 1}]
