"""Whatever somebody deletes by hand is noticed at the next tick, told once, and never told twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from handlers.audit_record import last_audit
from handlers.jobs import sweep
from handlers.jobs.auditor import LOOK_BACK_DAYS, Audit, Problem, audit_outbox
from handlers.jobs.tick import tick_once
from handlers.jobs.vanished import run
from storage.outbox import Delivery, Notification
from storage.store import Store
from tests.chat.conftest import book
from tests.sample_book import MONDAY, RULES

__all__ = ["book"]

NOW = MONDAY.astimezone(UTC)
ENDS = ("waiting", "leased", "ambiguous", "sent", "failed", "review", "superseded")
KINDS = ("milestone", "warning", "expansion", "followup", "repaint", "notice", "digest")


@pytest.fixture
async def ticked(store: Store, book: object) -> Store:
    await tick_once(store, RULES, NOW)
    return store


async def sql(store: Store, *statements: str) -> None:
    async with store.begin() as tx:
        for statement in statements:
            await tx.connection.exec_driver_sql(statement)


async def rows(store: Store) -> list[Delivery]:
    async with store.read() as tx:
        return await tx.outbox.rows()


async def alerts(store: Store) -> list[str]:
    return sorted(row.key for row in await rows(store) if row.kind == "milestone")


async def told(store: Store) -> list[str]:
    """Notices to the admins, by what they are about."""
    return [row.key.split(":")[1] for row in await rows(store) if row.key.startswith("notice:")]


async def entries(store: Store) -> set[tuple[object, ...]]:
    async with store.read() as tx:
        found = await tx.connection.exec_driver_sql(
            "SELECT contract_id, countdown_no, anchor, offset_days, on_date, state FROM ledger"
        )
        return {tuple(row) for row in found}


async def tick(store: Store, now: datetime = NOW) -> int:
    """One tick, as the service does it: first the jobs, then the audit when it is due."""
    did = await tick_once(store, RULES, now)
    return int(did["findings"])


async def the_day_after(store: Store) -> None:
    """The whole book is looked at anew then."""
    for hours in (1, 24, 25):
        await sql(store, "UPDATE deliveries SET state = 'sent' WHERE kind = 'notice'")
        await tick(store, NOW + timedelta(hours=hours))


async def test_where_nothing_vanished_nothing_is_written(ticked: Store) -> None:
    async with ticked.begin() as tx:
        await tx.marks.next_rev()  # on SQLite nobody else could write now
        assert await run(ticked, RULES, NOW) == Audit((), 0)


@pytest.mark.parametrize("state", ENDS)
async def test_an_alert_comes_back_only_when_nobody_can_have_read_it(
    ticked: Store, state: str
) -> None:
    before = await alerts(ticked)
    key = before[0]
    await sql(
        ticked,
        f"UPDATE deliveries SET state = '{state}' WHERE key = '{key}'",  # noqa: S608
        f"DELETE FROM deliveries WHERE key = '{key}'",  # noqa: S608
    )
    assert await tick(ticked) == 1
    assert (key in await alerts(ticked)) is (state == "waiting")
    assert await told(ticked) == ["vanished"]
    await tick(ticked)
    assert await told(ticked) == ["vanished"]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_row_of_any_kind_is_missed(ticked: Store, kind: str) -> None:
    row = Notification(f"{kind}:9:slack:#x", kind, "slack", "#x", NOW)
    async with ticked.begin() as tx:
        await tx.outbox.put([row], now=NOW)
    await sql(ticked, "DELETE FROM deliveries WHERE place = '#x'")
    (finding,) = (await run(ticked, RULES, NOW)).findings
    assert (finding.problem, finding.subject) == (Problem.VANISHED, row.key)
    assert finding.detail == "delivery waiting"


async def test_all_rows_of_an_alert_come_back_when_none_was_read(ticked: Store) -> None:
    before = await alerts(ticked)
    await sql(ticked, "DELETE FROM deliveries WHERE kind = 'milestone'")
    assert await tick(ticked) == len(before)
    assert await alerts(ticked) == before
    assert await audit_outbox(ticked, RULES, NOW) == Audit((), 0)


async def test_an_alert_that_was_read_is_not_told_again_by_the_audit(ticked: Store) -> None:
    before = await alerts(ticked)
    await sql(
        ticked,
        "UPDATE deliveries SET state = 'sent' WHERE kind = 'milestone'",
        "DELETE FROM deliveries WHERE kind = 'milestone'",
    )
    assert await tick(ticked) == len(before)
    await the_day_after(ticked)
    assert await alerts(ticked) == []
    assert await told(ticked) == ["vanished"]


@pytest.mark.parametrize("state", ["waiting", "sent"])
async def test_the_ledger_comes_back_and_nothing_is_told_again(ticked: Store, state: str) -> None:
    written, before = await entries(ticked), await alerts(ticked)
    await sql(ticked, f"UPDATE deliveries SET state = '{state}'", "DELETE FROM ledger")  # noqa: S608
    assert await tick(ticked) == len(written)
    assert await entries(ticked) == written
    await the_day_after(ticked)
    assert await entries(ticked) >= written
    assert set(await alerts(ticked)) >= set(before)


@pytest.mark.parametrize(("state", "again"), [("waiting", True), ("sent", False)])
async def test_ledger_and_alerts_gone_together_tell_nobody_twice(
    ticked: Store, state: str, again: bool
) -> None:
    written, before = await entries(ticked), await alerts(ticked)
    await sql(
        ticked,
        f"UPDATE deliveries SET state = '{state}' WHERE kind = 'milestone'",  # noqa: S608
        "DELETE FROM deliveries WHERE kind = 'milestone'",
        "DELETE FROM ledger",
    )
    await tick(ticked, NOW + timedelta(days=1))  # a new day: the tick looks at the whole book
    assert await entries(ticked) >= written
    assert bool(set(before) & set(await alerts(ticked))) is again
    await the_day_after(ticked)
    assert bool(set(before) & set(await alerts(ticked))) is again


async def test_a_post_that_vanished_is_found_once(ticked: Store) -> None:
    await sql(
        ticked,
        "UPDATE deliveries SET state = 'sent', batch = 'b' || id, receipt = 'r', "
        "sent_at = '2026-11-23 02:00:00.000000' WHERE kind = 'milestone'",
        "INSERT INTO posts (platform, place, message_id, kind, batch, facts, revision, posted_at) "
        "SELECT platform, place, 'm' || id, kind, batch, '{}', 0, '2026-11-23 02:00:00.000000' "
        "FROM deliveries WHERE kind = 'milestone'",
    )
    later = NOW + timedelta(hours=1)
    assert await tick(ticked, later) == 0
    await sql(ticked, "DELETE FROM posts WHERE id = (SELECT min(id) FROM posts)")
    assert await tick(ticked, later + timedelta(minutes=59)) == 0
    for hours in (1, 2):
        assert await tick(ticked, later + timedelta(hours=hours)) == 1
    assert await told(ticked) == ["audit"]
    async with ticked.read() as tx:
        record = await last_audit(tx)
    assert record is not None
    assert [finding.problem for finding in record.findings] == [Problem.UNREGISTERED]
    assert record.clean  # it was told, and is no news any more


async def clean(store: Store) -> bool:
    async with store.read() as tx:
        record = await last_audit(tx)
    return record is not None and record.clean


async def test_a_loss_is_told_once_and_the_audit_is_not_clean_while_it_lasts(
    ticked: Store,
) -> None:
    """Somebody of several has no row: the audit finds it again and again."""
    of_alert = Counter(row.contract_id for row in await rows(ticked) if row.kind == "milestone")
    contract = of_alert.most_common(1)[0][0]
    await sql(
        ticked,
        "UPDATE deliveries SET state = 'sent'",
        "DELETE FROM deliveries WHERE id = "  # noqa: S608
        f"(SELECT min(id) FROM deliveries WHERE contract_id = {contract})",
        "DELETE FROM vanished",  # nothing but the audit knows of it
    )
    for hours in (1, 2, 3):
        await tick(ticked, NOW + timedelta(hours=hours))
        assert not await clean(ticked)
        assert await told(ticked) == ["audit"]
    await sql(ticked, f"UPDATE deliveries SET audience = NULL WHERE contract_id = {contract}")  # noqa: S608
    await tick(ticked, NOW + timedelta(hours=4))
    assert await clean(ticked)


@pytest.mark.parametrize(("state", "back"), [("waiting", True), ("sent", False)])
async def test_what_vanished_keeps_the_audit_from_clean_until_it_is_back(
    ticked: Store, state: str, back: bool
) -> None:
    key = (await alerts(ticked))[0]
    await sql(
        ticked,
        f"UPDATE deliveries SET state = '{state}' WHERE key = '{key}'",  # noqa: S608
        "UPDATE deliveries SET audience = NULL",
        f"DELETE FROM deliveries WHERE key = '{key}'",  # noqa: S608
    )
    for hours in (1, 2):
        await tick(ticked, NOW + timedelta(hours=hours))
        assert await clean(ticked) is back
    assert await told(ticked) == ["vanished"]
    await sql(ticked, "UPDATE vanished SET at = '2020-01-01 00:00:00.000000'")
    await tick(ticked, NOW + timedelta(hours=3))
    assert await clean(ticked)


async def test_two_replicas_tell_of_it_once(ticked: Store) -> None:
    await sql(ticked, "DELETE FROM deliveries WHERE kind = 'milestone'")
    found = await asyncio.gather(*(run(ticked, RULES, NOW) for _ in range(3)))
    assert sorted(bool(audit.findings) for audit in found) == [False, False, True]
    assert await told(ticked) == ["vanished"]


async def test_a_decided_term_gets_nothing_back(ticked: Store) -> None:
    key = (await alerts(ticked))[0]
    contract = key.split(":")[1]
    await sql(
        ticked,
        f"UPDATE contracts SET status = 'lost' WHERE id = {contract}",  # noqa: S608
        f"DELETE FROM deliveries WHERE key = '{key}'",  # noqa: S608
    )
    assert await tick(ticked) == 1
    assert key not in await alerts(ticked)


async def test_what_was_doubted_comes_back_doubted(ticked: Store) -> None:
    before = await alerts(ticked)
    doubted = [key for key in before if ":slack:" in key]
    await sql(
        ticked,
        "UPDATE deliveries SET suspect_since = '2026-11-22 09:00:00.000000' "
        "WHERE kind = 'milestone' AND platform = 'slack'",
        "DELETE FROM deliveries WHERE kind = 'milestone'",
    )
    await tick(ticked)
    assert await alerts(ticked) == before
    assert {row.key for row in await rows(ticked) if row.suspect_since} == set(doubted)


async def test_what_vanished_long_ago_is_neither_read_nor_kept(ticked: Store) -> None:
    for n, (what, days) in enumerate(
        [("delivery_told", 20), ("delivery_told", 50), ("ledger_told", 100), ("ledger", 101)]
    ):
        ago = f"datetime('now', '-{days} days')"
        if ticked.dialect == "postgresql":
            ago = f"now() - interval '{days} days'"
        await sql(
            ticked,
            f"INSERT INTO vanished (what, key, state, at) VALUES ('{what}', 'k{n}', 'sent', {ago})",  # noqa: S608
        )
    async with ticked.read() as tx:
        assert await tx.vanishing.read_alerts(days=LOOK_BACK_DAYS) == {"k0"}
        assert await tx.vanishing.any_new()
    await sweep.run(ticked, RULES, NOW + timedelta(days=1))
    async with ticked.read() as tx:
        kept = await tx.connection.exec_driver_sql("SELECT key FROM vanished ORDER BY key")
        assert list(kept.scalars()) == ["k0", "k1", "k3"]
