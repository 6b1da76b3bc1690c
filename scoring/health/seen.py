"""What could be known on each subject's day."""

from __future__ import annotations

from dataclasses import fields, replace
from types import MappingProxyType
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from scoring.health.facts import (
    NO_DAY,
    Contacts,
    Days,
    Events,
    Facts,
    Index,
    Observations,
    Payments,
    Surveys,
    Terms,
    Tickets,
    Touches,
)

COUNTS = frozenset(
    {
        "active_users",
        "licensed_users",
        "logins",
        "usage_minutes",
        "core_features_used",
        "core_features_available",
        "features_available",
        "features_used",
    }
)
"""Signals of ours that cannot be negative; a negative value is a fault of its source."""

_LARGEST = 1e12
"""Beyond this a number is a fault of its source; it also keeps sums finite."""

_NPS = (0.0, 10.0)
_CSAT = (1.0, 5.0)

Rows = TypeVar(
    "Rows", Observations, Tickets, Payments, Surveys, Events, Touches, Contacts, Terms
)  # fmt: skip


class Seen(Facts):
    """Facts that went through `seen`: nothing in them is later than its subject's day."""

    __slots__ = ()


def seen(facts: Facts) -> Seen:
    """The same facts as they stood at the end of each subject's day; twice is the same as once.

    What lay ahead is taken out or undone: a ticket opened later is gone, one closed later is open
    and nobody has rated it, a bill paid later is unpaid, a champion who left later is there,
    one who was named later is not.
    Numbers that cannot be (NaN, infinite, a negative count, a CSAT of 7) are taken out too.
    """
    if isinstance(facts, Seen):
        return facts
    as_of = facts.subjects.as_of
    signals = {
        name: _observations(rows, as_of, counts=name in COUNTS)
        for name, rows in facts.signals.items()
    }
    return Seen(
        facts.subjects,
        MappingProxyType(signals),
        _tickets(facts.tickets, as_of),
        _payments(facts.payments, as_of),
        _surveys(facts.surveys, as_of),
        _events(facts.events, as_of),
        _kept(facts.touches, _past(facts.touches.on, facts.touches.subject, as_of)),
        _contacts(facts.contacts, as_of),
        facts.terms,
        facts.sources,
    )


def heard(facts: Seen, kind: str, subject: Index, on: Days) -> Days:
    """The day until which a kind of fact is known of each subject, NO_DAY where it is not brought.

    A source that began to speak later was not there yet, unless the subject has rows of its own
    (`subject`, `on`): then somebody brought them.
    """
    as_of = facts.subjects.as_of
    own = latest(subject, on, len(as_of))
    days = facts.sources.get(kind)
    if days is None:
        return own
    spoke = np.minimum(np.int32(max(days.heard_on, days.since)), as_of)
    connected = (days.since <= as_of) | (own != NO_DAY)
    return np.where(connected, np.maximum(spoke, own), NO_DAY).astype(np.int32)


def latest(subject: Index, on: Days, n: int) -> Days:
    """The last day of each subject's rows, NO_DAY where it has none."""
    found = np.full(n, NO_DAY, np.int32)
    np.maximum.at(found, subject, on)
    return found


def _observations(rows: Observations, as_of: Days, *, counts: bool) -> Observations:
    sound = _past(rows.on, rows.subject, as_of) & (np.abs(rows.value) <= _LARGEST)
    if counts:
        sound &= rows.value >= 0
    return _ordered(_kept(rows, sound))


def _ordered(rows: Observations) -> Observations:
    """By subject and day; of two on one day the later row holds."""
    key = rows.subject * np.int64(1 << 32) + rows.on
    step = np.diff(key)
    if (step > 0).all():
        return rows
    order = np.argsort(key, kind="stable")
    key = key[order]
    last = np.append(key[1:] != key[:-1], True)
    return _kept(rows, order[last])


def _tickets(rows: Tickets, as_of: Days) -> Tickets:
    rows = _kept(rows, _past(rows.opened_on, rows.subject, as_of))
    later = rows.closed_on > as_of[rows.subject]
    closed_on = np.where(later, NO_DAY, rows.closed_on).astype(np.int32)
    # A rating has no day of its own: it was given when the ticket was resolved.
    rated = (closed_on != NO_DAY) & _within(rows.csat, _CSAT)
    return replace(rows, closed_on=closed_on, csat=np.where(rated, rows.csat, np.nan))


def _payments(rows: Payments, as_of: Days) -> Payments:
    day = as_of[rows.subject]
    paid_on = np.where(rows.paid_on > day, NO_DAY, rows.paid_on).astype(np.int32)
    known = (rows.due_on != NO_DAY) & ((rows.due_on <= day) | (paid_on != NO_DAY))
    return _kept(replace(rows, paid_on=paid_on), known)


def _surveys(rows: Surveys, as_of: Days) -> Surveys:
    sound = np.where(rows.nps, _within(rows.score, _NPS), _within(rows.score, _CSAT))
    return _kept(rows, _past(rows.on, rows.subject, as_of) & sound)


def _events(rows: Events, as_of: Days) -> Events:
    return _kept(rows, _past(rows.on, rows.subject, as_of) & _within(rows.joined, (0.0, 1.0)))


def _contacts(rows: Contacts, as_of: Days) -> Contacts:
    day = as_of[rows.subject]
    left_on = np.where(rows.left_on > day, NO_DAY, rows.left_on).astype(np.int32)
    # Who stands by a customer has no first day of their own: the day somebody told us is one.
    known = (rows.named_on <= day) | (left_on != NO_DAY)
    return _kept(replace(rows, left_on=left_on), known)


def _past(on: Days, subject: Index, as_of: Days) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (on <= as_of[subject]) & (on > NO_DAY)
    return found


def _within(values: NDArray[np.float64], bounds: tuple[float, float]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (values >= bounds[0]) & (values <= bounds[1])
    return found


def _kept(rows: Rows, which: NDArray[np.bool_] | Index) -> Rows:
    if which.dtype == np.bool_ and which.all():
        return rows
    return type(rows)(*(getattr(rows, column.name)[which] for column in fields(rows)))
