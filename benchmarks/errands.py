"""What a person wants of the bot, on whichever platform they are, and how long it took.

Everybody is in Slack, in the app of WeCom or with the AI bot of WeCom, and looks after a part of
the book: what is asked for and claimed is theirs.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from random import Random
from typing import TypeVar

import aiohttp

from benchmarks.answers import Unanswered
from benchmarks.book import TODAY, Book, reps_of
from benchmarks.databases import Bare
from benchmarks.platforms import Platforms
from benchmarks.slack_people import SlackPeople
from benchmarks.wecom_people import WecomPeople

T = TypeVar("T")


class Way(StrEnum):
    """How somebody speaks to the bot."""

    SLACK = "Slack"
    APP = "WeCom app"
    BOT = "WeCom AI bot"


TURNS = (Way.SLACK, Way.APP, Way.SLACK, Way.BOT)
"""Half of all people are in Slack, a quarter each with the two ways of WeCom."""

READ, CLAIM, TAP, FORM = "read", "claim", "tap", "form"
READS = {
    "due": ("due", "到期", ("未来 30 天到期", "年费")),
    "show": (
        "show Customer {account}",
        "客户 Customer {account}",
        ("Customer {account}", "客户等级"),
    ),
    "proof": ("proof", "防遗漏", ("合同数", "有负责人")),
    "mine": ("mine", "我的", ("未来 90 天到期", "年费")),
}
"""What is typed in Slack and in WeCom, and what the true answer says and no refusal does."""

CLAIMED, SNOOZED = "已由您认领", "已暂缓至"
QUIET_UNTIL = TODAY + timedelta(days=2)
SLACK_S, WECOM_S = 3.0, 5.0
"""How long each platform waits for an answer."""


@dataclass(slots=True)
class Person:
    """Number `number` of the book; `renewals` are theirs, unclaimed so far, as are `accounts`."""

    number: int
    way: Way
    accounts: list[int]
    renewals: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Errands:
    """Does them over HTTP, and keeps seconds by what was done, and whatever was no success."""

    slack: SlackPeople
    wecom: WecomPeople
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)

    @classmethod
    def at(
        cls,
        address: str,
        session: aiohttp.ClientSession,
        clock: Callable[[], float],
        told: Platforms,
    ) -> Errands:
        """At a service; `clock` is what it goes by, in seconds."""
        slack = SlackPeople(address, session, clock, told)
        wecom = WecomPeople(address, session, clock, told)
        return cls(slack, wecom)

    @property
    def done(self) -> int:
        """How much was answered as it should be."""
        return sum(map(len, self.seconds.values()))

    async def run(self, person: Person, random: Random) -> None:
        """One thing, chosen by lot; a renewal is claimed or put to rest once."""
        kinds = [READ] * 4
        if person.renewals:
            kinds += [CLAIM, TAP, FORM] if person.way is Way.SLACK else [CLAIM]
        kind = random.choice(kinds)
        if kind == READ:
            await self._read(person, random.choice(list(READS)), random.choice(person.accounts))
            return
        renewal = f"R-{person.renewals.pop()}"
        if kind == CLAIM:
            await self._say(
                person, "claim", f"claim {renewal}", f"认领 {renewal}", (renewal, CLAIMED)
            )
        elif kind == TAP:
            user = _slack_id(person)
            tapped = self.slack.tap(user, f"claim {renewal}", (renewal, CLAIMED))
            await self._timed(f"claim by button, {person.way}", tapped)
        else:
            await self._put_to_rest(person, renewal)

    async def _read(self, person: Person, verb: str, account: int) -> None:
        english, chinese, says = READS[verb]
        about = {"account": account}
        answer = tuple(each.format(**about) for each in says)
        await self._say(person, verb, english.format(**about), chinese.format(**about), answer)

    async def _say(
        self, person: Person, verb: str, english: str, chinese: str, says: tuple[str, ...]
    ) -> None:
        match person.way:
            case Way.SLACK:
                said = self.slack.command(_slack_id(person), english, says)
            case Way.APP:
                said = self.wecom.to_app(f"w{person.number}", chinese, says)
            case Way.BOT:
                said = self.wecom.to_bot(f"w{person.number}", chinese, says)
        await self._timed(f"{verb}, {person.way}", said)

    async def _put_to_rest(self, person: Person, renewal: str) -> None:
        """A tap opens a form, which is filled in and handed in."""
        user = _slack_id(person)
        opening = self.slack.form(user, f"snooze {renewal}")
        view = await self._timed(f"snooze, form opened, {person.way}", opening)
        if view is None:
            return
        filled = {"until": QUIET_UNTIL.isoformat(), "reason": "the budget comes later"}
        handed = self.slack.hand_in(user, view, filled, (renewal, SNOOZED))
        await self._timed(f"snooze, form handed in, {person.way}", handed)

    async def _timed(self, what: str, work: Awaitable[T]) -> T | None:
        began = time.perf_counter()
        try:
            result = await work
        except (Unanswered, aiohttp.ClientError, OSError, TimeoutError) as fault:
            self.errors.append(f"{what}: {type(fault).__name__} {fault}")
            return None
        self.seconds[what].append(time.perf_counter() - began)
        return result


def people_of(connection: Bare, book: Book, count: int, renewals_each: int) -> list[Person]:
    """So many people, in turns on each platform; in a small book several are the same rep."""
    reps = reps_of(book.size)
    theirs: dict[int, list[int]] = defaultdict(list)
    for owner, renewal in connection.run(_UNCLAIMED, [_in_a_week(connection)]).fetchall():
        theirs[owner].append(renewal)
    accounts: dict[int, list[int]] = defaultdict(list)
    for owner, account in connection.run(_LOOKED_AFTER).fetchall():
        accounts[owner].append(account)
    people = []
    for seat in range(count):
        number = seat % reps + 1
        own = theirs[number][seat // reps :: -(-count // reps)][:renewals_each]
        people.append(Person(number, TURNS[seat % len(TURNS)], accounts[number], own))
    return people


_LOOKED_AFTER = "SELECT csm_id, id FROM accounts WHERE id <= 10000 ORDER BY id"
_UNCLAIMED = (
    "SELECT c.owner_id, o.id FROM opportunities o JOIN contracts c ON c.id = o.contract_id "
    "WHERE o.claimed_by_id IS NULL AND o.stage NOT IN ('won', 'lost') AND c.owner_id IS NOT NULL "
    "AND c.countdown_on > ? ORDER BY o.id LIMIT 60000"
)
"""Only what can still be put to rest."""


def _in_a_week(connection: Bare) -> object:
    day = TODAY + timedelta(days=7)
    return day.isoformat() if connection.sqlite else day


def _slack_id(person: Person) -> str:
    return f"U{person.number:06}"
