"""Facts of a few customers in a few words: days are counted back from `TODAY`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from scoring.health.assess import Assessed, assess
from scoring.health.facts import (
    NO_DAY,
    Contacts,
    Days,
    Events,
    Facts,
    Observations,
    Payments,
    SourceDays,
    Subjects,
    Surveys,
    Terms,
    Tickets,
    Touches,
)
from scoring.health.model import HealthModel

TODAY = date(2026, 11, 23)
T = TODAY.toordinal()

ALL_SOURCES = {
    kind: SourceDays(T - 3000, T)
    for kind in ("signals", "tickets", "payments", "surveys", "events", "touches", "contacts")
}


def days(ago: Sequence[int | None]) -> Days:
    """Ordinals of so many days ago (negative: ahead); None is NO_DAY."""
    return np.array([NO_DAY if day is None else T - day for day in ago], np.int32)


def subjects(n: int = 1, segment: int = 2) -> Subjects:
    """So many customers as of `TODAY`, all of one segment."""
    return Subjects(np.arange(1, n + 1), np.full(n, T, np.int32), np.full(n, segment, np.int8))


def observations(*rows: tuple[int, float]) -> Observations:
    """Rows (days ago, value) of the first customer."""
    rows = tuple(sorted(rows, reverse=True))
    return Observations(
        np.zeros(len(rows), np.int64), days([r[0] for r in rows]), np.array([r[1] for r in rows])
    )


def weekly(values: Sequence[float | None], last: int = 0) -> Observations:
    """One value a week, the oldest first; None is a week that nobody saw."""
    size = len(values)
    found = [(last + 7 * (size - 1 - n), v) for n, v in enumerate(values) if v is not None]
    return observations(*found)


def tickets(*rows: tuple[int, int | None, float | None]) -> Tickets:
    """Rows (opened, closed, csat)."""
    ratings = np.array([np.nan if row[2] is None else row[2] for row in rows], np.float64)
    return Tickets(
        np.zeros(len(rows), np.int64),
        days([row[0] for row in rows]),
        days([row[1] for row in rows]),
        ratings,
    )


def payments(*rows: tuple[int, int | None]) -> Payments:
    """Rows (due, paid)."""
    zeros = np.zeros(len(rows), np.int64)
    return Payments(zeros, days([row[0] for row in rows]), days([row[1] for row in rows]))


def surveys(*rows: tuple[int, bool, float, int]) -> Surveys:
    """Rows (answered, NPS, score, respondent)."""
    return Surveys(
        np.zeros(len(rows), np.int64),
        days([row[0] for row in rows]),
        np.array([row[1] for row in rows], np.bool_),
        np.array([row[2] for row in rows], np.float64),
        np.array([row[3] for row in rows], np.int64),
    )


def events(*rows: tuple[int, float]) -> Events:
    """Rows (held, how far they joined)."""
    return Events(
        np.zeros(len(rows), np.int64),
        days([row[0] for row in rows]),
        np.array([row[1] for row in rows], np.float64),
    )


def touches(*ago: int) -> Touches:
    """Times we were in contact."""
    return Touches(np.zeros(len(ago), np.int64), days(ago))


def champions(*left: int | None, named: int = 3000) -> Contacts:
    """Champions by when they left; we were told of all so many days ago."""
    size = len(left)
    return Contacts(np.zeros(size, np.int64), days(left), days([named] * size))


def terms(*rows: tuple[int | None, float]) -> Terms:
    """Rows (ends in so many days, seats); None is open-ended."""
    ends = [None if row[0] is None else -row[0] for row in rows]
    return Terms(np.zeros(len(rows), np.int64), days(ends), np.array([row[1] for row in rows]))


def first_time(n: int = 1) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    """Customers who never had a band."""
    return np.full(n, -1, np.int8)


def assessed(facts: Facts, model: HealthModel) -> Assessed:
    """All that is found out about customers who never had a band."""
    return assess(facts, model, first_time(len(facts.subjects)))


def with_sources(*kinds: str, since: int = 3000, heard: int = 0) -> Mapping[str, SourceDays]:
    """Sources connected so many days ago that last spoke so many days ago."""
    return {kind: SourceDays(T - since, T - heard) for kind in kinds}
