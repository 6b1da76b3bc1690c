"""What a model's signals measure, each in its own unit; unknown is NaN."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from scoring.health.facts import NO_DAY, Days, Facts, Floats
from scoring.health.measures import custom, payment, relationship, support, usage
from scoring.health.model import HealthModel, Signal
from scoring.health.scored import Measured
from scoring.health.seen import Seen, seen

Measure = Callable[[Seen, Signal, HealthModel], tuple[Floats, Days]]

MEASURES: Mapping[str, Measure] = {
    "active_ratio": usage.active_ratio,
    "usage_trend": usage.usage_trend,
    "feature_breadth": usage.feature_breadth,
    "seat_penetration": usage.seat_penetration,
    "open_tickets": support.open_tickets,
    "ticket_rate": support.ticket_rate,
    "csat": support.csat,
    "nps": support.nps,
    "engagement": relationship.engagement,
    "touches": relationship.touches,
    "on_time_share": payment.on_time_share,
    "overdue_days": payment.overdue_days,
    "mood": relationship.mood,
}
"""Every measure of ours by its name in a model file."""

_READ_BY_US = frozenset(
    {
        usage.LICENSED,
        usage.FEATURES,
        usage.CORE,
        usage.AVAILABLE,
        usage.CORE_AVAILABLE,
        relationship.MOOD,
    }
)


def measure(facts: Facts, model: HealthModel) -> Measured:
    """All signals of a model for all subjects, as known on each subject's day (`seen`).

    Reads `model.signals`; what differs for a segment are weights and anchors, which come later.
    """
    known = seen(facts)
    n, k = len(facts.subjects), len(model.signals)
    x = np.full((n, k), np.nan)
    observed_on = np.full((n, k), NO_DAY, np.int32)
    for place, signal in enumerate(model.signals):
        value, on = measure_of(signal)(known, signal, model)
        there = np.isfinite(value) & (on != NO_DAY)
        x[:, place] = np.where(there, value, np.nan)
        observed_on[:, place] = np.where(there, on, NO_DAY)
    return Measured(x, observed_on)


def measure_of(signal: Signal) -> Measure:
    """The function that measures a signal; KeyError where a model names none of ours."""
    return MEASURES[signal.measure] if signal.measure else custom.taken


def signals_read(model: HealthModel) -> frozenset[str]:
    """The signals whose observations a model asks for, by the names they are brought under."""
    return model.reads | {model.usage} | _READ_BY_US
