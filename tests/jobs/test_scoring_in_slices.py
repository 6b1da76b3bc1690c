"""A tick scores for a while only, and everybody is looked at when a silent source speaks again."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from handlers.health import health_of
from handlers.jobs import health
from handlers.jobs.health import HealthTick
from handlers.jobs.tick import tick_once
from handlers.jobs.woken_sources import woken_kinds
from scoring.model import Segment
from storage.store import Store
from tests.health_book import (
    NOW,
    RULES,
    TODAY,
    add_accounts,
    connect,
    everything,
    term,
    ticket,
    use_weekly,
)

CUSTOMERS = 6


@pytest.fixture
async def book(store: Store) -> Store:
    """Customers whose use is known, not scored yet; one of them has a ticket."""
    async with store.begin() as tx:
        await tx.marks.next_rev()
        ids = await add_accounts(tx, *([Segment.CORE] * CUSTOMERS))
        await tx.contracts.add_many([term(n, n) for n in ids])
        await connect(tx, "signals", "tickets")
        await ticket(tx, 1, 1, opened=30, closed=10)
        for n in ids:
            await use_weekly(tx, n, 60)
    return store


async def _due(store: Store) -> int:
    async with store.read() as tx:
        return await tx.health.due_n(TODAY)


async def test_what_a_tick_has_no_time_for_stays_due_for_the_next(book: Store) -> None:
    clock = iter(range(100))
    first = await health.run(
        book, RULES, NOW, chunk=1, for_s=7.0, steady=lambda: float(next(clock))
    )
    assert 0 < first.scored < CUSTOMERS
    assert first.left == CUSTOMERS - first.scored == await _due(book)
    rest = await health.run(book, RULES, NOW, chunk=1, for_s=1000.0)
    assert (rest.scored, rest.left) == (first.left, 0)
    assert await _due(book) == 0


async def test_a_tick_says_how_many_are_left_and_the_job_alone_finishes(book: Store) -> None:
    did = await tick_once(book, RULES, NOW, audit=False, score_for_s=0.0)
    assert (did["scores"], did["scores_left"]) == (0, CUSTOMERS)
    did = await tick_once(book, RULES, NOW, only="health", score_for_s=0.0)
    assert (did["scores"], did["scores_left"]) == (CUSTOMERS, 0)


async def test_the_job_asked_for_alone_waits_for_another_replica_that_is_at_it(
    book: Store, database_url: str, dialect: str
) -> None:
    other = Store.open(database_url)
    try:
        async with other.begin() as tx:
            await tx.marks.take(health.NAME)
        async with other.begin() as tx:
            await tx.marks.take(health.NAME)
            if dialect == "postgresql":  # on SQLite everybody waits for who writes
                assert await health.run(book, RULES, NOW, for_s=20.0) == HealthTick()
            alone = asyncio.create_task(health.run(book, RULES, NOW))
            await asyncio.sleep(0)
        assert (await alone).scored == CUSTOMERS
    finally:
        await other.close()


@pytest.mark.parametrize("kind", ["tickets", "payments", "events", "contacts"])
def test_a_kind_wakes_everybody_when_it_is_new_or_was_silent_for_more_than_a_week(
    kind: str,
) -> None:
    seen = {kind: ("2026-01-01", "2026-11-01")}
    assert woken_kinds({}, seen) == {kind}
    assert woken_kinds(seen, {kind: ("2026-01-01", "2026-11-08")}) == frozenset()
    assert woken_kinds(seen, {kind: ("2025-01-01", "2026-11-01")}) == frozenset()
    assert woken_kinds(seen, {kind: ("2026-01-01", "2026-11-09")}) == {kind}


def test_touches_wake_everybody_when_they_reach_further_back_and_signals_never() -> None:
    before = {"touches": ("2026-01-01", "2026-11-01"), "signals": ("2026-01-01", "2026-01-01")}
    late = {"touches": ("2026-01-01", "2026-11-20"), "signals": ("2025-01-01", "2026-11-20")}
    assert woken_kinds(before, late) == frozenset()
    assert woken_kinds(before, {"touches": ("2025-12-31", "2026-11-01")}) == {"touches"}


async def test_a_source_that_wakes_freshens_everybody_also_who_has_no_fact(book: Store) -> None:
    await health.run(book, RULES, NOW)
    days = 40
    later, today = NOW + timedelta(days=days), TODAY + timedelta(days=days)
    await health.run(book, RULES, later)
    stale = {row["account_id"]: row["coverage"] for row in await everything(book, "health_scores")}
    assert await health.run(book, RULES, later) == HealthTick()
    async with book.begin() as tx:
        await tx.fact_sources.heard("tickets", "test", today)
    assert (await health.run(book, RULES, later)).scored == CUSTOMERS
    for row in await everything(book, "health_scores"):
        assert row["coverage"] > stale[row["account_id"]] + 0.05
    async with book.read() as tx:
        standing, view = await tx.health.standing(2), await health_of(tx, RULES, 2, today)
    assert standing is not None
    assert view is not None
    assert view.score == pytest.approx(standing.score, abs=0.051)
    assert await health.run(book, RULES, later) == HealthTick()


async def test_a_source_that_keeps_speaking_has_nobody_scored(book: Store) -> None:
    await health.run(book, RULES, NOW)
    async with book.begin() as tx:
        await tx.fact_sources.heard("tickets", "test", TODAY + timedelta(days=1))
    assert (await health.run(book, RULES, NOW)).scored == 0
