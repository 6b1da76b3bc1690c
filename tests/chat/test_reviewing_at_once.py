"""Of two people who decide about everything in review, the second one is not said to have done so."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from tests.chat.test_reviewing_all import in_review
from tests.chatting import Chat

WAITS = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@pytest.fixture
def dialect() -> str:
    """With SQLite nobody reads what somebody else is about to change."""
    return "postgresql"


@pytest.mark.parametrize("step", ["drop", "resend"])
async def test_who_comes_second_changes_nothing_and_is_not_in_the_audit(
    chat: Chat, step: str
) -> None:
    await in_review(chat)
    line = (await chat(f"delivery {step} all", as_="Root Chen")).line(f"delivery {step}")
    async with chat.store.begin() as first:
        await first.connection.execute(
            text("UPDATE deliveries SET state = 'sent' WHERE state = 'review'")
        )
        second = asyncio.create_task(chat(line, as_="Root Chen"))
        waiting = 0
        while not waiting:
            async with chat.store.read() as tx:
                waiting = await tx.connection.scalar(text(WAITS)) or 0
    assert (await second).refused
    async with chat.store.read() as tx:
        found = await tx.connection.scalar(
            text("SELECT count(*) FROM audit WHERE subject = 'delivery'")
        )
    assert found == 0
