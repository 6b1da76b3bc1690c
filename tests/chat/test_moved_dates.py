"""A date that moves starts a new countdown of the same renewal, and is told every time."""

from __future__ import annotations

from sqlalchemy import text

from scoring.model import Stage
from tests.chatting import Chat


async def count(chat: Chat, contract_no: str) -> int:
    async with chat.store.read() as tx:
        return (
            await tx.connection.scalar(
                text("SELECT count(*) FROM opportunities WHERE contract_id = :id"),
                {"id": chat.book.contracts[contract_no]},
            )
        ) or 0


async def move(chat: Chat, contract_no: str, day: str) -> None:
    reply = await chat(f"edit {contract_no} ends_on={day} confirm=yes", as_="Ada Park")
    assert not reply.refused, reply.text


async def test_a_claim_outlives_a_moved_end(chat: Chat) -> None:
    await chat.tick()
    code = await chat.code("HT-1")
    await chat(f"claim {code}")
    await move(chat, "HT-1", "2027-01-20")
    chat.later(minutes=1)
    await chat.tick()
    assert await count(chat, "HT-1") == 1
    opportunity = await chat.opportunity("HT-1")
    assert (opportunity.code, opportunity.claimed_by_id) == (code, chat.book.people["李雷"])
    alert = (await chat.outbox("milestone"))[-1]
    assert (alert.contract_id, alert.opportunity_id) == (1, opportunity.id)
    assert not (await chat(f"lost {code} price")).refused
    assert "没有" in await chat("mine") or "HT-1" not in await chat("mine")


async def test_a_lapsed_renewal_that_was_prolonged_is_worked_on_again(chat: Chat) -> None:
    await chat.tick()
    assert (await chat.opportunity("HT-5")).stage is Stage.LAPSED
    await move(chat, "HT-5", "2027-01-20")
    assert (await chat.opportunity("HT-5")).stage is Stage.OPEN
    await chat("undo", as_="Ada Park")
    assert (await chat.opportunity("HT-5")).stage is Stage.LAPSED


async def test_a_move_after_an_undone_move_is_told(chat: Chat) -> None:
    await chat.tick()
    await move(chat, "HT-1", "2027-01-20")
    chat.later(minutes=1)
    await chat.tick()
    await chat("undo", as_="Ada Park")
    chat.later(minutes=1)
    await chat.tick()
    told = [row for row in await chat.outbox("milestone") if row.contract_id == 1]
    await move(chat, "HT-1", "2027-01-19")
    chat.later(minutes=1)
    await chat.tick()
    now = [row for row in await chat.outbox("milestone") if row.contract_id == 1]
    assert len(now) > len(told)
    assert await count(chat, "HT-1") == 1
    assert now[-1].opportunity_id == (await chat.opportunity("HT-1")).id


async def test_an_undone_move_keeps_the_renewal_with_its_term(chat: Chat) -> None:
    await chat.tick()
    await chat("claim HT-1")
    await move(chat, "HT-1", "2027-01-20")
    await chat("undo", as_="Ada Park")
    chat.later(days=9)  # D-30 was crossed
    await chat.tick()
    assert await count(chat, "HT-1") == 1
    alert = (await chat.outbox("milestone"))[-1]
    opportunity = await chat.opportunity("HT-1")
    assert opportunity.claimed_by_id == chat.book.people["李雷"]
    rows = [row for row in await chat.outbox("milestone") if row.contract_id == 1]
    assert rows[-1].opportunity_id == opportunity.id, alert


async def test_every_correction_is_told_to_the_owner(chat: Chat) -> None:
    await chat.tick()
    for seats in (10, 20, 30):
        await chat(f"edit HT-1 seats={seats} confirm=yes", as_="Ada Park")
    told = [row for row in await chat.outbox("followup") if row.place == "user:lilei"]
    assert len(told) == 3


async def test_cards_are_repainted_with_every_correction_and_its_undo(chat: Chat) -> None:
    await chat.tick()
    opportunity = await chat.opportunity("HT-1")
    async with chat.store.begin() as tx:
        await tx.connection.execute(
            text(
                "INSERT INTO posts (platform, place, message_id, kind, opportunity_id, facts, "
                "revision, posted_at) VALUES ('slack', '#renewals-east', '1.1', 'milestone', :id, "
                "'{}', 0, '2026-11-23 02:00:00.000000')"
            ),
            {"id": opportunity.id},
        )
    for seats in (10, 20):
        await chat(f"edit HT-1 seats={seats} confirm=yes", as_="Ada Park")
    assert len(await chat.outbox("repaint")) == 2
    await chat("undo", as_="Ada Park")
    assert len(await chat.outbox("repaint")) == 3
