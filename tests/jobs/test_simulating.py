"""Simulate says beforehand what the clock will do, and writes nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from handlers.simulate import Alert, simulate
from scoring.workdays import WorkCalendar
from tests.chatting import Chat
from tests.sample_book import ZONE


async def simulated(chat: Chat, days: int) -> list[Alert]:
    async with chat.store.read() as tx:
        return await simulate(tx, chat.rules, chat.now, days=days)


async def test_it_tells_exactly_what_daily_ticks_will_tell(chat: Chat) -> None:
    foreseen = await simulated(chat, 60)
    await chat.tick()
    for day in range(1, 61):
        chat.at(datetime(2026, 11, 23, 0, 1, tzinfo=ZONE) + timedelta(days=day))
        await chat.tick()
    told = sorted(
        (
            row.due_at.astimezone(ZONE).date(),
            f"{row.platform}:{row.place}",
            row.contract_id,
            row.facts["offset"] < 0,
        )
        for row in await chat.outbox("milestone")
    )
    assert told == sorted(
        (a.on, a.place, chat.book.contracts[a.contract_no], a.kind == "lapsed") for a in foreseen
    )


async def test_it_goes_on_from_what_was_told_already(chat: Chat) -> None:
    await chat.tick()
    before = len(await chat.outbox("milestone"))
    foreseen = await simulated(chat, 30)
    for day in range(1, 31):
        chat.at(datetime(2026, 11, 23, 0, 1, tzinfo=ZONE) + timedelta(days=day))
        await chat.tick()
    assert len(await chat.outbox("milestone")) - before == len(foreseen)


async def test_it_writes_nothing(chat: Chat) -> None:
    await simulated(chat, 90)
    assert await chat.outbox() == []
    async with chat.store.read() as tx:
        assert await tx.opportunities.count() == 0


async def test_alerts_fall_on_working_days_but_never_after_the_last_day(chat: Chat) -> None:
    foreseen = await simulated(chat, 90)
    # D-30 of HT-1 is on a Tuesday; the cancel-by date of HT-3 is a Wednesday. D-7 of HT-4's end
    # (a Sunday) falls on a Sunday too and waits for Monday.
    days = {(a.contract_no, a.on) for a in foreseen}
    assert ("HT-1", date(2026, 12, 1)) in days
    assert ("HT-3", date(2026, 12, 16)) in days
    assert ("HT-4", date(2026, 12, 14)) in days
    # The end day itself is not put off.
    assert ("HT-4", date(2026, 12, 20)) in days
    calendar = WorkCalendar()
    off = [a for a in foreseen if not calendar.is_working_day(a.on)]
    assert {a.contract_no for a in off} == {"HT-4"}


@pytest.mark.parametrize(
    ("line", "who"),
    [("won HT-1", "李雷"), ("lost HT-1 price", "李雷")],
)
async def test_decided_contracts_are_silent(chat: Chat, line: str, who: str) -> None:
    await chat(line, as_=who)
    assert "HT-1" not in {a.contract_no for a in await simulated(chat, 60)}
