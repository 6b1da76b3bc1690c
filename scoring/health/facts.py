"""The raw material of health as columns: who is looked at on which day, and what was seen before.

A *subject* is a customer seen as of a day: in the nightly run every customer as of today, in
learning the customer of every decided term as of 90 days before it ended. Facts are rows that name
their subject by its place in `Subjects`. They may lie after the subject's day: `seen` is the one
place that takes out what could not be known yet, and every measure reads only what it lets through.

Days are `date.toordinal()` as int32, unknown ones are `NO_DAY`; unknown numbers are NaN.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.int32]
Floats = NDArray[np.float64]
Index = NDArray[np.int64]

NO_DAY = 0

SEGMENTS = ("strategic", "core", "standard")
"""The codes of `Subjects.segment`, by place."""

LONGEST_WINDOW_DAYS = 365
"""No measure looks further back, except for the latest value of a signal."""


@dataclass(frozen=True, slots=True)
class Subjects:
    """Who is looked at, and as of when."""

    account_id: Index
    as_of: Days
    segment: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.account_id)


def no_days() -> Days:
    """No rows."""
    return np.empty(0, np.int32)


def no_floats() -> Floats:
    """No rows."""
    return np.empty(0, np.float64)


def no_index() -> Index:
    """No rows."""
    return np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Observations:
    """Dated numbers of one signal, in the order of subject and day; at most one a day."""

    subject: Index = field(default_factory=no_index)
    on: Days = field(default_factory=no_days)
    value: Floats = field(default_factory=no_floats)


@dataclass(frozen=True, slots=True)
class Tickets:
    """`closed_on` is NO_DAY while nobody resolved it."""

    subject: Index = field(default_factory=no_index)
    opened_on: Days = field(default_factory=no_days)
    closed_on: Days = field(default_factory=no_days)
    csat: Floats = field(default_factory=no_floats)


@dataclass(frozen=True, slots=True)
class Payments:
    """`paid_on` is NO_DAY while nobody paid."""

    subject: Index = field(default_factory=no_index)
    due_on: Days = field(default_factory=no_days)
    paid_on: Days = field(default_factory=no_days)


@dataclass(frozen=True, slots=True)
class Surveys:
    """Answers; `respondent` tells people of one customer apart, `nps` the kind (else CSAT)."""

    subject: Index = field(default_factory=no_index)
    on: Days = field(default_factory=no_days)
    nps: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))
    score: Floats = field(default_factory=no_floats)
    respondent: Index = field(default_factory=no_index)


@dataclass(frozen=True, slots=True)
class Events:
    """Events and campaigns; `joined` is true for `attended`, `registered` counts half (0.5)."""

    subject: Index = field(default_factory=no_index)
    on: Days = field(default_factory=no_days)
    joined: Floats = field(default_factory=no_floats)


@dataclass(frozen=True, slots=True)
class Touches:
    """Times we were in contact, notes left out: outbound and reviews, never a complaint."""

    subject: Index = field(default_factory=no_index)
    on: Days = field(default_factory=no_days)


@dataclass(frozen=True, slots=True)
class Contacts:
    """Champions alone; `left_on` is NO_DAY while they are there, `named_on` is when we were told."""

    subject: Index = field(default_factory=no_index)
    left_on: Days = field(default_factory=no_days)
    named_on: Days = field(default_factory=no_days)


@dataclass(frozen=True, slots=True)
class Terms:
    """Running terms: the day the countdown runs to (NO_DAY: open-ended) and their seats (NaN)."""

    subject: Index = field(default_factory=no_index)
    ends_on: Days = field(default_factory=no_days)
    seats: Floats = field(default_factory=no_floats)


@dataclass(frozen=True, slots=True)
class SourceDays:
    """Since when a kind of fact is brought at all, and when its sources last spoke."""

    since: int
    heard_on: int


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts of some subjects. `sources` has the kinds that are connected: `tickets`,
    `payments`, `surveys`, `events`, `touches`, `contacts`, `signals`; others are unknown, not 0."""

    subjects: Subjects
    signals: Mapping[str, Observations] = field(default_factory=lambda: MappingProxyType({}))
    tickets: Tickets = field(default_factory=Tickets)
    payments: Payments = field(default_factory=Payments)
    surveys: Surveys = field(default_factory=Surveys)
    events: Events = field(default_factory=Events)
    touches: Touches = field(default_factory=Touches)
    contacts: Contacts = field(default_factory=Contacts)
    terms: Terms = field(default_factory=Terms)
    sources: Mapping[str, SourceDays] = field(default_factory=lambda: MappingProxyType({}))
