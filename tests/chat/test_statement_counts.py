"""Cards, lists and look-ups cost the same number of statements in a book of any size."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from handlers.naming import keys_of
from scoring.model import ContractStatus, Segment
from storage.store import Store
from tests.chatting import Chat
from tests.sample_book import EAST, MONDAY, TODAY

LINES = ["due 90d", "mine", "show 华为", "hwjs", "show HT-3", "show 云帆网咯", "show 星河"]


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that any engine runs meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def _statements(chat: Chat, line: str) -> int:
    with counted() as seen:
        await chat(line)
    return len(seen)


@pytest.mark.parametrize("line", LINES)
async def test_the_number_of_statements_does_not_grow(store: Store, chat: Chat, line: str) -> None:
    await chat.tick()
    small = await _statements(chat, line)
    await _grow(store, 300)
    assert await _statements(chat, line) == small
    assert small <= 20


async def test_a_page_of_renewals_is_one_statement_of_its_own(store: Store, chat: Chat) -> None:
    with counted() as seen:
        await chat("due 90d")
    assert sum("priority" in statement for statement in seen) == 1


async def _grow(store: Store, count: int) -> None:
    async with store.begin() as tx:
        rev = await tx.marks.next_rev()
        names = {5000 + n: f"远方{n}实业有限公司" for n in range(count)}
        await tx.accounts.add_many(
            [{"id": n, "name": name, "team": EAST} for n, name in names.items()],
            [(key, n) for n, name in names.items() for key in keys_of(name)],
            now=MONDAY,
        )
        await tx.contracts.add_many(
            [
                {
                    "id": n,
                    "account_id": n,
                    "contract_no": f"Q-{n}",
                    "product": "平台版",
                    "starts_on": None,
                    "ends_on": TODAY,
                    "arr": Decimal(n),
                    "currency": "CNY",
                    "owner_id": 1,
                    "team": EAST,
                    "segment": Segment.STANDARD,
                    "auto_renew": False,
                    "notice_days": None,
                    "known_on": TODAY,
                    "clock_rev": rev,
                    "status": ContractStatus.ACTIVE,
                    "custom": {},
                    "created_at": MONDAY,
                }
                for n in names
            ]
        )
