"""The operator is who sits at the machine, not whoever is called so."""

from __future__ import annotations

from storage.store import Store
from tests.chatting import Chat


async def test_a_person_called_operator_is_who_the_book_says(store: Store, chat: Chat) -> None:
    async with store.begin() as tx:
        await tx.people.add({"name": "operator", "role": "viewer", "team": "华东"}, now=chat.now)
    assert (await chat("proof", as_="operator", place="terminal")).refused


async def test_nobody_becomes_the_operator_by_name(chat: Chat) -> None:
    assert (await chat("proof", as_="operator", place="terminal")).refused
    assert not (await chat("proof", as_="x", place="terminal", operator=True)).refused
