"""Turns are taken from all scopes or none, by any number of workers, without waiting in a ring."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.adapters.base import Payload, Receipt
from bot.adapters.wecom_paces import CORP
from bot.delivery.choosing import choose
from bot.delivery.pipeline import deliver_next
from bot.delivery.rounds import deliver_all
from bot.delivery.summary import NOTHING
from scoring.errors import RateLimited
from storage.pacing import UNSPOKEN, Pace, Pause, Window
from storage.store import Store
from storage.tables import paces
from tests.delivery.planning import Plan
from tests.fakes.strict import StrictWecom

NOW = datetime(2026, 11, 23, 1, 7, tzinfo=UTC)
PLACE = Pace("user:zhang", (Window(3, 60),))
WIDE = Pace("*corp", (Window(100, 60), Window(150, 3_600)))


async def reserve(store: Store, *wanted: Pace, at: datetime = NOW) -> dict[str, float]:
    async with store.begin() as tx:
        return await tx.pacing.reserve("wecom", wanted, steady=at)


async def spend(store: Store, *posted: Pace, at: datetime = NOW) -> None:
    async with store.begin() as tx:
        await tx.pacing.spend("wecom", posted, steady=at)


async def test_a_turn_is_taken_from_all_scopes_or_from_none(store: Store) -> None:
    await spend(store, Pace("*corp", WIDE.windows, cost=98))
    assert [await reserve(store, PLACE, WIDE) for _ in range(2)] == [{}, {}]
    refused = await reserve(store, PLACE, WIDE)
    assert list(refused) == ["*corp"]
    assert 60 <= refused["*corp"] <= 61
    # The place has one turn left, because the refusal took none.
    assert await reserve(store, PLACE) == {}
    assert await reserve(store, PLACE) == {"user:zhang": 60}
    assert set(await reserve(store, PLACE, WIDE)) == {"user:zhang", "*corp"}


async def test_nothing_is_counted_where_nothing_is_limited(store: Store) -> None:
    assert await reserve(store) == {}
    async with store.read() as tx:
        assert (await tx.connection.execute(select(paces))).first() is None


async def test_answers_count_and_are_never_held_back(store: Store) -> None:
    await spend(store, *[PLACE] * 4)
    await spend(store, PLACE)
    assert await reserve(store, PLACE) == {"user:zhang": 60}
    assert await reserve(store, PLACE, at=NOW + timedelta(seconds=60)) == {}


async def test_workers_that_race_never_take_more_than_there_is(store: Store) -> None:
    """Forty at once, each for some of five scopes in any order; none waits for another for ever."""
    scopes = [
        Pace(name, (Window(9, 60), Window(70, 3_600))) for name in ("*a", "*b", "c", "d", "e")
    ]
    dice = random.Random(3)
    taken: Counter[str] = Counter()

    async def work() -> None:
        for _ in range(3):
            wanted = dice.sample(scopes, dice.randint(1, 4))
            if not await reserve(store, *wanted):
                taken.update(pace.scope for pace in wanted)

    await asyncio.gather(*(work() for _ in range(40)))
    assert max(taken.values()) == 9
    for pace in scopes:  # who wanted several at once may have left some of one
        while not await reserve(store, pace):
            taken[pace.scope] += 1
    assert taken == dict.fromkeys(("*a", "*b", "c", "d", "e"), 9)


async def test_two_workers_at_one_place_never_wait_in_a_ring(store: Store) -> None:
    """One holds the place while the other, between two parts of a message, forgets its pause."""
    pause = Pause("wecom", "user:zhang", NOW + timedelta(seconds=9), 1, "delivery.error.pace")
    free = Pace("user:zhang", (Window(50, 60),))

    async def refused() -> None:
        async with store.begin() as tx:
            await tx.pacing.reserve("wecom", [free], steady=NOW)
            await tx.pacing.hold(pause, steady=NOW)

    async def going_on() -> None:
        async with store.begin() as tx:
            await tx.pacing.reserve("wecom", [free], steady=NOW)
            await tx.pacing.resume("wecom", "user:zhang")

    await asyncio.gather(*(work() for _ in range(10) for work in (refused, going_on)))


async def test_a_wait_for_the_pace_shortens_no_other_pause(store: Store) -> None:
    def until(seconds: float, strikes: int = 0) -> Pause:
        return Pause("wecom", "p", NOW + timedelta(seconds=seconds), strikes, f"for {seconds:g}")

    async with store.begin() as tx:
        await tx.pacing.pause(until(60, strikes=4))
        await tx.pacing.hold(until(5), steady=NOW)
        assert [p.reason for p in await tx.pacing.pauses(steady=NOW)] == ["for 60"]
        await tx.pacing.hold(until(90), steady=NOW)
        assert [p.reason for p in await tx.pacing.pauses(steady=NOW)] == ["for 90"]
        assert await tx.pacing.strikes("wecom", "p") == 4
        # One of another time line, as after a restart of the machine, is over.
        await tx.pacing.pause(until(86_400 * 40))
        await tx.pacing.hold(until(5), steady=NOW)
        assert [p.reason for p in await tx.pacing.pauses(steady=NOW)] == ["for 5"]


async def test_a_limit_of_the_corp_is_one_row_however_many_wait(store: Store) -> None:
    plan = Plan(store, {f"user:p{number}": 1 for number in range(40)} | {"bot:wang": 1})
    await plan.put()
    async with store.begin() as tx:
        corp = Pace(CORP, (Window(10_000, 61.0), Window(150_000, 3_601.0)), cost=10_000)
        await tx.pacing.spend("wecom", [corp], steady=plan.clock.steady)
    await asyncio.gather(*(deliver_all(plan.courier()) for _ in range(2)))
    assert [message.place for message in plan.wecom.arrived] == ["bot:wang"]
    async with store.read() as tx:
        assert [p.place for p in await tx.pacing.pauses(steady=plan.clock.steady)] == [CORP]
        rows = await tx.outbox.rows()
    assert {(row.state, row.attempts, row.error) for row in rows if row.place != "bot:wang"} == {
        ("waiting", 0, None)
    }


async def test_a_limit_the_platform_tells_holds_all_that_share_it_and_nobody_else(
    store: Store,
) -> None:
    class Full(StrictWecom):
        async def send(self, place: str, payload: Payload, key: str) -> Receipt:
            if place.startswith("user:"):
                raise RateLimited("freq", retry_after_s=60, whole_platform=True, code="45009")
            return await super().send(place, payload, key)

    plan = Plan(store, {"user:zhang": 1, "robot:east": 1, "bot:wang": 1})
    plan.wecom = Full(lambda: plan.clock.steady)
    await plan.put()
    await deliver_all(plan.courier())
    assert {message.place for message in plan.wecom.arrived} == {"robot:east", "bot:wang"}
    async with store.read() as tx:
        assert [p.place for p in await tx.pacing.pauses(steady=plan.clock.steady)] == [CORP]


async def test_a_pause_that_somebody_else_made_is_seen_before_posting(store: Store) -> None:
    """The place was chosen, and then another worker was told to wait."""
    plan = Plan(store, {"robot:east": 1})
    await plan.put()
    worker = plan.courier()
    (place,) = (await choose(worker, politely=False)).places
    until = plan.clock.steady + timedelta(seconds=60)
    async with store.begin() as tx:
        await tx.pacing.pause(Pause("wecom", "robot:east", until, 1, "RateLimited 45009"))
    assert await deliver_next(worker, place) == NOTHING
    assert plan.wecom.arrived == []
    plan.clock.move(seconds=60)
    assert (await deliver_next(worker, place)).sent == 1


async def rests(store: Store, place: str, *scopes: str, at: datetime = NOW) -> bool:
    async with store.read() as tx:
        return await tx.pacing.rests("wecom", place, scopes, steady=at)


@pytest.mark.parametrize("paused", ["user:zhang", "*corp", ""])
async def test_a_place_rests_with_its_scopes_and_its_platform(store: Store, paused: str) -> None:
    async with store.begin() as tx:
        await tx.pacing.pause(Pause("wecom", paused, NOW + timedelta(seconds=9), 0, UNSPOKEN))
    assert await rests(store, "user:zhang", "*corp", "*app")
    assert await rests(store, "user:li", "*app") is (paused == "")
    assert not await rests(store, "user:zhang", "*corp", at=NOW + timedelta(seconds=9))
