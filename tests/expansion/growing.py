"""What the scoring job does when the rule says yes, and how a test looks at what came of it."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.expanding import open_expansions
from scoring.model import Opportunity
from tests.chatting import Chat

FACTS = {
    "active_ratio": 0.95,
    "active_users": 95.0,
    "licensed_users": 100.0,
    "usage_change": 0.12,
    "joined_events": 2.0,
    "csat": 4.6,
}
"""A customer that uses nearly every seat: ceil(95 / 0.8) = 119 seats, 19 % more."""


async def grow(chat: Chat, *accounts: str, facts: Mapping[str, object] = FACTS) -> int:
    """Say that the rule holds for these customers; returns how many expansions are new."""
    ids = [chat.book.accounts[name] for name in accounts]
    async with chat.store.begin() as tx:
        return await open_expansions(tx, chat.rules, chat.now, ids, dict.fromkeys(ids, facts))


async def expansions_of(chat: Chat, account: str) -> list[Opportunity]:
    """A customer's expansions, the newest first."""
    async with chat.store.read() as tx:
        found = await tx.opportunities.of_account(chat.book.accounts[account])
    return [one for one in found if one.expansion]


async def expansion_of(chat: Chat, account: str) -> Opportunity:
    """The newest one."""
    return (await expansions_of(chat, account))[0]
