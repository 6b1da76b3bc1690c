"""The scoring job: who is due is scored once, whatever comes in between."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest

from handlers.health import health_of
from handlers.jobs import health
from handlers.jobs.health import HealthTick
from handlers.jobs.tick import tick_once
from scoring.health.model import Band
from scoring.model import Segment, TouchKind
from storage.store import Store
from storage.transaction import Tx
from tests.health_book import (
    NOW,
    RULES,
    TODAY,
    add_accounts,
    connect,
    days_ago,
    everything,
    observe,
    term,
    ticket,
    use_weekly,
)

WRITTEN = ("health_scores", "health_history", "risk_warnings", "deliveries", "health_due")


@pytest.fixture
async def scored(store: Store) -> Store:
    """Two customers, one used well and one hardly, scored once."""
    async with store.begin() as tx:
        await tx.marks.next_rev()
        await add_accounts(tx, Segment.CORE, Segment.STANDARD)
        await tx.contracts.add_many([term(1, 1), term(2, 2)])
        await connect(tx, "signals", "tickets", "touches")
        await use_weekly(tx, 1, 85)
        await use_weekly(tx, 2, 12)
    assert (await health.run(store, RULES, NOW)).scored == 2
    return store


async def _due(store: Store, today: date = TODAY) -> int:
    async with store.read() as tx:
        return await tx.health.due_n(today)


async def test_better_use_scores_higher_and_running_again_changes_nothing(scored: Store) -> None:
    async with scored.read() as tx:
        standings = await tx.health.standings([1, 2, 3])
    assert sorted(standings) == [1, 2]
    assert standings[1].score > standings[2].score + 10
    assert standings[1].as_of == standings[1].band_since == TODAY
    before = {table: await everything(scored, table) for table in WRITTEN}
    assert await health.run(scored, RULES, NOW) == HealthTick()
    assert {table: await everything(scored, table) for table in WRITTEN} == before


async def test_scoring_all_again_on_the_same_day_changes_nothing(scored: Store) -> None:
    before = {table: await everything(scored, table) for table in WRITTEN}
    async with scored.begin() as tx:
        await tx.health.mark_all()
    did = await health.run(scored, RULES, NOW)
    assert (did.scored, did.changed, did.warnings) == (2, 0, 0)
    assert {table: await everything(scored, table) for table in WRITTEN} == before


async def test_chunks_of_one_give_what_one_chunk_gives(scored: Store) -> None:
    before = await everything(scored, "health_scores")
    async with scored.begin() as tx:
        await tx.connection.exec_driver_sql("DELETE FROM health_scores")
        await tx.connection.exec_driver_sql("DELETE FROM health_history")
        await tx.connection.exec_driver_sql("DELETE FROM settings")
        await tx.health.mark_all()
    assert (await health.run(scored, RULES, NOW, chunk=1)).scored == 2
    assert await everything(scored, "health_scores") == before


async def test_the_stored_score_is_what_the_card_works_out(scored: Store) -> None:
    async with scored.read() as tx:
        standing = await tx.health.standing(1)
        view = await health_of(tx, RULES, 1, TODAY)
        assert await health_of(tx, RULES, 99, TODAY) is None
    assert standing is not None
    assert view is not None
    assert view.score == pytest.approx(standing.score, abs=0.051)
    assert view.band == standing.band
    assert round(sum(part.points for part in view.parts), 1) == view.score
    assert view.history == ((TODAY, standing.score),)


async def test_an_upgraded_book_is_scored_by_its_terms_alone(store: Store) -> None:
    async with store.begin() as tx:
        await tx.marks.next_rev()
        await add_accounts(tx, Segment.CORE)
        await tx.contracts.add_many([term(1, 1)])
    assert (await health.run(store, RULES, NOW)).scored == 1
    async with store.read() as tx:
        standing = await tx.health.standing(1)
    assert standing is not None
    assert (standing.band, standing.p_renew) == (None, None)


async def _touch(tx: Tx) -> None:
    await tx.touches.add(
        {
            "account_id": 1,
            "kind": TouchKind.CALL,
            "at": NOW,
            "source": "chat",
            "natural_key": "k",
        }
    )


async def _corrected(tx: Tx) -> None:
    await tx.facts.change(
        "signals",
        [{"account_id": 1, "signal": "active_users", "observed_on": days_ago(0), "value": 3.0}],
    )


async def _term_changed(tx: Tx) -> None:
    rev = await tx.marks.next_rev()
    await tx.contracts.change(
        1,
        await tx.contracts.row(1),
        {"ends_on": TODAY + timedelta(days=20)},
        clock_rev=rev,
        schedule=RULES.schedule,
        today=TODAY,
    )


CHANGES = {
    "a touch": _touch,
    "a late observation": lambda tx: observe(tx, 1, "active_users", {60: 2.0, 45: 2.0}),
    "a corrected observation": _corrected,
    "a ticket": lambda tx: ticket(tx, 1, 1, opened=3, closed=None),
    "a segment": lambda tx: tx.accounts.change(1, {"segment": Segment.STRATEGIC}),
    "a term": _term_changed,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
async def test_a_change_has_its_customer_scored_again_and_nobody_else(
    scored: Store, change: object
) -> None:
    async with scored.begin() as tx:
        await change(tx)  # type: ignore[operator]
    async with scored.begin() as tx:
        await tx.connection.exec_driver_sql("UPDATE health_scores SET coverage = 9")
    assert (await health.run(scored, RULES, NOW)).scored == 1
    coverages = {
        row["account_id"]: row["coverage"] for row in await everything(scored, "health_scores")
    }
    assert coverages[1] < 1
    assert coverages[2] == 9


async def test_a_late_fact_moves_the_score_and_its_day_in_the_history(scored: Store) -> None:
    (before, _) = await everything(scored, "health_scores")
    async with scored.begin() as tx:
        for number in range(6):
            await ticket(tx, 1, number, opened=20, closed=None)
    await health.run(scored, RULES, NOW)
    (after, _) = await everything(scored, "health_scores")
    assert after["score"] < before["score"] - 3
    (day,) = [row for row in await everything(scored, "health_history") if row["account_id"] == 1]
    assert day["score"] == after["score"]


async def test_a_customer_who_gets_worse_is_warned_of_once(scored: Store) -> None:
    later = NOW + timedelta(days=8)
    async with scored.begin() as tx:
        for number in range(8):
            await ticket(tx, 1, number, opened=2, closed=None)
        for ago in range(13):
            await tx.facts.change(
                "signals",
                [
                    {
                        "account_id": 1,
                        "signal": "active_users",
                        "observed_on": days_ago(7 * ago),
                        "value": 5.0 + ago,
                    }
                ],
            )
    first = await health.run(scored, RULES, later)
    again = await health.run(scored, RULES, later)
    assert (first.warnings, again.warnings) == (1, 0)
    async with scored.read() as tx:
        standing = await tx.health.standing(1)
        past = await tx.health.week_ago(1, TODAY + timedelta(days=8))
    assert standing is not None
    assert past is not None
    assert standing.band in (Band.AT_RISK, Band.CRITICAL)
    assert standing.band_since == TODAY + timedelta(days=8)
    assert (past.on, past.band) != (standing.as_of, standing.band)
    assert sum(past.parts) == pytest.approx(past.score, abs=0.2)


async def test_a_chunk_that_fails_leaves_everybody_marked_and_nothing_written(
    scored: Store,
) -> None:
    async with scored.begin() as tx:
        await tx.health.mark_all()
        # A band that the code does not know stops the chunk after everything was read.
        await tx.connection.exec_driver_sql(
            "UPDATE health_scores SET band = 'purple' WHERE account_id = 2"
        )
    before = {table: await everything(scored, table) for table in WRITTEN}
    with pytest.raises(KeyError):
        await health.run(scored, RULES, NOW)
    assert {table: await everything(scored, table) for table in WRITTEN} == before
    assert await _due(scored) == 2


async def test_what_is_written_while_the_job_works_is_not_forgotten(
    scored: Store, database_url: str, dialect: str
) -> None:
    async with scored.begin() as tx:
        await tx.health.mark_due([1])
    other = Store.open(database_url)
    try:
        async with scored.begin() as writer:
            await observe(writer, 1, "active_users", {1: 1.0})
            job = asyncio.create_task(health.run(other, RULES, NOW))
            if dialect == "postgresql":  # on SQLite it waits for the writer
                assert (await job).scored == 0
        await job
        await health.run(other, RULES, NOW)
        async with other.read() as tx:
            standing, view = await tx.health.standing(1), await health_of(tx, RULES, 1, TODAY)
    finally:
        await other.close()
    assert standing is not None
    assert view is not None
    assert view.score == pytest.approx(standing.score, abs=0.051)
    assert await _due(scored) == 0


async def test_two_replicas_at_once_score_everybody_once(store: Store, database_url: str) -> None:
    async with store.begin() as tx:
        await tx.marks.next_rev()
        ids = await add_accounts(tx, *([Segment.CORE] * 60))
        await tx.contracts.add_many([term(n, n) for n in ids])
        await connect(tx, "signals")
        for n in ids:
            await use_weekly(tx, n, 5 + n)
    other = Store.open(database_url)
    try:
        ran = await asyncio.gather(
            *(health.run(one, RULES, NOW, chunk=7) for one in (store, other, store, other))
        )
    finally:
        await other.close()
    assert sum(tick.scored for tick in ran) == len(ids)
    assert len(await everything(store, "health_scores")) == len(ids)
    assert len(await everything(store, "health_history")) == len(ids)
    assert await _due(store) == 0


async def test_the_day_comes_on_which_the_clock_alone_changes_a_score(scored: Store) -> None:
    rows = await everything(scored, "health_scores")
    first_due = min(date.fromisoformat(str(row["due_on"])) for row in rows)
    assert first_due > TODAY
    days = (first_due - TODAY).days
    assert (await health.run(scored, RULES, NOW + timedelta(days=days - 1))).scored == 0
    assert (await health.run(scored, RULES, NOW + timedelta(days=days))).scored >= 1


async def test_a_bill_that_nobody_pays_turns_the_score_on_its_days(scored: Store) -> None:
    async with scored.begin() as tx:
        await connect(tx, "payments")
        await tx.facts.add(
            "payments",
            [
                {
                    "account_id": 1,
                    "invoice_no": "R1",
                    "due_on": days_ago(-3),
                    "paid_on": None,
                    "amount": 1,
                    "currency": "CNY",
                }
            ],
        )
    told: dict[int, tuple[float, bool]] = {}
    for day in range(40):
        at = NOW + timedelta(days=day)
        await health.run(scored, RULES, at)
        async with scored.read() as tx:
            standing = await tx.health.standing(1)
            view = await health_of(tx, RULES, 1, TODAY + timedelta(days=day))
        assert standing is not None
        assert view is not None
        # Ageing may lag by half a point; what comes in on its day may not.
        assert standing.score == pytest.approx(view.score, abs=0.56)
        told[day] = (standing.score, "R2" in standing.rules)
    assert told[4][0] < told[3][0] - 1
    # Due on the third day, so overdue for 30 days on the 33rd and for more on the next.
    assert next(day for day, (_, overdue) in told.items() if overdue) == 34


async def test_the_tick_scores_under_both_names_and_says_so(scored: Store) -> None:
    for job in ("health", "risk"):
        async with scored.begin() as tx:
            await tx.health.mark_all()
        did = await tick_once(scored, RULES, NOW, only=job)
        assert (did["scores"], did["warnings"]) == (2, 0)
    async with scored.begin() as tx:
        await tx.health.mark_all()
    assert (await tick_once(scored, RULES, NOW, only="milestones"))["scores"] == 0
