"""A warning or an expansion that somebody deletes by hand is missed, and told when it can be."""

from __future__ import annotations

import pytest

from handlers.jobs.auditor import Audit, Problem, audit_outbox
from handlers.jobs.tick import tick_once
from handlers.jobs.vanished import run as vanished
from scoring.health.model import Band
from scoring.health.worry import Concern
from tests.chatting import Chat
from tests.expansion.growing import expansion_of, grow
from tests.jobs.alerting import LILEI, Post, Reasons, worry, worst

HUAWEI = "华为技术有限公司"
QINGQUAN = "清泉水务有限公司"
STEADY: Reasons = {Concern.BAND: {"from": Band.HEALTHY, "to": Band.STEADY}}


async def audited(chat: Chat) -> Audit:
    return await audit_outbox(chat.store, chat.rules, chat.now)


async def sql(chat: Chat, statement: str) -> None:
    async with chat.store.begin() as tx:
        await tx.connection.exec_driver_sql(statement)


async def keys(chat: Chat, kind: str) -> list[str]:
    return sorted(row.key for row in await chat.outbox(kind))


async def test_every_row_knows_how_many_places_its_alert_was_put_for(chat: Chat) -> None:
    await worry(chat, 1, 2, 7, 9)
    await grow(chat, HUAWEI, QINGQUAN)
    async with chat.store.read() as tx:
        found = await tx.connection.exec_driver_sql(
            "SELECT min(audience), max(audience), count(*) FROM deliveries "
            "WHERE kind IN ('warning', 'expansion') "
            "GROUP BY kind, COALESCE(contract_id, opportunity_id)"
        )
        rows = [tuple(row) for row in found]
    assert sorted(rows) == [(1,) * 3, (1,) * 3, (1,) * 3, (2,) * 3, (2,) * 3, (3,) * 3]
    assert await audited(chat) == Audit((), 0)


@pytest.mark.parametrize("place", [LILEI, "robot:east"])
async def test_one_row_of_a_warning_is_missed(chat: Chat, place: str) -> None:
    await worry(chat, 1)
    await sql(chat, f"DELETE FROM deliveries WHERE place = '{place}'")  # noqa: S608
    audit = await audited(chat)
    (finding,) = audit.findings
    assert finding.problem is Problem.MISSING
    assert finding.subject == "HT-1"
    assert finding.detail.endswith(" 2/3")
    assert audit.put_again == 0


@pytest.mark.parametrize("reasons", [worst(Concern.BAND), STEADY], ids=["for all", "for one"])
async def test_a_warning_that_lost_all_its_rows_is_told_again(chat: Chat, reasons: Reasons) -> None:
    await worry(chat, 1, 3, reasons=reasons)
    before = await keys(chat, "warning")
    await sql(chat, "DELETE FROM deliveries WHERE contract_id = 1")
    audit = await audited(chat)
    (finding,) = audit.findings
    assert finding.problem is Problem.UNTOLD
    assert finding.subject.startswith("warning:1:")
    assert audit.put_again == len(before) / 2
    assert await keys(chat, "warning") == before
    assert await audited(chat) == Audit((), 0)


async def test_what_somebody_may_have_read_is_told_when_it_vanishes_and_not_again(
    chat: Chat,
) -> None:
    await worry(chat, 1)
    await Post(chat).deliver()
    chat.later(minutes=1)
    await sql(chat, "DELETE FROM deliveries WHERE kind = 'warning'")
    gone = await vanished(chat.store, chat.rules, chat.now)
    assert (gone.count(Problem.VANISHED), gone.put_again) == (3, 0)
    assert await audited(chat) == Audit((), 0)


@pytest.mark.parametrize("line", ["claim HT-1", "lost HT-1 price"])
async def test_what_was_acted_on_is_not_missed(chat: Chat, line: str) -> None:
    await chat.tick()
    await worry(chat, 1)
    chat.later(minutes=1)
    assert not (await chat(line)).refused
    await sql(chat, "DELETE FROM deliveries WHERE kind = 'warning'")
    assert (await audited(chat)).count(Problem.UNTOLD) == 0


async def test_one_row_of_an_expansion_is_missed(chat: Chat) -> None:
    # Nobody can be told in person: both places of the team hear of it.
    async with chat.store.begin() as tx:
        unreachable = {"name": "无处可达", "role": "rep", "team": "华东"}
        number = await tx.people.add(unreachable, now=chat.now)
    await sql(chat, f"UPDATE contracts SET owner_id = {number} WHERE id = 1")  # noqa: S608
    await grow(chat, HUAWEI)
    await sql(chat, "DELETE FROM deliveries WHERE place = 'robot:east'")
    (finding,) = (await audited(chat)).findings
    assert (finding.problem, finding.subject) == (Problem.MISSING, "HT-1")
    assert finding.detail.endswith(" 1/2")


async def test_an_expansion_that_lost_all_its_rows_is_told_again(chat: Chat) -> None:
    await grow(chat, HUAWEI)
    before = await keys(chat, "expansion")
    await sql(chat, "DELETE FROM deliveries WHERE kind = 'expansion'")
    audit = await audited(chat)
    assert [finding.problem for finding in audit.findings] == [Problem.UNTOLD]
    assert audit.put_again == 1
    assert await keys(chat, "expansion") == before
    await chat(f"claim {(await expansion_of(chat, HUAWEI)).code}")
    await sql(chat, "DELETE FROM deliveries WHERE kind = 'expansion'")
    assert await audited(chat) == Audit((), 0)


async def test_the_hourly_audit_of_the_tick_puts_them_again(chat: Chat) -> None:
    await worry(chat, 9)
    before = await keys(chat, "warning")
    await sql(chat, "DELETE FROM deliveries WHERE kind = 'warning'")
    did = await tick_once(chat.store, chat.rules, chat.now, only="audit")
    # One for the row that vanished, one for the warning that nobody has a row for.
    assert (did["findings"], await keys(chat, "warning")) == (2, before)


async def test_what_was_doubted_is_told_again_with_its_doubt(chat: Chat) -> None:
    await worry(chat, 1)
    await grow(chat, HUAWEI)
    before = await keys(chat, "warning") + await keys(chat, "expansion")
    told = "WHERE kind IN ('warning', 'expansion')"
    await sql(chat, f"UPDATE deliveries SET suspect_since = '2026-11-22 09:00:00.000000' {told}")  # noqa: S608
    await sql(chat, f"DELETE FROM deliveries {told}")  # noqa: S608
    chat.later(minutes=1)
    await vanished(chat.store, chat.rules, chat.now)
    assert (await audited(chat)).put_again == len(before)
    assert {row.key for row in await chat.outbox() if row.suspect_since} == set(before)
