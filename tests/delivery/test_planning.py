"""Many places at once: nothing is dropped by limits that say nothing, and no time is given away."""

from __future__ import annotations

import pytest

from bot.adapters.wecom_paces import CORP, appchat_pace
from bot.delivery.choosing import choose
from storage.pacing import PAUSE_MOST_S
from storage.store import Store
from storage.windows import Pace, Window
from tests.delivery.planning import Plan, least_s
from tests.fakes.strict import LIMITS

MANY = {
    "robot:east": 43,
    "robot:west": 5,
    "user:zhang": 64,
    "user:li": 3,
    "bot:wang": 33,
    "group:w1": 33,
    "appchat:deal": 3,
}


async def test_two_workers_drop_nothing_and_hardly_wait_longer_than_they_must(
    store: Store,
) -> None:
    plan = Plan(store, MANY)
    await plan.put()
    took_s = await plan.run()
    assert plan.wecom.dropped == []
    assert plan.all_told_once()
    least = least_s(MANY, LIMITS)
    assert least == 120
    assert least <= took_s <= least * 1.05
    # Each place is held up by its own limit alone.
    assert [plan.ended_at(place) for place in ("robot:west", "user:li", "appchat:deal")] == [0] * 3
    assert plan.ended_at("bot:wang") == plan.ended_at("group:w1") == 61


async def test_without_pacing_the_same_plan_loses_messages_silently(store: Store) -> None:
    plan = Plan(store, MANY)
    plan.wecom.paced = lambda _place: ()
    await plan.put()
    await plan.run()
    assert len(plan.wecom.dropped) == 23 + 34 + 3 + 3


def in_corp(place: str) -> tuple[Pace, ...]:
    """A corp that may post seventy times a minute: more than sixty, so it is counted in parts."""
    return (Pace(place, (Window(30, 61.0),)), Pace(CORP, (Window(70, 61.0),)))


async def test_a_limit_that_all_share_holds_only_what_has_to_wait(store: Store) -> None:
    wanted = {f"user:p{number}": 20 for number in range(9)} | {"bot:wang": 5}
    plan = Plan(store, wanted)
    plan.wecom.limits = {**LIMITS, "corp": ((70, 60),)}
    plan.wecom.paced = lambda place: in_corp(place)[: 2 if place.startswith("user") else 1]
    await plan.put()
    took_s = await plan.run()
    assert plan.wecom.dropped == []
    assert plan.all_told_once()
    assert 120 <= took_s <= 120 * 1.06
    assert plan.ended_at("bot:wang") == 0
    assert plan.rounds <= 8


async def test_who_shares_a_limit_gets_about_as_far_at_the_same_time(store: Store) -> None:
    """Three places, one of which has much more to say, and one whose posts weigh much more."""
    wanted = {"user:much": 60, "user:little": 8, "appchat:large": 4}
    plan = Plan(store, wanted)
    plan.wecom.limits = {**LIMITS, "corp": ((1_000, 60),)}
    plan.wecom.paced = lambda place: (
        Pace(place, (Window(30, 61.0),)),
        Pace(CORP, (Window(70, 61.0),), cost=35 if place.startswith("appchat") else 1),
    )
    await plan.put()
    await plan.run()
    assert plan.wecom.dropped == []
    assert plan.all_told_once()
    assert plan.ended_at("user:little") <= plan.ended_at("user:much")
    assert plan.ended_at("appchat:large") <= 4 * 63


async def test_no_pause_is_longer_than_the_longest(store: Store) -> None:
    plan = Plan(store, {"user:zhang": 3})
    plan.wecom.paced = lambda place: (Pace(place, (Window(2, 86_400.0),)),)
    await plan.put()
    worker = plan.courier()
    assert len((await choose(worker, politely=False)).places) == 1
    await plan.run()
    assert plan.ended_at("user:zhang") == 86_400
    assert plan.rounds >= 86_400 / PAUSE_MOST_S


@pytest.mark.parametrize(("members", "least"), [(2_000, 60), (100, 0)])
async def test_a_post_into_a_large_group_counts_for_each_of_its_members(
    store: Store, members: int, least: float
) -> None:
    wanted = {f"appchat:g{number}": 2 for number in range(6)}
    plan = Plan(store, wanted)
    plan.wecom.members = members
    await plan.put()
    took_s = await plan.run()
    assert least_s(wanted, LIMITS, members=members) == least
    assert plan.wecom.dropped == []
    assert plan.all_told_once()
    assert least <= took_s <= least * 1.05
    assert sum(pace.cost for pace in appchat_pace("appchat:g", members=members)) == 2 + members
