"""What is under way and what was answered just now: found again, bounded, never lost silently."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.exchanges import AT_ONCE_FOR_ONE, Exchange, Exchanges
from storage.origin import current_origin
from tests.logged import logged, only


class Silent:
    """A reply nobody hears."""


@dataclass
class Seconds:
    """A steady clock that is set by hand."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


async def at_once(_exchange: Exchange[Silent]) -> None:
    """Nothing to do."""


async def test_a_repeat_finds_the_first_one_until_it_is_old() -> None:
    clock = Seconds()
    exchanges = Exchanges[Silent](kept_s=600, monotonic=clock)
    first = exchanges.begin("app:1", "lilei", Silent(), at_once)
    await exchanges.drain(1)
    clock.now = 599
    exchanges.begin("app:2", "lilei", Silent(), at_once)
    assert exchanges.find("app:1") is first
    clock.now = 601
    exchanges.begin("app:3", "lilei", Silent(), at_once)
    assert exchanges.find("app:1") is None
    assert exchanges.find("app:2") is not None
    await exchanges.drain(1)


async def test_no_more_are_kept_than_there_is_room_for() -> None:
    exchanges = Exchanges[Silent](most=10)
    for number in range(50):
        exchanges.begin(f"app:{number}", "lilei", Silent(), at_once)
        await exchanges.drain(1)
    found = [number for number in range(50) if exchanges.find(f"app:{number}")]
    assert found == list(range(40, 50))


async def test_what_is_under_way_is_not_forgotten() -> None:
    gate = asyncio.Event()

    async def wait(_exchange: Exchange[Silent]) -> None:
        await gate.wait()

    clock = Seconds()
    exchanges = Exchanges[Silent](kept_s=1, most=2, monotonic=clock)
    slow = exchanges.begin("app:slow", "lilei", Silent(), wait)
    clock.now = 100
    for number in range(5):
        exchanges.begin(f"app:{number}", "hanmeimei", Silent(), at_once)
        await asyncio.sleep(0)
    assert exchanges.find("app:slow") is slow
    gate.set()
    await exchanges.drain(1)


async def test_an_answer_that_was_lost_is_no_answer_to_a_repeat() -> None:
    exchanges = Exchanges[Silent]()
    exchange = exchanges.begin("bot:1", "lilei", Silent(), at_once)
    await exchanges.drain(1)
    exchange.lost = True
    assert exchanges.find("bot:1") is None


async def test_one_person_does_not_take_all_the_room() -> None:
    gate = asyncio.Event()

    async def wait(_exchange: Exchange[Silent]) -> None:
        await gate.wait()

    exchanges = Exchanges[Silent](at_once=AT_ONCE_FOR_ONE + 1)
    for number in range(AT_ONCE_FOR_ONE):
        assert not exchanges.full("lilei")
        exchanges.begin(f"app:{number}", "lilei", Silent(), wait)
    assert exchanges.full("lilei")
    assert not exchanges.full("hanmeimei")
    exchanges.begin("app:other", "hanmeimei", Silent(), wait)
    assert exchanges.full("wangbei")
    gate.set()
    await exchanges.drain(1)
    assert not exchanges.full("lilei")


async def test_a_failure_is_told_under_the_id_of_the_line() -> None:
    origins: list[str | None] = []

    async def fail(_exchange: Exchange[Silent]) -> None:
        origins.append(current_origin())
        raise KeyError("here")

    exchanges = Exchanges[Silent]()
    with logged() as events:
        await exchanges.begin("app:1", "lilei", Silent(), fail).task  # type: ignore[misc]
    told = only(events, "an answer failed")
    assert [told["origin"]] == origins


async def test_at_the_end_what_does_not_finish_is_given_up() -> None:
    async def forever(_exchange: Exchange[Silent]) -> None:
        await asyncio.Event().wait()

    exchanges = Exchanges[Silent]()
    exchange = exchanges.begin("app:1", "lilei", Silent(), forever)
    await exchanges.drain(0.01)
    assert exchange.task is not None
    assert exchange.task.cancelled()
