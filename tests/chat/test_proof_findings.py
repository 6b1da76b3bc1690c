"""The proof counts every delivery, and names what the auditor found with what to do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.jobs.auditor import Problem
from handlers.jobs.tick import tick_once
from handlers.proof import EVERYTHING, Proof, prove
from scoring.model import DeliveryState, Locale
from scoring.permissions import Reach
from tests.chatting import Chat


async def sql(chat: Chat, *statements: str) -> None:
    async with chat.store.begin() as tx:
        for statement in statements:
            await tx.connection.exec_driver_sql(statement)


async def proved(chat: Chat, *, live: bool = False, reach: Reach = EVERYTHING) -> Proof:
    async with chat.store.read() as tx:
        return await prove(tx, chat.rules, chat.now, live=live, reach=reach)


async def tick(chat: Chat) -> None:
    await tick_once(chat.store, chat.rules, chat.now)


async def test_every_delivery_is_counted_by_its_end(chat: Chat) -> None:
    await tick(chat)
    rows = len(await chat.outbox())
    await sql(
        chat,
        "UPDATE deliveries SET state = 'sent'",
        "UPDATE deliveries SET state = 'failed' WHERE id = (SELECT min(id) FROM deliveries)",
    )
    found = await proved(chat)
    assert set(found.deliveries) == set(DeliveryState)
    assert found.deliveries[DeliveryState.FAILED] == 1
    assert found.deliveries[DeliveryState.SENT] == rows - 1
    assert sum(found.deliveries.values()) == rows


async def test_who_reads_a_team_counts_its_deliveries_and_sees_no_findings(chat: Chat) -> None:
    await tick(chat)
    await sql(chat, "DELETE FROM deliveries WHERE contract_id = 1")
    await tick(chat)
    everything, own = await proved(chat), await proved(chat, reach=Reach(team="华东"))
    assert 0 < sum(own.deliveries.values()) < sum(everything.deliveries.values())
    assert everything.findings
    assert own.findings == ()


async def test_a_loss_is_in_the_proof_at_once_and_healed_at_the_next_tick(chat: Chat) -> None:
    await tick(chat)
    assert (await proved(chat, live=True)).findings == ()
    await sql(chat, "DELETE FROM ledger WHERE contract_id = 1")
    (finding, *others) = (await proved(chat, live=True)).findings
    assert (finding.problem, finding.put_back) == (Problem.VANISHED, False)
    assert all(other.problem is Problem.VANISHED for other in others)
    await tick(chat)
    assert all(finding.put_back for finding in (await proved(chat)).findings)


@pytest.mark.parametrize(
    ("loss", "problem"),
    [
        ("UPDATE deliveries SET state = 'superseded' WHERE contract_id = 1", Problem.UNTOLD),
        ("UPDATE deliveries SET state = 'review' WHERE contract_id = 1", Problem.REVIEW),
        ("UPDATE deliveries SET state = 'failed' WHERE contract_id = 1", Problem.FAILED),
        ("UPDATE deliveries SET due_at = '2026-11-01 00:00:00.000000'", Problem.OVERDUE),
        (
            "UPDATE deliveries SET state = 'sent', batch = 'b', receipt = 'r', "
            "sent_at = '2026-11-23 01:00:00.000000' WHERE contract_id = 1",
            Problem.UNREGISTERED,
        ),
    ],
)
async def test_within_one_period_the_audit_names_each_kind_of_loss(
    chat: Chat, loss: str, problem: Problem
) -> None:
    await tick(chat)
    await sql(chat, loss)
    chat.later(minutes=59)
    await tick(chat)
    assert (await proved(chat)).findings == ()
    chat.later(minutes=1)
    await tick(chat)
    assert problem in {finding.problem for finding in (await proved(chat)).findings}


async def test_the_period_can_be_chosen(chat: Chat) -> None:
    from dataclasses import replace

    chat.rules = replace(chat.rules, audit_every=timedelta(minutes=5))
    await tick(chat)
    await sql(chat, "UPDATE deliveries SET state = 'failed' WHERE contract_id = 1")
    chat.later(minutes=5)
    await tick(chat)
    assert (await proved(chat)).findings


@pytest.mark.parametrize(
    ("locale", "says", "healed"),
    [
        (Locale.EN, "What the audit found", "put back. Nothing is to be done"),
        (Locale.ZH, "例行核查发现", "已自动恢复"),
    ],
)
async def test_the_chat_says_what_was_found_and_what_to_do(
    chat: Chat, locale: Locale, says: str, healed: str
) -> None:
    await tick(chat)
    await sql(chat, "DELETE FROM ledger WHERE contract_id = 1")
    await tick(chat)
    reply = await chat("proof", as_="Root Chen", locale=locale)
    assert says in reply
    assert healed in reply


async def test_a_proof_without_exceptions_still_names_findings(chat: Chat) -> None:
    await tick(chat)
    await sql(chat, "UPDATE deliveries SET state = 'sent'")
    await chat("claim HT-9")
    await sql(chat, "DELETE FROM ledger WHERE contract_id = 1")
    await tick(chat)
    await sql(chat, "UPDATE deliveries SET state = 'sent'")
    reply = await chat("proof", as_="Root Chen", locale=Locale.EN)
    assert "No contract was forgotten, but the audit found" in reply
    assert "deliveries in all" in reply


async def test_the_admins_are_told_in_words_of_what_vanished(chat: Chat) -> None:
    from bot.sending import composer

    await tick(chat)
    await sql(chat, "DELETE FROM ledger WHERE contract_id = 1")
    await tick(chat)
    (note,) = [row for row in await chat.outbox() if row.key.startswith("notice:vanished:")]
    assert note.person_id == (await chat.person("Root Chen")).id
    async with chat.store.read() as tx:
        composed = await composer(chat.rules)(tx, [note], note.due_at)
    assert composed.message is not None
    assert "proof" in composed.message.lines()
