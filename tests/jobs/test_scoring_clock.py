"""Scores after a clock that was ahead was set back: nobody keeps a score of a day to come."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from handlers.jobs import health, past_warnings
from handlers.jobs.health import HealthTick
from scoring.health.due import LONGEST_DAYS
from scoring.model import Segment
from storage import health as stored
from storage.store import Store
from tests.chatting import Chat
from tests.health_book import NOW, RULES, TODAY, add_accounts, connect, term, use_weekly
from tests.jobs.alerting import worry


def test_both_sides_know_the_same_longest_wait() -> None:
    assert stored.LONGEST_DAYS == LONGEST_DAYS


@pytest.mark.parametrize("days", [31, 400, 4000])
async def test_who_was_scored_by_a_clock_ahead_is_scored_again(store: Store, days: int) -> None:
    async with store.begin() as tx:
        await add_accounts(tx, Segment.CORE, Segment.STANDARD)
        await tx.contracts.add_many([term(1, 1), term(2, 2)])
        await connect(tx, "signals", "tickets")
        await use_weekly(tx, 1, 85)
        await use_weekly(tx, 2, 12)
    await health.run(store, RULES, NOW)
    async with store.read() as tx:
        right = await tx.health.standings([1, 2])
    assert (await health.run(store, RULES, NOW + timedelta(days=days))).scored == 2
    async with store.read() as tx:
        assert await tx.health.due_n(TODAY) == 2
    did = await health.run(store, RULES, NOW)
    assert (did.scored, did.warnings) == (2, 0)
    async with store.read() as tx:
        again = await tx.health.standings([1, 2])
        assert await tx.health.due_n(TODAY) == 0
    for number, standing in again.items():
        assert standing.as_of == TODAY
        assert standing.band_since <= TODAY
        assert standing.score == pytest.approx(right[number].score)
    assert await health.run(store, RULES, NOW) == HealthTick()


async def test_warnings_are_closed_daily_again_after_a_clock_ahead(store: Store) -> None:
    await past_warnings.run(store, RULES, NOW + timedelta(days=900))
    await past_warnings.run(store, RULES, NOW)
    async with store.read() as tx:
        assert (await tx.marks.look(past_warnings.NAME)).on == TODAY


async def test_what_a_clock_ahead_said_silences_nothing(chat: Chat) -> None:
    now = chat.now
    chat.at(now + timedelta(days=400))
    async with chat.store.begin() as tx:
        await tx.connection.execute(
            text("UPDATE contracts SET ends_on = NULL, countdown_on = NULL")
        )
    assert await worry(chat, 1) == 1
    chat.at(now)
    assert await worry(chat, 1) == 1
    assert await worry(chat, 1) == 0
    chat.at(now - timedelta(minutes=5))
    assert await worry(chat, 1) == 0
