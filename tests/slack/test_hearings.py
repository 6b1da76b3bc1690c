"""An event is answered once by all replicas, also when the one that began is gone."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from storage.hearings import CLAIMED_MOST_S, Claim
from storage.store import Store

NOW = datetime(2026, 11, 23, 1, 7, tzinfo=UTC)
S = timedelta(seconds=1)


async def claim(store: Store, owner: str, at_s: float = 0, *, lease_s: float = 30) -> Claim:
    async with store.begin() as tx:
        return await tx.hearings.claim(
            "slack", "Ev1", owner, lease_s=lease_s, steady=NOW + at_s * S, at=NOW
        )


async def finish(store: Store, owner: str) -> bool:
    async with store.begin() as tx:
        return await tx.hearings.finish("slack", "Ev1", owner)


async def extend(store: Store, owner: str, at_s: float) -> bool:
    async with store.begin() as tx:
        return await tx.hearings.extend("slack", "Ev1", owner, lease_s=30, steady=NOW + at_s * S)


async def forget(store: Store, owner: str) -> None:
    async with store.begin() as tx:
        await tx.hearings.forget("slack", "Ev1", owner)


async def test_whoever_hears_first_answers(store: Store) -> None:
    assert await claim(store, "one") is Claim.OURS
    assert await claim(store, "two") is Claim.THEIRS
    assert await claim(store, "one") is Claim.THEIRS
    assert await finish(store, "one")
    for owner in ("one", "two"):
        assert await claim(store, owner, 10_000) is Claim.DONE


async def test_ten_hear_at_once_and_one_answers(store: Store) -> None:
    claims = await asyncio.gather(*(claim(store, str(number)) for number in range(10)))
    assert sorted(claims) == [Claim.OURS] + [Claim.THEIRS] * 9


@pytest.mark.parametrize(("at_s", "expected"), [(29.9, Claim.THEIRS), (30, Claim.OURS)])
async def test_what_a_crashed_owner_left_is_taken_over_when_its_time_is_up(
    store: Store, at_s: float, expected: Claim
) -> None:
    await claim(store, "crashed")
    assert await claim(store, "two", at_s) is expected


async def test_ten_want_what_was_left_and_one_gets_it(store: Store) -> None:
    await claim(store, "crashed")
    claims = await asyncio.gather(*(claim(store, str(number), 31) for number in range(10)))
    assert claims.count(Claim.OURS) == 1


async def test_who_was_overtaken_learns_it_and_spoils_nothing(store: Store) -> None:
    await claim(store, "slow")
    await claim(store, "two", 31)
    assert not await finish(store, "slow")
    assert not await extend(store, "slow", 32)
    await forget(store, "slow")
    assert await claim(store, "three", 32) is Claim.THEIRS
    assert await finish(store, "two")


async def test_who_takes_longer_holds_it(store: Store) -> None:
    await claim(store, "one")
    for at_s in range(20, 200, 20):
        assert await extend(store, "one", at_s)
        assert await claim(store, "two", at_s + 19) is Claim.THEIRS


async def test_what_was_not_answered_after_all_is_answered_when_told_again(store: Store) -> None:
    await claim(store, "one")
    await forget(store, "one")
    assert await claim(store, "two") is Claim.OURS


async def test_what_is_done_is_not_forgotten_by_who_did_it(store: Store) -> None:
    await claim(store, "one")
    await finish(store, "one")
    await forget(store, "one")
    assert not await extend(store, "one", 1)
    assert await claim(store, "two") is Claim.DONE


async def test_no_claim_outlasts_the_start_of_a_machine(store: Store) -> None:
    await claim(store, "one", 5_000_000, lease_s=10_000)
    assert await claim(store, "two", 5_000_000 + CLAIMED_MOST_S - 1) is Claim.THEIRS
    assert await claim(store, "two", 60) is Claim.OURS


async def test_events_of_other_sources_and_names_are_others(store: Store) -> None:
    await claim(store, "one")
    async with store.begin() as tx:
        for source, event in (("slack", "Ev2"), ("other", "Ev1")):
            taken = await tx.hearings.claim(source, event, "two", lease_s=30, steady=NOW, at=NOW)
            assert taken is Claim.OURS


async def test_old_ones_are_dropped(store: Store) -> None:
    await claim(store, "one")
    await finish(store, "one")
    async with store.begin() as tx:
        await tx.hearings.forget_before(NOW)
    assert await claim(store, "two") is Claim.DONE
    async with store.begin() as tx:
        await tx.hearings.forget_before(NOW + S)
    assert await claim(store, "two") is Claim.OURS
