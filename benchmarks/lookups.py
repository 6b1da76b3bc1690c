"""Finding a customer among two hundred thousand by what somebody types."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from benchmarks.book import NOW, RULES
from benchmarks.databases import Site
from benchmarks.figures import Figure
from benchmarks.names import names
from benchmarks.timing import median, percentile, timed
from handlers.answering import OPERATOR
from handlers.context import Context
from handlers.lookup import find_customer
from handlers.naming import Forms, keys_of
from handlers.words import split
from messages.abilities import PlaceKind
from messages.i18n import Phrasebook
from messages.incoming import Incoming, Place
from scoring.errors import Ambiguous, NotFound
from scoring.model import Locale, Platform
from scoring.permissions import PlaceScope
from storage.store import Store

NAMES_PER_SIZE = 0.2
LOOKUPS = 300

_PLACE = Place(Platform.TEXT, "terminal", PlaceScope.TERMINAL, PlaceKind.TEXT)


async def measure(site: Site, size: int) -> list[Figure]:
    """A fifth of `size` names, each looked up as a part, a typo, pinyin or initials."""
    wanted = max(int(size * NAMES_PER_SIZE), 50)
    book = names(wanted)
    with site.fresh() as url:
        store = Store.open(url)
        try:
            await _fill(store, book)
            times: dict[str, list[float]] = {}
            found = 0
            for kind, typed in _typed(book):
                hits: list[bool] = []
                seconds = await timed(lambda typed=typed, hits=hits: _find(store, typed, hits))  # type: ignore[misc]
                times.setdefault(kind, []).append(seconds)
                found += bool(hits)
        finally:
            await store.close()
    everything = [seconds for kind in times.values() for seconds in kind]
    by_kind = ", ".join(f"{kind} {median(t) * 1000:.0f}" for kind, t in times.items())
    return [
        Figure(
            "look-up", site.dialect, f"a customer among {wanted:,}, median",
            median(everything), "s", goal=0.05,
            note=f"medians in ms: {by_kind}; p99 {percentile(everything, 0.99) * 1000:.0f} ms; "
            f"{found} of {len(everything)} led to one customer or a choice",
        )
    ]  # fmt: skip


async def _fill(store: Store, book: list[str]) -> None:
    async with store.begin() as tx:
        await tx.allow_long_statements()
        await tx.accounts.add_many(
            [{"id": number, "name": name, "team": None} for number, name in enumerate(book, 1)],
            [(key, number) for number, name in enumerate(book, 1) for key in keys_of(name)],
            now=NOW,
        )
    if store.dialect == "postgresql":
        async with store.begin() as tx:
            await tx.connection.exec_driver_sql("ANALYZE")


def _typed(book: list[str]) -> Iterator[tuple[str, str]]:
    random = Random(3)
    for name in random.sample(book, min(LOOKUPS, len(book))):
        form = Forms(name)
        yield "whole", name
        yield "part", form.proper[:6]
        at = random.randrange(1, max(len(form.core) - 1, 2))
        yield "typo", form.core[:at] + form.core[at + 1 :]
        if form.chinese:
            yield "pinyin", form.proper_sounds[0]
        if form.initials and len(form.initials[0]) > 2:
            yield "initials", form.initials[0]


async def _find(store: Store, typed: str, hits: list[bool]) -> None:
    async with store.read() as tx:
        ctx = Context(
            tx=tx,
            store=store,
            now=NOW,
            viewer=OPERATOR,
            place=_PLACE,
            phrases=Phrasebook(Locale.ZH, RULES.zone),
            rules=RULES,
            incoming=Incoming(Platform.TEXT, "operator", typed, _PLACE),
        )
        try:
            await find_customer(ctx, split(typed).plain, whole=True)
        except Ambiguous:
            hits.append(True)
        except NotFound as fault:
            hits += [True] * bool(fault.nearest)
        else:
            hits.append(True)
