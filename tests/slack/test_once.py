"""The turn to answer: one at a time, taken over from who died, and no obstacle without a book."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.slack.once import LEASE_S, InHands, Once, Turn
from storage.store import Store
from storage.transaction import Tx
from tests.sample_book import MONDAY


class Steady:
    """A steady clock that is set by hand."""

    now = datetime(2026, 1, 1, tzinfo=UTC)

    async def __call__(self, _tx: Tx) -> datetime:
        return self.now


def turns(store: Store, steady: Steady) -> Once:
    return Once(store, lambda: MONDAY, steady=steady)


async def test_of_many_one_gets_it(store: Store) -> None:
    steady = Steady()
    takes = [turns(store, steady).take("Ev1") for _ in range(5)]
    taken = await asyncio.gather(*takes, return_exceptions=True)
    (turn,) = [one for one in taken if isinstance(one, Turn)]
    assert sum(isinstance(one, InHands) for one in taken) == 4
    await turn.over(answered=True)
    steady.now += timedelta(hours=1)
    assert await turns(store, steady).take("Ev1") is None


async def test_what_somebody_died_over_is_taken_over(store: Store) -> None:
    steady = Steady()
    dead = await turns(store, steady).take("Ev1")
    assert dead is not None
    with pytest.raises(InHands):
        await turns(store, steady).take("Ev1")
    steady.now += timedelta(seconds=LEASE_S + 1)
    heir = await turns(store, steady).take("Ev1")
    assert heir is not None
    await dead.over(answered=False)  # it only slept: what is another's now stays so
    with pytest.raises(InHands):
        await turns(store, steady).take("Ev1")
    await heir.over(answered=True)


async def test_what_was_lost_is_answered_anew(store: Store) -> None:
    steady = Steady()
    first = await turns(store, steady).take("Ev1")
    assert first is not None
    await first.over(answered=False)
    second = await turns(store, steady).take("Ev1")
    assert second is not None
    await second.over(answered=True)


async def test_without_a_book_everybody_may_say_so() -> None:
    gone = Store.open("postgresql+psycopg://nobody@127.0.0.1:1/none")
    turn = await turns(gone, Steady()).take("Ev1")
    assert turn is not None
    await turn.over(answered=True)
    await gone.close()
