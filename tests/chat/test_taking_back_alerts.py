"""An alert that was withdrawn because of a change is told after all when the change is taken back."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from handlers.announcing import compose
from scoring.model import DeliveryState
from storage.outbox import Delivery
from tests.chatting import Chat


async def alerts(chat: Chat, contract_no: str) -> list[Delivery]:
    return [
        row
        for row in await chat.outbox("milestone")
        if row.contract_id == chat.book.contracts[contract_no]
    ]


async def judged(chat: Chat, contract_no: str) -> None:
    """The courier comes by: what is no longer true is superseded."""
    async with chat.store.begin() as tx:
        for row in await alerts(chat, contract_no):
            composed = await compose(tx, [row], chat.now, chat.rules)
            for row_id in composed.superseded:
                await tx.connection.execute(
                    text("UPDATE deliveries SET state = 'superseded' WHERE id = :id"),
                    {"id": row_id},
                )


def states(rows: list[Delivery]) -> set[DeliveryState]:
    return {row.state for row in rows}


CHANGES = [
    ("lost HT-1 price", "李雷"),
    ("won HT-1", "李雷"),
    ("edit HT-1 ends_on=2028-12-31 confirm=yes", "Ada Park"),
]


@pytest.mark.parametrize(("line", "who"), CHANGES)
@pytest.mark.parametrize("courier_came_by", [False, True])
async def test_the_alert_is_still_told_after_an_undo(
    chat: Chat, line: str, who: str, *, courier_came_by: bool
) -> None:
    await chat.tick()
    before = len(await alerts(chat, "HT-1"))
    assert not (await chat(line, as_=who)).refused
    if courier_came_by:
        await judged(chat, "HT-1")
        assert states(await alerts(chat, "HT-1")) == {DeliveryState.SUPERSEDED}
    assert not (await chat("undo", as_=who)).refused
    rows = await alerts(chat, "HT-1")
    assert len(rows) == before
    assert states(rows) == {DeliveryState.WAITING}


async def test_what_was_told_is_not_told_again_by_an_undo(chat: Chat) -> None:
    await chat.tick()
    async with chat.store.begin() as tx:
        await tx.connection.execute(text("UPDATE deliveries SET state = 'sent'"))
    await chat("lost HT-1 price")
    await chat("undo")
    assert states(await alerts(chat, "HT-1")) == {DeliveryState.SENT}


async def test_an_older_milestone_stays_withdrawn(chat: Chat) -> None:
    await chat.tick()
    chat.later(days=9)  # D-30 of HT-1 was crossed
    await chat.tick()
    await chat("lost HT-1 price")
    await judged(chat, "HT-1")
    await chat("undo")
    by_offset = {row.facts["offset"]: row.state for row in await alerts(chat, "HT-1")}
    assert by_offset == {60: DeliveryState.SUPERSEDED, 30: DeliveryState.WAITING}


async def test_an_escalation_withdrawn_by_a_claim_comes_back_with_it(chat: Chat) -> None:
    from handlers.jobs import escalations

    await chat.tick()
    chat.later(hours=25)
    async with chat.store.begin() as tx:
        await escalations.run(tx, chat.rules, chat.now)
    await chat("claim HT-1")
    async with chat.store.begin() as tx:
        await tx.connection.execute(
            text("UPDATE deliveries SET state = 'superseded' WHERE kind = 'escalation'")
        )
    await chat("undo")
    states_of = {row.contract_id: row.state for row in await chat.outbox("escalation")}
    assert states_of[1] is DeliveryState.WAITING
    assert states_of[2] is DeliveryState.SUPERSEDED
