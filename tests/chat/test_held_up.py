"""An alert that is held up keeps waiting, but never past its date in silence."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text, update

from bot.sending import composer
from handlers.jobs.tick import tick_once
from handlers.notices import Notice, tell
from scoring.model import Locale
from storage.outbox import Delivery
from storage.pacing import UNSPOKEN
from storage.tables import deliveries
from tests.chatting import Chat

LIMIT = "RateLimited 45009 api freq out of limit"


async def hold_up(chat: Chat, error: str | None, limit_on: date | None = None) -> int:
    """One alert about 华为 that has waited since the morning for a reason."""
    await chat.tick()
    async with chat.store.begin() as tx:
        found = await tx.connection.scalar(
            text("SELECT min(id) FROM deliveries WHERE contract_id = 1 AND kind = 'milestone'")
        )
        await tx.connection.execute(
            text("UPDATE deliveries SET state = 'sent', due_at = created_at WHERE id <> :id"),
            {"id": found},
        )
        await tx.connection.execute(
            update(deliveries)
            .where(deliveries.c.id == found)
            .values(error=error, due_at=deliveries.c.created_at, limit_on=limit_on)
        )
    return int(found or 0)


async def notes(chat: Chat) -> list[Delivery]:
    await tick_once(chat.store, chat.rules, chat.now, only="failures")
    return [row for row in await chat.outbox() if row.key.startswith("late:")]


async def test_the_lead_hears_once_that_nobody_has_spoken_to_the_bot(chat: Chat) -> None:
    await hold_up(chat, UNSPOKEN)
    chat.later(minutes=59)
    assert await notes(chat) == []
    chat.later(minutes=1)
    (note,) = await notes(chat)
    assert note.person_id == (await chat.person("Ada Park")).id
    chat.later(days=1)
    assert await notes(chat) == [note]
    async with chat.store.read() as tx:
        composed = await composer(chat.rules)(tx, [note], note.due_at)
    assert composed.message is not None
    assert "delivery" in composed.message.lines()
    assert "仍在等待发送" in composed.message.summary


@pytest.mark.parametrize(
    ("days", "error", "told"),
    [
        (0, LIMIT, 1),
        (1, LIMIT, 1),
        (2, LIMIT, 0),
        (None, LIMIT, 0),
        (9, UNSPOKEN, 1),
        # Behind others or a full scope: nobody has tried it, and its last day is here.
        (-1, None, 1),
        (0, None, 1),
        (1, None, 0),
        (None, None, 0),
    ],
)
async def test_whatever_holds_it_up_the_lead_hears_before_its_date(
    chat: Chat, days: int | None, error: str | None, told: int
) -> None:
    await hold_up(chat, error, None if days is None else chat.today + timedelta(days=days))
    chat.later(hours=2)
    assert len(await notes(chat)) == told


async def test_a_row_that_is_not_due_yet_holds_nobody_up(chat: Chat) -> None:
    row = await hold_up(chat, None, chat.today)
    async with chat.store.begin() as tx:
        await tx.connection.execute(
            update(deliveries)
            .where(deliveries.c.id == row)
            .values(due_at=chat.now + timedelta(hours=3))
        )
    chat.later(hours=2)
    assert await notes(chat) == []


async def put_notice(chat: Chat, **values: object) -> int:
    """A notice for 李雷, about no contract, that has waited since the morning."""
    reader = await chat.person("李雷")
    async with chat.store.begin() as tx:
        await tell(tx, [reader], Notice("notice.any"), once="x", rules=chat.rules, now=chat.now)
        await tx.connection.execute(
            update(deliveries)
            .where(deliveries.c.kind == "notice")
            .values({"due_at": chat.now, **values})
        )
        found = await tx.connection.scalar(text("SELECT id FROM deliveries WHERE kind = 'notice'"))
    return int(found or 0)


@pytest.mark.parametrize(
    ("values", "key", "says"),
    [
        ({"error": UNSPOKEN}, "late:", "仍在等待发送"),
        ({"error": "BadCredentials 93000 invalid key"}, "late:", "仍在等待发送"),
        ({"state": "failed", "error": "Undeliverable gone"}, "undelivered:", "未能送达"),
        ({"state": "review", "error": "x"}, "undelivered:", "未能送达"),
        ({"error": None}, "", ""),
    ],
)
async def test_the_admins_hear_once_of_a_notice_that_is_about_no_customer(
    chat: Chat, values: dict[str, object], key: str, says: str
) -> None:
    await put_notice(chat, **values)
    chat.later(hours=1)
    told: list[Delivery] = []
    for _ in range(2):
        await tick_once(chat.store, chat.rules, chat.now, only="failures")
        told = [row for row in await chat.outbox() if row.key.startswith(("late:", "undel"))]
        chat.later(days=1)
    if not key:
        assert told == []
        return
    (note,) = told
    assert note.key.startswith(key)
    assert (note.person_id, note.contract_id) == ((await chat.person("Root Chen")).id, None)
    async with chat.store.read() as tx:
        composed = await composer(chat.rules)(tx, [note], note.due_at)
    assert composed.message is not None
    assert "李雷" in composed.message.summary
    assert says in composed.message.summary
    assert "delivery" in composed.message.lines()


async def test_a_note_about_a_notice_is_not_told_when_the_notice_went_out_first(
    chat: Chat,
) -> None:
    row = await put_notice(chat, error=UNSPOKEN)
    chat.later(hours=1)
    (note,) = await notes(chat)
    async with chat.store.begin() as tx:
        await tx.connection.execute(
            text("UPDATE deliveries SET state = 'sent' WHERE id = :id"), {"id": row}
        )
    async with chat.store.read() as tx:
        composed = await composer(chat.rules)(tx, [note], note.due_at)
    assert (composed.message, composed.superseded) == (None, (note.id,))


@pytest.mark.parametrize(("days", "hours"), [(0, 0), (1, 15), (20, 15)])
async def test_on_the_last_day_the_lead_hears_at_once(chat: Chat, days: int, hours: int) -> None:
    await hold_up(chat, UNSPOKEN, chat.today + timedelta(days=days))
    chat.later(hours=9)
    (note,) = await notes(chat)
    waits_h = (note.due_at - chat.now).total_seconds() / 3_600
    assert abs(waits_h - hours) < 1
    assert note.limit_on == chat.today + timedelta(days=days)


async def test_a_note_is_not_told_when_its_alert_went_out_first(chat: Chat) -> None:
    row = await hold_up(chat, UNSPOKEN)
    chat.later(hours=1)
    (note,) = await notes(chat)
    assert note.state == "waiting"
    async with chat.store.begin() as tx:
        await tx.connection.execute(
            text("UPDATE deliveries SET state = 'sent' WHERE id = :id"), {"id": row}
        )
    async with chat.store.read() as tx:
        composed = await composer(chat.rules)(tx, [note], note.due_at)
    assert (composed.message, composed.superseded) == (None, (note.id,))


async def test_a_lead_whose_own_chat_is_held_up_is_no_help(chat: Chat) -> None:
    row = await hold_up(chat, UNSPOKEN)
    async with chat.store.begin() as tx:
        await tx.connection.execute(
            text("UPDATE deliveries SET platform = 'slack', place = 'U3ADA' WHERE id = :id"),
            {"id": row},
        )
    chat.later(hours=1)
    (note,) = await notes(chat)
    assert note.person_id == (await chat.person("Root Chen")).id


@pytest.mark.parametrize(
    ("locale", "says"), [(Locale.EN, "nobody has spoken to the bot"), (Locale.ZH, "说过话")]
)
async def test_delivery_says_why_it_waits(chat: Chat, locale: Locale, says: str) -> None:
    await hold_up(chat, UNSPOKEN)
    chat.later(hours=1)
    assert says in await chat("delivery", as_="Ada Park", locale=locale)
