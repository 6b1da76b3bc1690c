"""The auditor notices what the outbox itself cannot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.jobs.auditor import Audit, Problem, audit_outbox, look
from handlers.jobs.tick import tick_once
from storage.engine import LONG_CACHE_KIB, LONG_STATEMENT_TIMEOUT_S
from storage.store import Store
from tests.chat.conftest import book
from tests.sample_book import MONDAY, RULES

__all__ = ["book"]

NOW = MONDAY.astimezone(UTC)


async def audited(store: Store, now: datetime = NOW) -> Audit:
    return await audit_outbox(store, RULES, now)


async def sql(store: Store, statement: str) -> int:
    async with store.begin() as tx:
        return (await tx.connection.exec_driver_sql(statement)).rowcount


@pytest.fixture
async def ticked(store: Store, book: object) -> Store:
    await tick_once(store, RULES, NOW)
    return store


async def keys(store: Store) -> list[str]:
    async with store.read() as tx:
        return sorted(row.key for row in await tx.outbox.rows())


async def test_a_book_in_order_has_no_findings(ticked: Store) -> None:
    assert await audited(ticked) == Audit((), 0)


async def test_a_look_at_a_large_book_may_take_long(store: Store) -> None:
    async with store.read() as tx:
        await look(tx, RULES, NOW)
        if tx.dialect == "postgresql":
            timeout = await tx.connection.exec_driver_sql("SHOW statement_timeout")
            assert timeout.scalar() == f"{LONG_STATEMENT_TIMEOUT_S // 60}min"
        else:
            cache = await tx.connection.exec_driver_sql("PRAGMA cache_size")
            assert cache.scalar() == -LONG_CACHE_KIB


async def test_alerts_deleted_by_hand_are_found_and_put_again(ticked: Store) -> None:
    before = await keys(ticked)
    gone = next(key for key in before if key.startswith("milestone:"))
    contract = gone.split(":")[1]
    await sql(ticked, f"DELETE FROM deliveries WHERE contract_id = {contract}")  # noqa: S608
    audit = await audited(ticked)
    assert audit.count(Problem.UNTOLD) == 1
    assert audit.put_again >= 1
    assert await keys(ticked) == before
    assert await audited(ticked) == Audit((), 0)


async def test_alerts_that_were_all_withdrawn_are_found_and_told_after_all(ticked: Store) -> None:
    gone = next(key for key in await keys(ticked) if key.startswith("milestone:"))
    contract = gone.split(":")[1]
    await sql(
        ticked,
        f"UPDATE deliveries SET state = 'superseded' WHERE contract_id = {contract}",  # noqa: S608
    )
    audit = await audited(ticked)
    assert audit.count(Problem.UNTOLD) == 1
    assert audit.put_again >= 1
    async with ticked.read() as tx:
        assert {str(row.state) for row in await tx.outbox.rows()} == {"waiting"}
    assert await audited(ticked) == Audit((), 0)


async def test_what_was_posted_is_told_of_but_not_put_again(ticked: Store) -> None:
    gone = next(key for key in await keys(ticked) if key.startswith("milestone:"))
    contract = gone.split(":")[1]
    async with ticked.begin() as tx:
        await tx.connection.exec_driver_sql(
            "INSERT INTO posts (platform, place, message_id, kind, contract_id, facts, revision, "  # noqa: S608
            f"posted_at) VALUES ('slack', '#x', '1', 'milestone', {contract}, '{{}}', 0, "
            "'2026-11-23 02:00:00.000000')"
        )
        await tx.connection.exec_driver_sql(
            f"DELETE FROM deliveries WHERE contract_id = {contract}"  # noqa: S608
        )
    audit = await audited(ticked, NOW + timedelta(hours=1))
    assert (audit.count(Problem.UNTOLD), audit.put_again) == (1, 0)


async def test_what_was_decided_needs_no_alert(ticked: Store) -> None:
    gone = next(key for key in await keys(ticked) if key.startswith("milestone:"))
    contract = gone.split(":")[1]
    await sql(ticked, f"UPDATE contracts SET status = 'lost' WHERE id = {contract}")  # noqa: S608
    await sql(ticked, f"DELETE FROM deliveries WHERE contract_id = {contract}")  # noqa: S608
    assert await audited(ticked) == Audit((), 0)


async def test_one_recipient_missing_of_several_is_found(ticked: Store) -> None:
    async with ticked.read() as tx:
        rows = await tx.outbox.rows()
    contract = next(
        row.contract_id
        for row in rows
        if sum(other.contract_id == row.contract_id for other in rows) > 1
    )
    many = sum(row.contract_id == contract for row in rows)
    assert await audited(ticked) == Audit((), 0)
    await sql(
        ticked,
        "DELETE FROM deliveries WHERE id = "  # noqa: S608
        f"(SELECT min(id) FROM deliveries WHERE contract_id = {contract})",
    )
    (finding,) = (await audited(ticked)).findings
    assert finding.problem is Problem.MISSING
    assert finding.detail.endswith(f" {many - 1}/{many}")


async def test_deliveries_that_do_not_end_are_told_of(ticked: Store) -> None:
    later = NOW + timedelta(days=3)
    audit = await audited(ticked, later)
    assert audit.count(Problem.OVERDUE) == len(await keys(ticked))
    await sql(ticked, "UPDATE deliveries SET state = 'failed', error = 'x' WHERE id = 1")
    await sql(ticked, "UPDATE deliveries SET state = 'review' WHERE id = 2")
    await sql(ticked, "UPDATE deliveries SET state = 'sent' WHERE id > 2")
    audit = await audited(ticked, later)
    assert {finding.problem for finding in audit.findings} == {Problem.FAILED, Problem.REVIEW}


async def test_parcels_without_open_rows_are_swept(ticked: Store) -> None:
    await sql(
        ticked,
        "INSERT INTO parcels (key, platform, place, locale, payloads, receipts, resumes, begun_at, "
        "versions) "
        "VALUES ('k', 'wecom', 'robot:east', 'en', '[]', '[]', false, '2026-11-01 00:00:00.000000', '{}')",
    )
    await tick_once(ticked, RULES, NOW + timedelta(days=1), only="sweep")
    async with ticked.read() as tx:
        assert await tx.parcels.get("k") is None


async def test_an_audit_without_findings_holds_up_no_writer(ticked: Store) -> None:
    async with ticked.begin() as tx:
        await tx.marks.next_rev()  # on SQLite nobody else could write now
        assert await audited(ticked) == Audit((), 0)


async def test_a_tick_audits_once_an_hour(ticked: Store) -> None:
    await sql(ticked, "UPDATE deliveries SET state = 'failed', error = 'x'")
    soon = await tick_once(ticked, RULES, NOW + timedelta(minutes=59))
    assert soon["findings"] == 0
    later = await tick_once(ticked, RULES, NOW + timedelta(minutes=60))
    assert later["findings"] > 0


async def test_every_alert_knows_how_many_places_it_was_put_for(ticked: Store) -> None:
    async with ticked.read() as tx:
        rows = await tx.connection.exec_driver_sql(
            "SELECT max(audience), min(audience), count(*), max(key) FROM deliveries "
            "WHERE kind = 'milestone' GROUP BY contract_id"
        )
        found: list[tuple[Any, ...]] = [tuple(row) for row in rows]
    assert found
    assert [row for row in found if not row[0] == row[1] == row[2]] == []
    assert any("U3ADA" in row[3] for row in found)  # nobody but the lead
