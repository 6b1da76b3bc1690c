"""A newest milestone that the ledger has as overtaken, though nothing newer was told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.jobs.auditor import Audit, Problem, audit_outbox
from handlers.proof import prove
from scoring.model import DeliveryState
from tests.chat.conftest import book, chat
from tests.chatting import Chat

__all__ = ["book", "chat"]


async def written_off(chat: Chat, contract_id: int = 1) -> None:
    """As a tick left it that wrote off what had come in meanwhile."""
    async with chat.store.begin() as tx:
        for statement in (
            "UPDATE ledger SET state = 'superseded' WHERE contract_id = {}",
            "DELETE FROM deliveries WHERE contract_id = {}",
            "DELETE FROM opportunities WHERE contract_id = {}",
            "DELETE FROM vanished WHERE 0 < {}",
        ):
            await tx.connection.exec_driver_sql(statement.format(contract_id))


async def audited(chat: Chat) -> Audit:
    return await audit_outbox(chat.store, chat.rules, chat.now)


async def not_told(chat: Chat) -> set[str]:
    async with chat.store.read() as tx:
        proof = await prove(tx, chat.rules, chat.now)
    return {one.contract_no for one in proof.exceptions if one.problem == "not_told"}


async def rows_of(chat: Chat, contract_id: int = 1) -> list[tuple[str, str]]:
    return sorted(
        (row.key, row.state)
        for row in await chat.outbox("milestone")
        if row.contract_id == contract_id
    )


@pytest.mark.parametrize("contract_id", [1, 2, 5])  # ahead, to be claimed, lapsed
async def test_it_is_named_and_told_after_all(chat: Chat, contract_id: int) -> None:
    await chat.tick()
    before = await rows_of(chat, contract_id)
    await written_off(chat, contract_id)
    number = f"HT-{contract_id}"
    assert await not_told(chat) == {number}
    audit = await audited(chat)
    (finding,) = audit.findings
    assert (finding.problem, finding.subject) == (Problem.UNTOLD, number)
    assert audit.put_again == len(before) > 0
    assert await rows_of(chat, contract_id) == before
    assert (await chat.opportunity(number)).stage == ("lapsed" if contract_id == 5 else "open")
    assert await not_told(chat) == set()
    assert await audited(chat) == Audit((), 0)


async def test_what_was_overtaken_rightly_is_no_finding(chat: Chat) -> None:
    await chat.tick()
    chat.later(days=30)
    await chat.tick()
    async with chat.store.begin() as tx:  # told in time
        await tx.connection.exec_driver_sql(
            f"UPDATE deliveries SET state = '{DeliveryState.SENT}'"  # noqa: S608
        )
    assert (await audited(chat)).count(Problem.UNTOLD) == 0
    assert await not_told(chat) == set()


async def test_history_is_no_finding(chat: Chat) -> None:
    async with chat.store.begin() as tx:
        ended = chat.today - timedelta(days=chat.rules.schedule.grace_days + 1)
        await tx.connection.exec_driver_sql(
            f"UPDATE contracts SET ends_on = '{ended}', countdown_on = '{ended}' "  # noqa: S608
            "WHERE id = 1"
        )
    await chat.tick()
    assert await rows_of(chat) == []
    assert await audited(chat) == Audit((), 0)


async def test_what_was_decided_or_posted_is_not_told_again(chat: Chat) -> None:
    await chat.tick()
    await written_off(chat, 1)
    await written_off(chat, 3)
    assert not (await chat("lost HT-1 price")).refused
    async with chat.store.begin() as tx:
        await tx.connection.exec_driver_sql(
            "INSERT INTO posts (platform, place, message_id, kind, contract_id, facts, revision, "
            "posted_at) VALUES ('slack', '#x', '1', 'milestone', 3, '{}', 0, "
            "'2026-11-23 02:00:00.000000')"
        )
    audit = await audited(chat)
    assert [one.subject for one in audit.findings] == ["HT-3"]
    assert audit.put_again == 0
