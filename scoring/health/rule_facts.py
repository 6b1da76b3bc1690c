"""What the hard rules and the warnings ask of each subject."""

from __future__ import annotations

import numpy as np

from scoring.health.default import DEFAULT_MODEL
from scoring.health.facts import NO_DAY, Facts, Floats
from scoring.health.measures import measure_of, relationship, trend
from scoring.health.measures.usage import rows_of
from scoring.health.model import HealthModel, Signal
from scoring.health.scored import Measured, RuleFacts
from scoring.health.seen import Seen, heard, latest, seen
from scoring.health.weights import Weights

GRACE_DAYS = 30
"""A running term whose end is longer ago says nothing about when this customer decides."""

_ALIVE_DAYS = 10
"""A weekly source that spoke so recently is taken to say that nothing changed since."""


def rule_facts(facts: Facts, model: HealthModel, measured: Measured) -> RuleFacts:
    """The facts the rules read as known on each subject's day (`seen`), NaN where nobody knows."""
    known = seen(facts)
    changed, falling = _trend(known, model, measured)
    left, _ = relationship.champion_left(known)
    return RuleFacts(
        days_to_end=_days_to_end(known),
        falling=falling,
        usage_change=changed,
        open_tickets=_x(known, model, measured, "open_tickets"),
        overdue_days=_x(known, model, measured, "overdue_days"),
        idle_days=_idle_days(known, model),
        champion_left=left,
        silent_days=_silent_days(known),
        active_g=_g(known, model, measured, "active_ratio"),
        joined_events=relationship.joined_events(known),
        csat_g=np.fmin(_g(known, model, measured, "csat"), _g(known, model, measured, "nps")),
    )


def _trend(facts: Seen, model: HealthModel, measured: Measured) -> tuple[Floats, Floats]:
    rows = rows_of(facts, model.usage)
    n = len(facts.subjects)
    place = next(
        (
            place
            for place, signal in enumerate(model.signals)
            if signal.measure == "usage_trend" and signal.reads in ("", model.usage)
        ),
        None,
    )
    if place is None:
        changed, on = trend.change(rows, n, model.limits)
    else:
        changed, on = measured.x[:, place], latest(rows.subject, rows.on, n)
    return changed, trend.falling(rows, changed, on, facts.subjects.as_of, model.limits)


def _days_to_end(facts: Seen) -> Floats:
    """To the next end of a running term; infinite where none ends, NaN where none runs."""
    terms = facts.terms
    as_of = facts.subjects.as_of
    days = (terms.ends_on - as_of[terms.subject]).astype(np.float64)
    days[terms.ends_on == NO_DAY] = np.inf
    running = days >= -GRACE_DAYS
    found = np.full(len(as_of), np.nan)
    np.fmin.at(found, terms.subject[running], days[running])
    return found


def _idle_days(facts: Seen, model: HealthModel) -> Floats:
    """Days without any active user; NaN where the source fell silent before one can say."""
    rows = rows_of(facts, model.usage)
    as_of = facts.subjects.as_of
    n = len(as_of)
    last = latest(rows.subject, rows.on, n)
    used = rows.value > 0
    used_on = latest(rows.subject[used], rows.on[used], n)
    first = np.full(n, np.iinfo(np.int32).max, np.int32)
    np.minimum.at(first, rows.subject, rows.on)
    since = np.where(used_on != NO_DAY, used_on, first)
    idle = (as_of - since).astype(np.float64)
    at_least = (last - since).astype(np.float64)
    limit = model.limits.idle_days
    found = np.where(
        as_of - last <= _ALIVE_DAYS,
        idle,
        np.where(at_least >= limit, at_least, np.where(idle < limit, idle, np.nan)),
    )
    return np.where(last == NO_DAY, np.nan, found)


def _silent_days(facts: Seen) -> Floats:
    """Days since we were last in contact, or since contacts are kept at all."""
    rows = facts.touches
    as_of = facts.subjects.as_of
    known = heard(facts, "touches", rows.subject, rows.on) != NO_DAY
    source = facts.sources.get("touches")
    since = np.int32(source.since if source else NO_DAY)
    on = np.maximum(latest(rows.subject, rows.on, len(as_of)), np.minimum(since, as_of))
    return np.where(known, (as_of - on).astype(np.float64), np.nan)


def _x(facts: Seen, model: HealthModel, measured: Measured, name: str) -> Floats:
    """A measure out of the model's own, or measured now where the model does without."""
    for place, signal in enumerate(model.signals):
        if signal.measure == name:
            return measured.x[:, place]
    return measure_of(_default(name))(facts, _default(name), model)[0]


def _g(facts: Seen, model: HealthModel, measured: Measured, name: str) -> Floats:
    x = _x(facts, model, measured, name)
    ours = next((p for p, signal in enumerate(model.signals) if signal.measure == name), None)
    owner = model if ours is not None else DEFAULT_MODEL
    place = next(p for p, signal in enumerate(owner.signals) if signal.measure == name)
    weights = Weights.of(owner).rows(facts.subjects.segment)
    if weights.log[place]:
        x = np.log1p(np.maximum(x, 0.0))
    return np.clip((x - weights.bad[:, place]) / weights.span[:, place], 0.0, 1.0)


def _default(name: str) -> Signal:
    return next(signal for signal in DEFAULT_MODEL.signals if signal.measure == name)
