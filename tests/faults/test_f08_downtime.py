"""F8: the service was away for hours, days or weeks; what it should have told it tells, once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from handlers.jobs.auditor import Problem, audit_outbox
from handlers.jobs.tick import tick_once
from storage.store import Store
from tests.chat.conftest import book
from tests.sample_book import MONDAY, RULES

__all__ = ["book"]

NOW = MONDAY.astimezone(UTC)
AWAY = {"1 h": timedelta(hours=1), "3 d": timedelta(days=3), "40 d": timedelta(days=40)}


async def reached(store: Store) -> dict[tuple[int, int], tuple[str, date]]:
    """Milestones by term and offset: how they ended, and the day they were due on."""
    async with store.read() as tx:
        found = await tx.connection.exec_driver_sql(
            "SELECT contract_id, offset_days, state, on_date FROM ledger"
        )
        return {
            (row.contract_id, row.offset_days): (row.state, date.fromisoformat(str(row.on_date)))
            for row in found
        }


async def alerts(store: Store) -> list[str]:
    async with store.read() as tx:
        return [row.key for row in await tx.outbox.rows() if row.kind == "milestone"]


@pytest.mark.parametrize("away", AWAY.values(), ids=AWAY)
async def test_after_downtime_the_newest_of_each_term_is_told_and_none_is_missing(
    store: Store, book: object, away: timedelta
) -> None:
    await tick_once(store, RULES, NOW)
    before, told_before = await reached(store), await alerts(store)
    back = NOW + away
    await tick_once(store, RULES, back)
    after, told = await reached(store), await alerts(store)
    assert before.items() <= after.items()
    assert set(told_before) <= set(told)
    assert len(told) == len(set(told))
    new = {key: entry for key, entry in after.items() if key not in before}
    today = back.astimezone(RULES.zone).date()
    assert all(on <= today for _, on in new.values())
    due = [term for (term, _), (state, _) in new.items() if state == "due"]
    assert len(due) == len(set(due)), "one of each term, however many it missed"
    assert bool(new) is (away > timedelta(days=3))
    audit = await audit_outbox(store, RULES, back)
    assert {finding.problem for finding in audit.findings} <= {Problem.OVERDUE}  # nobody delivers
    assert audit.put_again == 0
    await tick_once(store, RULES, back + timedelta(minutes=1))
    assert await alerts(store) == told


@pytest.mark.parametrize("away", [timedelta(days=3), timedelta(days=15)], ids=["3 d", "15 d"])
async def test_whoever_was_away_knows_of_every_milestone_that_others_saw_day_by_day(
    store: Store, book: object, away: timedelta
) -> None:
    back = NOW + away
    await tick_once(store, RULES, NOW)
    await tick_once(store, RULES, back)
    at_once = set(await reached(store))
    async with store.begin() as tx:
        for table in ("ledger", "clock_marks", "deliveries", "opportunities"):
            await tx.connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - own names
    now: datetime = NOW
    while now < back:
        await tick_once(store, RULES, now)
        now = min(back, now + timedelta(days=1))
    await tick_once(store, RULES, back)
    assert set(await reached(store)) == at_once
