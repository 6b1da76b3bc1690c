"""An alert that waits is told only to whom it concerns when it is sent, and to somebody for sure."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import text

from handlers.announcing import compose
from handlers.announcing_types import Composed
from messages.i18n import Phrasebook
from messages.render.text import render_text
from storage.outbox import Delivery
from tests.chatting import Chat
from tests.sample_book import NORTH, ZONE


async def execute(chat: Chat, statement: str, **values: object) -> None:
    async with chat.store.begin() as tx:
        await tx.connection.execute(text(statement), values)


async def of(chat: Chat, place: str, contract_no: str) -> list[Delivery]:
    contract_id = chat.book.contracts[contract_no]
    return [r for r in await chat.outbox() if r.place == place and r.contract_id == contract_id]


async def judged(chat: Chat, rows: list[Delivery]) -> Composed:
    async with chat.store.begin() as tx:
        result = await compose(tx, rows, chat.now, chat.rules)
        await tx.outbox.put_again(result.redirected, now=chat.now)
    return result


async def test_who_moved_to_another_team_hears_nothing_and_the_new_worker_does(chat: Chat) -> None:
    await chat.tick()
    rows = await of(chat, "user:hanmeimei", "HT-3")
    await execute(chat, "UPDATE people SET team = :team WHERE name = '韩梅梅'", team=NORTH)
    await execute(chat, "UPDATE contracts SET owner_id = 1 WHERE contract_no = 'HT-3'")
    await execute(chat, "UPDATE opportunities SET owner_id = 1 WHERE contract_id = 3")
    result = await judged(chat, rows)
    assert result.superseded == tuple(row.id for row in rows)
    (put,) = await of(chat, "user:lilei", "HT-3")
    assert put.key == rows[0].key.replace("user:hanmeimei", "user:lilei")
    assert (await judged(chat, [put])).kept == (put.id,)


async def test_who_left_is_replaced_by_the_lead(chat: Chat) -> None:
    await chat.tick()
    rows = await of(chat, "user:hanmeimei", "HT-3")
    await execute(chat, "UPDATE people SET linked = false WHERE name = '韩梅梅'")
    assert (await judged(chat, rows)).message is None
    (put,) = await of(chat, "U3ADA", "HT-3")
    assert (await judged(chat, [put])).kept == (put.id,)


async def test_the_owner_of_another_team_still_hears(chat: Chat) -> None:
    await chat.tick()
    rows = await of(chat, "user:hanmeimei", "HT-3")
    await execute(chat, "UPDATE people SET team = :team WHERE name = '韩梅梅'", team=NORTH)
    assert (await judged(chat, rows)).kept == tuple(row.id for row in rows)


@pytest.mark.parametrize(("state", "again"), [("superseded", "waiting"), ("sent", "sent")])
async def test_what_comes_back_to_a_reader_is_told_once(chat: Chat, state: str, again: str) -> None:
    await chat.tick()
    rows = await of(chat, "user:hanmeimei", "HT-3")
    await execute(chat, "UPDATE people SET linked = false WHERE name = '韩梅梅'")
    await judged(chat, rows)
    await execute(chat, "UPDATE deliveries SET state = :state WHERE place = 'U3ADA'", state=state)
    await judged(chat, rows)
    (put,) = await of(chat, "U3ADA", "HT-3")
    assert put.state == again


async def test_an_alert_says_since_by_the_local_day(chat: Chat) -> None:
    """Before eight in the morning in Shanghai it is still yesterday in UTC."""
    await chat("log HT-1 电话沟通")
    await chat.tick()
    await execute(chat, "UPDATE ledger SET fired_on = '2026-12-01' WHERE contract_id = 1")
    chat.at(datetime(2026, 12, 2, 7, 30, tzinfo=ZONE))
    await chat.tick()
    rows = [r for r in await of(chat, "user:lilei", "HT-1") if r.facts.get("offset") == 30]
    result = await judged(chat, rows)
    assert result.message is not None
    text_shown = render_text(result.message, Phrasebook(result.locale, ZONE))
    assert "上次提醒后没有新的跟进" in text_shown
