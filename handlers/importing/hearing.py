"""Noting that a source spoke, so that a score tells "nothing happened" from "nobody told"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

from handlers.importing.parsed import ParsedTable
from storage.fact_sources import HEARD_KINDS
from storage.transaction import Tx

DAYS: Mapping[str, str] = MappingProxyType(
    {
        "signals": "observed_on",
        "tickets": "opened_on",
        "payments": "due_on",
        "surveys": "answered_on",
        "events": "held_on",
        "touches": "at",
    }
)
"""The field that says how far back the facts of a kind go."""


async def note_heard(tx: Tx, tables: Sequence[ParsedTable], source: str, today: date) -> None:
    """Note for every kind among `tables` that `source` spoke of it today, also without a row."""
    for kind in HEARD_KINDS:
        mine = [table for table in tables if table.kind == kind]
        if mine:
            since = min(_days(mine, DAYS.get(kind, "")), default=None)
            await tx.fact_sources.heard(kind, source, today, since=since)


def _days(tables: Sequence[ParsedTable], field: str) -> Iterator[date]:
    for table in tables:
        for row in table.rows:
            day = row.values.get(field)
            if isinstance(day, date):
                yield day.date() if isinstance(day, datetime) else day
