"""What dialogues on every way share: the book they are about, and a command that takes its time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from handlers.commands import COMMANDS
from handlers.commands.due import due
from handlers.context import Context
from handlers.registry import Command
from handlers.replies import said
from handlers.rules import Rules
from messages.model import Message
from scoring.model import Opportunity
from storage.store import Store
from tests.chatting import Chat
from tests.sample_book import RULES, SampleBook, fill


async def ticked_book(store: Store, rules: Rules = RULES) -> SampleBook:
    """The sample book with every renewal opened."""
    filled = await fill(store)
    await Chat(store, COMMANDS, filled, rules).tick()
    return filled


async def renewal(store: Store, book: SampleBook, contract_no: str = "HT-2") -> Opportunity:
    """The renewal of a contract as it stands; HT-2 is nobody's."""
    async with store.read() as tx:
        found = await tx.opportunities.of_contract(book.contracts[contract_no])
    assert found is not None
    return found


async def claimed_by(store: Store, book: SampleBook, contract_no: str = "HT-2") -> str | None:
    """Who has claimed it, by name."""
    found = await renewal(store, book, contract_no)
    if found.claimed_by_id is None:
        return None
    async with store.read() as tx:
        person = await tx.people.get(found.claimed_by_id)
    return person.name if person else None


def slow(
    gate: asyncio.Event, started: asyncio.Event | None = None, *, runs: int = 1
) -> list[Command]:
    """The commands, of which `due` takes until the gate is opened; `started` by so many runs."""
    count = 0

    async def run(ctx: Context, **_values: Any) -> Message:
        nonlocal count
        count += 1
        number = count
        if started is not None and count == runs:
            started.set()
        await gate.wait()
        return said(f"到期清单 {number}")

    waiting = replace(due, run=run)
    return [waiting if command is due else command for command in COMMANDS]
