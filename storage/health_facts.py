"""The raw material of health, read as columns for any number of customers at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, date, timedelta, tzinfo
from functools import partial
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np

from scoring.health.facts import (
    LONGEST_WINDOW_DAYS,
    Contacts,
    Events,
    Facts,
    Observations,
    Payments,
    SourceDays,
    Subjects,
    Surveys,
    Tickets,
    Touches,
)
from scoring.health.measures import signals_read
from scoring.health.model import HealthModel
from storage.column_reading import Rows, columns_of, read_columns
from storage.fact_places import DaysOf, Places, day_of, floats
from storage.health_signals import signal_queries, signals_from
from storage.health_terms import TERMS, terms_from
from storage.id_sets import id_rows, id_values
from storage.repository import Repository

T = TypeVar("T")

DENSE = 0.5
"""From this share of a range of ids on, the range is read whole: one walk instead of a search
for each customer."""

AHEAD_DAYS = 2
"""What is dated a day ahead of ours, as a source east of us may, comes in on its day."""

SHARE_OF_JOINING = MappingProxyType({"attended": 1.0, "registered": 0.5})

_TICKETS = """
    SELECT account_id, opened_on, closed_on, csat FROM tickets
    WHERE {mine} AND opened_on <= :until
      AND (closed_on IS NULL OR closed_on >= :since OR opened_on >= :since)
    ORDER BY account_id
"""
# Bills whose day is still to come too: an unpaid one turns the score on its own.
_PAYMENTS = """
    SELECT account_id, due_on, paid_on FROM payments
    WHERE {mine} AND (paid_on IS NULL OR paid_on >= :since OR due_on >= :since)
    ORDER BY account_id
"""
_SURVEYS = """
    SELECT account_id, answered_on, kind, score, respondent FROM surveys
    WHERE {mine} AND answered_on BETWEEN :since AND :until ORDER BY account_id, answered_on
"""
_EVENTS = """
    SELECT account_id, held_on, response FROM events
    WHERE {mine} AND held_on BETWEEN :since AND :until ORDER BY account_id, held_on
"""
_TOUCHES = """
    SELECT account_id, at FROM touches
    WHERE {mine} AND at >= :since AND at < :after AND undone_at IS NULL AND kind <> 'note'
    ORDER BY account_id, at
"""
_CONTACTS = """
    SELECT account_id, left_on, created_at FROM contacts
    WHERE {mine} AND role = 'champion' ORDER BY account_id
"""
_SOURCES = "SELECT kind, min(first_on), max(heard_on) FROM fact_sources GROUP BY kind"


class HealthFacts(Repository):
    """Facts by subject; the same customer may be looked at as of several days."""

    async def load(self, subjects: Subjects, model: HealthModel, *, zone: tzinfo = UTC) -> Facts:
        """What is known of `subjects`; an instant counts for its day in `zone`.

        Facts later than a subject's own day may be among them (`scoring.health.seen`).
        """
        if not len(subjects):
            return Facts(subjects)
        places = Places(subjects)
        first_on, last_on = day_of(subjects.as_of.min()), day_of(subjects.as_of.max())
        since = first_on - timedelta(days=LONGEST_WINDOW_DAYS)
        until = last_on + timedelta(days=AHEAD_DAYS)
        window: dict[str, Any] = {"since": since, "until": until}
        read = partial(self._read, places)
        days = DaysOf()
        return Facts(
            subjects=subjects,
            signals=await self._signals(places, model, window, days),
            tickets=await read(_TICKETS, window, lambda rows: _tickets(places, days, rows)),
            payments=await read(_PAYMENTS, window, lambda rows: _payments(places, days, rows)),
            surveys=await read(_SURVEYS, window, lambda rows: _surveys(places, days, rows)),
            events=await read(_EVENTS, window, lambda rows: _events(places, days, rows)),
            touches=await read(
                _TOUCHES,
                {"since": since, "after": until},
                lambda rows: _touches(places, DaysOf(zone), rows),
            ),
            contacts=await read(_CONTACTS, {}, lambda rows: _contacts(places, days, zone, rows)),
            terms=await read(
                TERMS, {"first_on": first_on}, lambda rows: terms_from(subjects, places, days, rows)
            ),
            sources=await self._sources(last_on),
        )

    async def _signals(
        self, places: Places, model: HealthModel, window: Mapping[str, Any], days: DaysOf
    ) -> Mapping[str, Observations]:
        names = signals_read(model)
        within, before, bound = signal_queries(self._connection.dialect.name, names)
        older = await self._read(places, before, {"since": window["since"], **bound}, list)
        found = await self._read(places, within, {**window, **bound}, list)
        return await asyncio.to_thread(signals_from, places, days, names, [*older, *found])

    async def _read(
        self, places: Places, sql: str, values: Mapping[str, Any], into: Callable[[Rows], T]
    ) -> T:
        mine, bound = self._mine(places)
        return await read_columns(
            self._connection, sql.format(mine=mine), {**values, **bound}, into
        )

    def _dense(self, places: Places) -> bool:
        ids = places.ids
        return len(ids) > 1 and len(ids) >= DENSE * (int(ids[-1]) - int(ids[0]) + 1)

    def _mine(self, places: Places) -> tuple[str, dict[str, Any]]:
        if self._dense(places):
            low, high = int(places.ids[0]), int(places.ids[-1])
            return "account_id BETWEEN :low AND :high", {"low": low, "high": high}
        ids = id_values(self._connection, places.ids.tolist())
        return f"account_id IN {id_rows(self._connection)}", {"ids": ids}

    async def _sources(self, today: date) -> Mapping[str, SourceDays]:
        rows = await read_columns(self._connection, _SOURCES, {}, list)
        days = DaysOf()
        found = {kind: SourceDays(days[first], days[heard]) for kind, first, heard in rows}
        if "touches" in found:
            # Chat is always listening: no touch today is news, not silence.
            found["touches"] = SourceDays(found["touches"].since, today.toordinal())
        return MappingProxyType(found)


def _tickets(places: Places, days: DaysOf, rows: Rows) -> Tickets:
    accounts, opened, closed, csat = columns_of(rows, 4)
    row, subject = places.of(accounts, len(rows))
    return Tickets(
        subject,
        days.column(opened, len(rows))[row],
        days.column(closed, len(rows))[row],
        floats(csat)[row],
    )


def _payments(places: Places, days: DaysOf, rows: Rows) -> Payments:
    accounts, due, paid = columns_of(rows, 3)
    row, subject = places.of(accounts, len(rows))
    return Payments(subject, days.column(due, len(rows))[row], days.column(paid, len(rows))[row])


def _surveys(places: Places, days: DaysOf, rows: Rows) -> Surveys:
    accounts, on, kinds, scores, respondents = columns_of(rows, 5)
    row, subject = places.of(accounts, len(rows))
    numbers: dict[str, int] = {}
    people = [numbers.setdefault(name, len(numbers)) for name in respondents]
    return Surveys(
        subject,
        days.column(on, len(rows))[row],
        np.array([kind == "nps" for kind in kinds], np.bool_)[row],
        floats(scores)[row],
        np.array(people, np.int64)[row],
    )


def _events(places: Places, days: DaysOf, rows: Rows) -> Events:
    accounts, on, responses = columns_of(rows, 3)
    row, subject = places.of(accounts, len(rows))
    joined = floats(SHARE_OF_JOINING.get(response, 0.0) for response in responses)
    return Events(subject, days.column(on, len(rows))[row], joined[row])


def _touches(places: Places, days: DaysOf, rows: Rows) -> Touches:
    accounts, at = columns_of(rows, 2)
    row, subject = places.of(accounts, len(rows))
    return Touches(subject, days.column(at, len(rows))[row])


def _contacts(places: Places, days: DaysOf, zone: tzinfo, rows: Rows) -> Contacts:
    accounts, left, created = columns_of(rows, 3)
    row, subject = places.of(accounts, len(rows))
    named_on = DaysOf(zone).column(created, len(rows))
    return Contacts(subject, days.column(left, len(rows))[row], named_on[row])
