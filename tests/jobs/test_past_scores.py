"""The course of a book that begins with a past: as of each day, told to nobody."""

from __future__ import annotations

from datetime import date, timedelta

from handlers.health import health_of
from handlers.jobs import health
from handlers.past_scores import score_past, weeks_before
from scoring.model import Segment
from storage.store import Store
from tests.health_book import (
    NOW,
    RULES,
    TODAY,
    add_accounts,
    connect,
    everything,
    observe,
    term,
    ticket,
)

DAYS = weeks_before(TODAY, 8)


async def fill(store: Store) -> None:
    """One customer whose use fell in the last six weeks, and one of whom nothing is known."""
    async with store.begin() as tx:
        await tx.marks.next_rev()
        await add_accounts(tx, Segment.CORE, Segment.STANDARD)
        await tx.contracts.add_many([term(1, 1), term(2, 2)])
        await connect(tx, "signals", "tickets")
        use = {7 * n: 80.0 - max(0, 6 - n) * 10 for n in range(26)}
        await observe(tx, 1, "active_users", use)
        await observe(tx, 1, "licensed_users", {190: 100.0})
        await ticket(tx, 1, 1, 3, None)


def test_the_days_are_weeks_apart_and_end_before_today() -> None:
    assert weeks_before(date(2026, 3, 2), 2) == [date(2026, 2, 16), date(2026, 2, 23)]


async def test_each_day_is_scored_with_what_was_known_on_it(store: Store) -> None:
    await fill(store)
    assert await score_past(store, RULES, NOW, DAYS) == len(DAYS)
    async with store.read() as tx:
        course = await tx.health.history(1, DAYS[0])
        nothing_known = await tx.health.history(2, DAYS[0])
        live = {on: await health_of(tx, RULES, 1, on) for on in DAYS}
    assert [on for on, _, _ in course] == DAYS
    assert nothing_known == []
    assert course[0][1] > course[-1][1] + 5
    for on, score, _ in course:
        view = live[on]
        assert view is not None
        assert abs(view.score - score) < 0.06


async def test_nobody_hears_of_the_past_and_writing_it_again_changes_nothing(store: Store) -> None:
    await fill(store)
    await score_past(store, RULES, NOW, DAYS)
    told = ("health_history", "risk_warnings", "deliveries", "health_scores")
    before = {table: await everything(store, table) for table in told}
    assert before["risk_warnings"] == before["deliveries"] == before["health_scores"] == []
    await score_past(store, RULES, NOW, DAYS)
    assert {table: await everything(store, table) for table in told} == before


async def test_the_first_run_compares_with_the_week_before(store: Store) -> None:
    await fill(store)
    await score_past(store, RULES, NOW, DAYS)
    assert (await health.run(store, RULES, NOW)).scored == 2
    async with store.read() as tx:
        view = await health_of(tx, RULES, 1, TODAY)
    assert view is not None
    assert view.before_on == TODAY - timedelta(days=7)
    assert len(view.history) == len(DAYS) + 1
