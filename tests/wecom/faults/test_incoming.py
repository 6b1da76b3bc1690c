"""The oracle of what comes in: in any weather a line changes the book once and is answered once."""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from bot.delivery.rounds import deliver_all
from scoring.model import Platform
from storage.store import Store
from tests.wecom.faults.alerts import FIRST, Book, crowd
from tests.wecom.faults.post_office import post_office
from tests.wecom.faults.site import GROUPS, replica, site
from tests.wecom.faults.talk import Kind, Line, Talk, changes
from tests.wecom.faults.weather import SQUALLS

SEEDS = int(os.environ.get("RENEWALS_TEST_SEEDS", "1"))
TURNS = 6
RATE = 0.2
LOST = 0.15
PEOPLE = {"李雷": "lilei", "韩梅梅": "hanmeimei", "Ada Park": "ada"}

Record = Callable[[str, object], None]


@asynccontextmanager
async def talking(store: Store, database_url: str, seed: int) -> AsyncIterator[tuple[Talk, Book]]:
    """Two services on one database, and people who talk to both."""
    dice = random.Random(seed)
    book = await crowd(store)
    async with store.begin() as tx:
        await tx.people.link(book.people["Ada Park"], Platform.WECOM, "ada", expect=None)
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(site(store))
        for _ in range(2):
            other = Store.open(database_url)
            stack.push_async_callback(other.close)
            await stack.enter_async_context(replica(here, other))
        office = await stack.enter_async_context(post_office(here, dice))
        await here.connected()
        yield Talk(here, office, dice), book


def squalls(talk: Talk, seed: int) -> None:
    """From now on everything goes wrong now and then."""
    talk.here.weather.turn(seed, SQUALLS, rate=RATE)
    talk.office.lost = talk.office.answers_lost = LOST


async def chat(talk: Talk, who: str, customers: list[str]) -> None:
    """One person's morning."""
    for customer in talk.dice.sample(customers, TURNS):
        place = f"{talk.dice.choice(['user', 'bot'])}:{PEOPLE[who]}"
        match talk.dice.choice([Kind.LOG, Kind.ASK, Kind.SNOOZE, Kind.LOOK]):
            case Kind.LOG:
                await talk.say(who, place, f"跟进 {customer} 电话聊了 #", customer, Kind.LOG)
            case Kind.ASK:
                asked = await talk.say(who, place, f"跟进 {customer}", customer, Kind.ASK)
                if asked.answers:
                    await talk.say(who, place, "电话聊了 #", customer, Kind.LOG)
            case Kind.SNOOZE:
                words = f"暂缓 {customer} 2026-12-05 出差 #"
                await talk.say(who, place, words, customer, Kind.SNOOZE)
            case Kind.LOOK:
                await talk.say(who, place, f"客户 {customer}", customer, Kind.LOOK)


async def trouble(talk: Talk, over: asyncio.Event) -> None:
    """What happens to the company meanwhile, every few lines."""
    while not over.is_set():
        live = talk.here.cloud.lines.live
        match talk.dice.choice(["late", "cut", "kicked", "revoked"]):
            case "late":
                await talk.office.release()
                await talk.here.weather.release(backwards=True)
            case "cut" if live is not None:
                talk.here.weather.count("connection closed 1011")
                await live.close(1011)
            case "kicked":
                talk.here.weather.count("connection kicked")
                await talk.here.cloud.lines.kick()
            case "revoked":
                talk.here.weather.count("tokens revoked")
                talk.here.cloud.revoke_tokens()
        await talk.lines_more(4, over)


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_what_people_say_counts_once_in_squalls(
    store: Store, database_url: str, seed: int, record_property: Record
) -> None:
    async with talking(store, database_url, seed) as (talk, _):
        squalls(talk, seed)
        over = asyncio.Event()
        troubled = asyncio.create_task(trouble(talk, over))
        mornings = [
            chat(talk, who, [f"客户{FIRST + 8 * number + k}" for k in range(8)])
            for number, who in enumerate(PEOPLE)
        ]
        await asyncio.gather(*mornings)
        over.set()
        await troubled
        injected = talk.here.weather.injected.total()
        await talk.calm()
        counts = await judged(talk)
    record_property("incoming", {**counts, "faults": injected, "seeds": 1})


async def judged(talk: Talk) -> Counter[str]:
    """What has become of each line; fails for one that did not count, or counted twice."""
    book = await changes(talk.here.store)
    assert book.logged == book.touches.total()
    counts: Counter[str] = Counter(lines=len(talk.lines))
    for line in talk.lines:
        if line.changes:
            assert book.of(line) == line.heard, line
        answered_once(line)
        counts["heard"] += line.heard
        counts["answered"] += bool(line.answers)
        counts["answered in two forms"] += len(line.answers) > 1
        if line.heard and not line.answers:
            counts["answers that the platform lost"] += 1
            if line.by_app and line.changes:
                assert await repeated(talk, line), line
    after = await changes(talk.here.store)
    assert after == book
    return counts


def answered_once(line: Line) -> None:
    """Whether nothing is said twice.

    Where two services hear a line at once and WeCom refuses one of them, it may be said as a card
    by one and as text by the other: rather that than not at all. The AI bot's sign of life ends as
    one line above the card, for a stream cannot become a card.
    """
    assert len(line.cards) <= 1, line
    assert len(line.texts) <= 1, line
    if not line.by_app and line.cards:
        assert all("\n" not in text for text in line.texts), line


async def repeated(talk: Talk, line: Line) -> bool:
    """Whether what was done is said when the platform tells a line once more."""
    passive = await talk.office.again(line.marker)
    await talk.here.over()
    said = talk.said(line.place, line.customer, line.kind)
    return len(said) == 1 or line.kind.value in passive


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_of_those_who_claim_at_once_one_wins_and_all_are_told_the_same(
    store: Store, database_url: str, seed: int
) -> None:
    async with talking(store, database_url, seed) as (talk, book):
        names = talk.dice.sample(sorted(book.patterns), 4)
        for name in names:
            await book.alert(GROUPS[0], name)
            await deliver_all(talk.here.replicas[0].courier)
            await deliver_all(talk.here.replicas[1].courier)
        squalls(talk, seed)
        for name in names:
            code = book.code(name)
            await asyncio.gather(
                talk.tap("李雷", GROUPS[0], f"claim {code}"),
                talk.say("韩梅梅", "user:hanmeimei", f"认领 {code}", name, Kind.CLAIM),
                talk.say("Ada Park", "bot:ada", f"认领 {code}", name, Kind.CLAIM),
            )
        await talk.calm()
        claims = (await changes(store)).claims
        for name in names:
            opportunity_id = book.patterns[name].opportunity_id or 0
            async with store.read() as tx:
                won = await tx.opportunities.get(opportunity_id)
                assert won is not None
                winner = await tx.people.get(won.claimed_by_id or 0)
            heard = [line for line in talk.lines if line.customer == name and line.heard]
            assert claims[opportunity_id] == (winner is not None)
            assert winner or not heard
            who = winner.name if winner else ""
            for line in heard:
                answered_once(line)
                told = "已由您认领" if line.who == who else f"已由{who}认领".replace(" ", "")
                assert all(told in answer.replace(" ", "") for answer in line.answers), line


async def test_two_taps_in_one_second_both_count_and_each_of_them_once(
    store: Store, database_url: str
) -> None:
    async with talking(store, database_url, 0) as (talk, book):
        names = sorted(book.patterns)[:2]
        for name in names:
            await book.alert("user:lilei", name)
            await deliver_all(talk.here.replicas[0].courier)
        taps = [
            talk.tap("李雷", "user:lilei", f"{verb} {book.code(name)}")
            for name in names
            for verb in ("claim", "show")
        ]
        before = len(talk.office.letters)
        talk.here.clock.to_the_second()
        await asyncio.gather(*taps)
        await talk.calm()
        stamps = {letter.plain.split("CreateTime>")[1] for letter in talk.office.letters[before:]}
        assert len(stamps) == 1
        claims = (await changes(store)).claims
        assert claims == {book.patterns[name].opportunity_id: 1 for name in names}
        for name in names:
            assert len(talk.said("user:lilei", name, Kind.CLAIM)) == 1
