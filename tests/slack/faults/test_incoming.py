"""The oracle of what comes in: in any weather each line counts once and is answered at most once."""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest

from storage.store import Store
from tests.slack.faults.alerts import SlackBook, crowd
from tests.slack.faults.all_out import all_out
from tests.slack.faults.post_office import PostOffice, post_office
from tests.slack.faults.site import ADA, HMM, LILEI, replica, site, until
from tests.slack.faults.talk import EAST, How, Talk, changes
from tests.slack.faults.weather import SQUALLS
from tests.wecom.faults.alerts import FIRST

SEEDS = int(os.environ.get("RENEWALS_TEST_SEEDS", "1"))
TURNS = 5
RATE = 0.25
LOST = 0.15

Record = Callable[[str, object], None]


@dataclass
class Scene:
    """Two services on one database, and people who talk to both; by HTTP there is a post office."""

    talk: Talk
    book: SlackBook
    office: PostOffice | None

    def squalls(self, seed: int) -> None:
        """From now on everything goes wrong now and then."""
        self.talk.here.weather.turn(seed, SQUALLS, rate=RATE)
        if self.office is not None:
            self.office.bad(LOST)

    async def calm(self) -> None:
        """The weather is fine again, and what was kept back arrives after all."""
        here = self.talk.here
        here.weather.calm()
        if self.office is not None:
            self.office.calm()
            await self.office.release()
        else:
            await here.connected()
        await here.weather.release()
        await here.over()
        self.talk.attribute()


@asynccontextmanager
async def scene(store: Store, database_url: str, seed: int, by: str) -> AsyncIterator[Scene]:
    """Everything connected, and everybody known."""
    dice = random.Random(seed)
    book = await crowd(store)
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(site(store))
        for _ in range(2):
            other = Store.open(database_url)
            stack.push_async_callback(other.close)
            await stack.enter_async_context(replica(here, other, by_socket=by == "socket"))
        office = None
        if by == "http":
            office = await stack.enter_async_context(post_office(here, dice))
        else:
            await here.connected()
        for who in (LILEI, HMM, ADA):
            for _ in here.replicas:
                await here.cloud.people.slash(who, EAST, "帮助")
        yield Scene(Talk(here, dice), book, office)


async def morning(talk: Talk, who: str, customers: list[str]) -> None:
    """One person's morning."""
    for customer in talk.dice.sample(customers, TURNS):
        await talk.log(who, talk.dice.choice(list(How)), customer)


async def trouble(at: Scene, over: asyncio.Event) -> None:
    """What happens to the connections meanwhile, every few lines."""
    here, dice = at.talk.here, at.talk.dice
    while not over.is_set():
        if at.office is not None:
            await at.office.release()
        else:
            match dice.choice(["refresh", "cut", "deaf", "late"]):
                case "refresh":
                    here.weather.count("all told to reconnect")
                    await here.cloud.lines.disconnect()
                case "cut" if here.cloud.lines.open:
                    here.weather.count("connection cut")
                    dice.choice(here.cloud.lines.open).abort()
                case "deaf" if len(here.cloud.lines.open) > 1:
                    here.weather.count("connection half-open")
                    dice.choice(here.cloud.lines.open).deaf = True
                case _:
                    await here.weather.release(backwards=True)
        enough = len(at.talk.lines) + 3
        await until(lambda: over.is_set() or len(at.talk.lines) >= enough)  # noqa: B023


@pytest.mark.parametrize("by", ["http", "socket"])
@pytest.mark.parametrize("seed", range(SEEDS))
async def test_what_people_log_counts_once_in_squalls(
    store: Store, database_url: str, seed: int, by: str, record_property: Record
) -> None:
    async with scene(store, database_url, seed, by) as at:
        talk = at.talk
        at.squalls(seed)
        over = asyncio.Event()
        troubled = asyncio.create_task(trouble(at, over))
        await asyncio.gather(
            *(
                morning(talk, who, [f"客户{FIRST + 8 * number + k}" for k in range(8)])
                for number, who in enumerate((LILEI, HMM, ADA))
            )
        )
        over.set()
        await troubled
        injected = talk.here.weather.injected.total()
        await at.calm()
        book = await changes(store)
        if at.office is not None:
            assert set(at.office.statuses) <= {200, 503}
    counts: Counter[str] = Counter(lines=len(talk.lines), unopened=talk.unopened, faults=injected)
    for line in talk.lines:
        assert book.touches[line.marker] == bool(line.handled), line
        assert len(line.answers) <= 1, line
        counts["heard"] += bool(line.handled)
        counts["told again"] += max(0, line.handled - 1)
        counts["answered"] += bool(line.answers)
    assert book.logged == book.touches.total()
    record_property("slack incoming", {**counts, "seeds": 1})


@pytest.mark.parametrize("by", ["http", "socket"])
@pytest.mark.parametrize("seed", range(SEEDS))
async def test_of_those_who_claim_at_once_one_wins_and_all_are_told_the_same(
    store: Store, database_url: str, seed: int, by: str
) -> None:
    async with scene(store, database_url, seed, by) as at:
        talk, book = at.talk, at.book
        here, people = talk.here, talk.here.cloud.people
        names = talk.dice.sample(sorted(book.patterns), 3)
        for name in names:
            await book.alert("#renewals-east", name)
            await all_out(here, book)
            here.clock.pass_by(2)
        cards = {
            post.text.partition(" ")[0]: post for post in here.cloud.posts(EAST) if post.bot_id
        }
        at.squalls(seed)
        for name in names:
            code = book.code(name)
            claim = next(
                element["action_id"]
                for block in cards[name].blocks
                for element in block.get("elements", ())
                if element.get("value") == f"claim {code}"
            )
            await asyncio.gather(
                people.tap(LILEI, EAST, cards[name].ts, claim),
                people.tap(HMM, EAST, cards[name].ts, claim),
                people.say(ADA, ADA, f"认领 {code}"),
            )
            await here.over()
        await at.calm()
        claims = (await changes(store)).claims
        handled = [repr(heard) for each in here.replicas for heard in each.handled]
        for name in names:
            code, number = book.code(name), book.patterns[name].opportunity_id or 0
            reached = any(f"claim {code}" in one or f"认领 {code}" in one for one in handled)
            assert claims[number] == reached, name
            async with store.read() as tx:
                won = await tx.opportunities.get(number)
            assert won is not None
            assert (won.claimed_by_id is not None) == reached
