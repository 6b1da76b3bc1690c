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
from tests.jobs.alerting import worry
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


MOVED = (
    "UPDATE contracts SET team = '华北' WHERE id = 2",
    "UPDATE accounts SET team = '华北' WHERE id = 2",
    "UPDATE opportunities SET team = '华北' WHERE contract_id = 2",
)


@pytest.mark.parametrize("kind", ["milestone", "warning"])
async def test_a_channel_does_not_hear_of_a_customer_that_changed_teams(
    chat: Chat, kind: str
) -> None:
    if kind == "milestone":
        await chat.tick()
    else:
        await worry(chat, 2)
    for statement in MOVED:
        await execute(chat, statement)
    for place in ("#renewals-east", "robot:east"):
        rows = [row for row in await of(chat, place, "HT-2") if row.kind == kind]
        assert rows
        result = await judged(chat, rows)
        assert result.message is None
        assert result.superseded == tuple(row.id for row in rows)
    put = [row for row in await of(chat, "#renewals-north", "HT-2") if row.kind == kind]
    assert len(put) == len(rows)
    assert (await judged(chat, put)).message is not None


async def test_a_channel_of_a_team_without_places_leaves_it_to_the_leads(chat: Chat) -> None:
    await worry(chat, 2)
    rows = await of(chat, "#renewals-east", "HT-2")
    for statement in MOVED:
        await execute(chat, statement.replace("华北", "华南"))
    assert (await judged(chat, rows)).message is None
    (put,) = await of(chat, "U3ADA", "HT-2")
    assert (await judged(chat, [put])).kept == (put.id,)


@pytest.mark.parametrize(("team", "told"), [(None, True), ("华东", True), ("华北", False)])
async def test_what_is_no_teams_is_told_where_it_was_to_be_told(
    chat: Chat, team: str | None, told: bool
) -> None:
    await worry(chat, 2)
    rows = await of(chat, "#renewals-east", "HT-2")
    await execute(chat, "UPDATE contracts SET team = :team WHERE id = 2", team=team)
    await execute(chat, "UPDATE accounts SET team = :team WHERE id = 2", team=team)
    assert ((await judged(chat, rows)).message is not None) is told


async def test_a_customers_own_channel_hears_whatever_its_team(chat: Chat) -> None:
    await chat("bind customer 星河科技有限公司", as_="Ada Park", place="channel")
    await worry(chat, 2)
    rows = await of(chat, "#renewals-east", "HT-2")
    for statement in MOVED:
        await execute(chat, statement)
    assert (await judged(chat, rows)).message is not None


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
