"""Chat lines that read: a rep's list, the team's page and the customer's card, by size of book."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

from sqlalchemy import event

from benchmarks.book import ADMIN, NOW, RULES, Book, reps_of
from benchmarks.figures import Figure
from benchmarks.timing import median, percentile, timed
from handlers.answering import Desk
from handlers.commands import COMMANDS
from handlers.jobs import milestones
from messages.abilities import PlaceKind
from messages.incoming import Incoming, Place
from scoring.model import Locale, Platform
from scoring.permissions import PlaceScope
from storage.engine import Engines, open_engines
from storage.store import Store

MOST_LINES = 400
"""Lines of each kind; their p99 is the fifth slowest."""

WARMING = 10


@dataclass(slots=True)
class Talk:
    """A desk over one book, with a count of the statements behind each answer."""

    book: Book
    desk: Desk
    engines: Engines
    random: Random = field(default_factory=lambda: Random(5))
    statements: int = 0

    async def say(self, line: str) -> None:
        """One line in a direct message: cards are asked for by the admin, lists by some rep."""
        rep = f"U{self.random.randint(1, reps_of(self.book.size)):06}"
        sender = ADMIN if line.startswith("show") else rep
        place = Place(Platform.SLACK, sender, PlaceScope.DM, PlaceKind.SLACK_DM)
        incoming = Incoming(Platform.SLACK, sender, line, place, locale=Locale.EN)
        answer = await self.desk.answer(incoming, NOW)
        assert not answer.refused, f"{line} was refused"


KINDS: dict[str, Callable[[Talk], str]] = {
    "a rep's due 30d mine": lambda _: "due 30d mine",
    "the team's page: due 90d": lambda _: "due 90d",
    "show, by customer code": lambda talk: f"show A-{talk.random.randint(1, talk.book.accounts)}",
}


async def measure(dialect: str, large: Book, small: Book) -> list[Figure]:
    """Lines on both books in turn, so that noise falls on both."""
    figures = []
    lines = min(MOST_LINES, max(large.size // 100, 10))
    async with _talk(large) as on_large, _talk(small) as on_small:
        for what, line in KINDS.items():
            times: dict[int, list[float]] = {large.size: [], small.size: []}
            counts: dict[int, set[int]] = {large.size: set(), small.size: set()}
            for number in range(lines + WARMING):
                for talk in (on_large, on_small):
                    said, before = line(talk), talk.statements
                    seconds = await timed(lambda talk=talk, said=said: talk.say(said))  # type: ignore[misc]
                    if number >= WARMING:
                        times[talk.book.size].append(seconds)
                        counts[talk.book.size].add(talk.statements - before)
            found = "/".join(
                "–".join(str(n) for n in sorted({min(c), max(c)})) for c in counts.values()
            )
            figures.append(
                Figure(
                    "chat", dialect, f"{what}, p99 at {large.size:,}",
                    percentile(times[large.size], 0.99), "s",
                    goal=2, floor=percentile(times[small.size], 0.99),
                    floor_is=f"p99 at {small.size:,}",
                    note=f"medians {median(times[large.size]) * 1000:.1f} and "
                    f"{median(times[small.size]) * 1000:.1f} ms; {found} statements",
                )
            )  # fmt: skip
    return figures


@asynccontextmanager
async def _talk(book: Book) -> AsyncIterator[Talk]:
    engines = open_engines(book.url)
    store = Store(engines)
    talk = Talk(book, Desk(store, COMMANDS, RULES), engines)

    def count(*_: object) -> None:
        talk.statements += 1

    try:
        async with store.begin() as tx:
            await milestones.run(tx, RULES, NOW)
        event.listen(engines.reader.sync_engine, "before_cursor_execute", count)
        yield talk
    finally:
        await store.close()
