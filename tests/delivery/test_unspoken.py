"""Where nobody has spoken to the bot yet, what is due waits for a word and loses nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.adapters.base import Adapters, Payload, Receipt
from bot.adapters.wecom_errors import NOT_SPOKEN_TO
from bot.delivery.courier import Courier
from bot.delivery.rounds import deliver_all
from handlers.waking import spoken_in
from scoring.errors import BadCredentials
from storage.pacing import UNSPOKEN, Pause
from tests.delivery.world import World
from tests.fakes.strict import StrictWecom


@dataclass
class ShyBot(StrictWecom):
    """An AI bot that may write only where somebody spoke to it."""

    spoken: set[str] = field(default_factory=set)
    asked: int = 0

    async def send(self, place: str, payload: Payload, key: str) -> Receipt:
        self.asked += 1
        if place.replace("user:", "bot:") not in self.spoken:
            raise BadCredentials("no permission", code=NOT_SPOKEN_TO)
        return await super().send(place, payload, key)


def shy(world: World) -> tuple[ShyBot, Courier]:
    bot = ShyBot(lambda: world.clock.steady)
    return bot, world.courier(adapters=Adapters([bot]))


async def test_what_is_due_waits_without_counting_and_goes_when_somebody_speaks(
    world: World,
) -> None:
    bot, worker = shy(world)
    await world.put(["A-1", "A-2"], "group:g")
    hours = 30
    for _ in range(hours):
        await deliver_all(worker)
        world.clock.move(hours=1)
    rows = await world.rows()
    assert {(row.state, row.attempts, row.error) for row in rows.values()} == {
        ("waiting", 0, UNSPOKEN)
    }
    assert bot.asked == hours
    bot.spoken.add("group:g")
    assert await spoken_in(world.store, "wecom", "group:g")
    assert (await world.rows())["A-1"].error is None
    assert (await deliver_all(worker)).sent == 2
    assert not await spoken_in(world.store, "wecom", "group:g")


async def test_it_goes_by_itself_within_the_hour_when_nobody_told_of_the_word(
    world: World,
) -> None:
    bot, worker = shy(world)
    await world.put(["A-1"], "group:g")
    await deliver_all(worker)
    bot.spoken.add("group:g")
    world.clock.move(minutes=59)
    assert (await deliver_all(worker)).sent == 0
    world.clock.move(minutes=1)
    assert (await deliver_all(worker)).sent == 1


async def test_a_person_is_reached_in_the_direct_chat_with_the_bot(world: World) -> None:
    bot, worker = shy(world)
    await world.put(["A-1"], "user:zhang")
    await world.put(["A-2"], "user:li")
    await deliver_all(worker)
    bot.spoken |= {"bot:zhang", "bot:li"}
    assert await spoken_in(world.store, "wecom", "bot:zhang")
    await deliver_all(worker)
    assert await world.states() == {"A-1": "sent", "A-2": "waiting"}


async def test_a_word_ends_no_other_pause(world: World) -> None:
    until = world.clock.steady.replace(minute=50)
    async with world.store.begin() as tx:
        await tx.pacing.pause(Pause("wecom", "bot:zhang", until, 1, "RateLimited 45009"))
        await tx.pacing.pause(Pause("slack", "bot:zhang", until, 0, UNSPOKEN))
    assert not await spoken_in(world.store, "wecom", "bot:zhang")
    async with world.store.read() as tx:
        assert len(await tx.pacing.pauses(steady=world.clock.steady)) == 2


async def test_who_sets_it_up_can_ask_which_places_wait_for_a_word(world: World) -> None:
    _, worker = shy(world)
    await world.put(["A-1"], "group:g")
    await deliver_all(worker)
    async with world.store.read() as tx:
        assert [p.place for p in await tx.pacing.unspoken(steady=world.clock.steady)] == ["group:g"]
