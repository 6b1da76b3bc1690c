"""F7: whatever the clock does, every milestone is told once, on its local day and not before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from handlers.jobs import milestones
from handlers.jobs.tick import tick_once
from handlers.rules import Rules
from scoring.workdays import QuietHours, WorkCalendar, next_working_moment
from storage.store import Store
from tests.chat.conftest import book
from tests.databases import SqliteFiles
from tests.sample_book import MONDAY, RULES, fill

__all__ = ["book"]

NOW = MONDAY.astimezone(UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FORTH_AND_BACK = {
    "an hour": (HOUR, -HOUR),
    "a day": (DAY, -DAY),
    "a year": (365 * DAY, -365 * DAY),
    "all of them": (-HOUR, 2 * HOUR, DAY, -2 * DAY, 366 * DAY, -365 * DAY, 40 * DAY),
}


async def told(store: Store) -> list[str]:
    """Keys of the alerts, of which there can be no two alike."""
    async with store.read() as tx:
        rows = await tx.outbox.rows()
    return sorted(row.key for row in rows if row.kind == "milestone")


async def ledger(store: Store) -> dict[tuple[int, int], date]:
    """On which day each milestone of a term was reached, by term and offset."""
    async with store.read() as tx:
        found = await tx.connection.exec_driver_sql(
            "SELECT contract_id, offset_days, fired_on FROM ledger WHERE state = 'due'"
        )
        return {
            (row.contract_id, row.offset_days): date.fromisoformat(str(row.fired_on))
            for row in found
        }


async def sweep_all(store: Store, rules: Rules, instants: Iterator[datetime]) -> None:
    for now in instants:
        async with store.begin() as tx:
            await milestones.run(tx, rules, now)


@pytest.mark.parametrize("jumps", FORTH_AND_BACK.values(), ids=FORTH_AND_BACK)
async def test_a_clock_that_jumps_tells_nothing_twice(
    store: Store, book: object, jumps: tuple[timedelta, ...]
) -> None:
    await tick_once(store, RULES, NOW)
    now, before = NOW, await told(store)
    for jump in jumps:
        now += jump
        await tick_once(store, RULES, now)
    ahead = await told(store)
    assert set(before) <= set(ahead)
    # The way is gone once more, day by day where the clock came to rest: nothing is told again.
    for day in range(3):
        await tick_once(store, RULES, NOW + day * DAY)
    await tick_once(store, RULES, max(NOW, now))
    again = await told(store)
    assert len(again) == len(set(again))
    if now <= NOW:
        assert {key for key in again if key in ahead} == set(ahead)


@pytest.mark.parametrize(
    ("ends_on", "reached_on"),
    [
        (date(2028, 2, 29), {30: date(2028, 1, 30), 7: date(2028, 2, 22), 0: date(2028, 2, 29)}),
        (date(2028, 3, 1), {30: date(2028, 1, 31), 7: date(2028, 2, 23), 1: date(2028, 2, 29)}),
        (date(2027, 3, 1), {30: date(2027, 1, 30), 7: date(2027, 2, 22), 1: date(2027, 2, 28)}),
        (date(2027, 1, 31), {30: date(2027, 1, 1), 7: date(2027, 1, 24), 0: date(2027, 1, 31)}),
        (date(2027, 4, 30), {30: date(2027, 3, 31), 7: date(2027, 4, 23), 0: date(2027, 4, 30)}),
    ],
    ids=["on a leap day", "after a leap day", "no leap year", "end of January", "end of April"],
)
async def test_leap_days_and_ends_of_months_are_days_like_others(
    store: Store, book: object, ends_on: date, reached_on: dict[int, date]
) -> None:
    async with store.begin() as tx:
        await tx.connection.exec_driver_sql(
            f"UPDATE contracts SET ends_on = '{ends_on}', countdown_on = '{ends_on}', "  # noqa: S608
            "clock_rev = clock_rev + 1 WHERE id = 1"
        )
    days = sorted({on - n * DAY for on in reached_on.values() for n in (0, 1)})
    mornings = (datetime.combine(day, time(9, 7), RULES.zone) for day in days)
    await sweep_all(store, RULES, mornings)
    reached = {offset: on for (term, offset), on in (await ledger(store)).items() if term == 1}
    asked = {offset: on for offset, on in reached_on.items() if offset in reached}
    assert {offset: reached[offset] for offset in asked} == asked
    assert len(asked) >= 2


def _changes(zone: ZoneInfo, year: int) -> list[datetime]:
    """The instants of a year at which the clocks of a zone are changed, to the hour."""
    days = [datetime(year, 1, 1, tzinfo=UTC) + n * DAY for n in range(366)]
    found = []
    for before, after in pairwise(days):
        if before.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            hours = [before + n * HOUR for n in range(25)]
            found += [
                late
                for early, late in pairwise(hours)
                if early.astimezone(zone).utcoffset() != late.astimezone(zone).utcoffset()
            ]
    return found


def _zones_that_differ() -> dict[str, list[datetime]]:
    """One zone for each way to change the clocks in 2027."""
    kinds: dict[tuple[object, ...], tuple[str, list[datetime]]] = {}
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        changes = _changes(zone, 2027)
        if changes:
            offsets = tuple((at, at.astimezone(zone).utcoffset()) for at in changes)
            kinds.setdefault(offsets, (name, changes))
    return dict(kinds.values())


CHANGING = _zones_that_differ()


async def test_the_day_changes_with_the_clocks_of_every_zone(sqlite_files: SqliteFiles) -> None:
    """Each zone's own nights: a milestone is reached on the local day, not an hour before."""
    assert len(CHANGING) >= 20
    with sqlite_files.fresh() as url:
        store = Store.open(url)
        await fill(store)
        for name, changes in CHANGING.items():
            rules = replace(RULES, zone=ZoneInfo(name))
            for change in changes:
                night = change.astimezone(rules.zone).date()
                await _renew(store, night)
                for n in (-25, -4, -1, 0, 1, 24):
                    now = change + n * HOUR
                    async with store.begin() as tx:
                        await milestones.run(tx, rules, now)
                    reached = (1, 0) in await ledger(store)
                    assert reached is (now.astimezone(rules.zone).date() >= night), (name, now)
        await store.close()


async def _renew(store: Store, ends_on: date) -> None:
    """The first term once more, as if nothing had been told of it; the others are decided."""
    async with store.begin() as tx:
        rev = await tx.marks.next_rev()
        for statement in (
            "DELETE FROM ledger",
            "DELETE FROM clock_marks WHERE name = 'milestones'",
            "UPDATE contracts SET status = 'lost' WHERE id > 1",
            f"UPDATE contracts SET ends_on = '{ends_on}', countdown_on = '{ends_on}', "  # noqa: S608
            f"known_on = '2026-01-01', clock_rev = {rev} WHERE id = 1",
        ):
            await tx.connection.exec_driver_sql(statement)


@pytest.mark.parametrize("hours", [QuietHours(), None], ids=["usual hours", "at two"])
def test_there_is_a_working_moment_on_every_night_of_every_zone(hours: QuietHours | None) -> None:
    window = hours or QuietHours(time(2, 15), time(4, 0))
    for name, changes in CHANGING.items():
        zone = ZoneInfo(name)
        for change in changes:
            for n in range(-30, 31, 3):
                now = change + n * HOUR
                moment = next_working_moment(now, zone=zone, hours=window, calendar=WorkCalendar())
                local = moment.astimezone(zone)
                assert now <= moment <= now + 4 * DAY
                assert window.allow(local)
