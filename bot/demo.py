"""`renewals demo`: a fresh book, a believable sample in it, and a Monday morning to start from."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.clock import Clock
from bot.config import Config, Http, Playground, Team
from bot.config_sections import OfferSection
from bot.sample import DEMO_START, sample_book
from bot.sample.usage import PAST_WEEKS
from bot.sample.vocabulary import named_features, table
from handlers.importing.parsed import ParsedFile, ParsedTable
from handlers.importing.plan import Author, apply
from handlers.jobs import references
from handlers.past_scores import score_past, weeks_before
from handlers.rules import Rules
from scoring.health.model import Dimension
from scoring.offers import DEFAULT_OFFERS
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Demo:
    """Everything `serve` needs."""

    config: Config
    clock: Clock


@contextmanager
def demo(*, host: str, port: int) -> Iterator[Demo]:
    """A demo on a database of its own, gone when left. Nothing of the environment is read."""
    with tempfile.TemporaryDirectory(prefix="renewals-demo-") as folder:
        path = Path(folder) / "demo.db"
        config = Config.model_construct(
            database_url=f"sqlite+aiosqlite:///{path}",
            # A link to a customer needs an address that is known before the start.
            http=Http(host=host, port=port, public_url=f"http://{host}:{port}" if port else ""),
            # Its customers are made up, and who names a host means it.
            playground=Playground(enabled=True, allow_remote=True),
            teams={team: Team(places=places) for team, places in _places().items()},
            offers=list(_offers()),
        )
        yield Demo(config, Clock(DEMO_START, movable=True))


def _places() -> dict[str, list[str]]:
    """Per team a channel and a group that hears; one robot's group shows what a robot cannot do."""
    found: dict[str, list[str]] = {}
    for row in table("places.csv"):
        found.setdefault(row["team"], []).append(row["place"])
    return found


def _offers() -> Iterator[OfferSection]:
    """The usual ones, and a training for each feature that the sample reports by name."""
    for offer in DEFAULT_OFFERS:
        yield OfferSection(name=offer.name, helps=offer.helps)
    for feature in named_features():
        helps = Dimension.ADOPTION
        yield OfferSection(name="feature_training", helps=helps, feature=feature)


async def fill(store: Store, rules: Rules, now: datetime) -> None:
    """Import the sample book, the way any other spreadsheet comes in, and score its past weeks.

    ImportRefused for a bad row.
    """
    tables = await asyncio.to_thread(_tables, now, rules)
    author = Author(None, "demo", "cli")
    async with store.begin() as tx:
        for one in tables:
            await apply(tx, ParsedFile((one,), (), "csv"), rules, now, author=author)
    # Measured first: the past is scored with the model that today is scored with.
    await references.run(store, rules, now)
    today = now.astimezone(rules.zone).date()
    await score_past(store, rules, now, weeks_before(today, PAST_WEEKS))


def _tables(now: datetime, rules: Rules) -> list[ParsedTable]:
    import csv
    from io import StringIO

    from handlers.importing.intake import read_file

    book = sample_book(now.astimezone(rules.zone).date())
    tables: list[ParsedTable] = []
    for kind, rows in book.kinds().items():
        text = StringIO()
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        content = text.getvalue().encode()
        read = read_file(content, f"{kind}.csv", kind=kind, default_currency=rules.base_currency)
        tables += read.tables
    return tables
