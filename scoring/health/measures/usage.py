"""How much of what was bought is in use, how broadly, and where it is going."""

from __future__ import annotations

import numpy as np

from scoring.health.facts import Days, Floats, Observations
from scoring.health.measures import trend
from scoring.health.measures.rows import latest_value, share, total, window_mean, window_peak
from scoring.health.model import HealthModel, Signal
from scoring.health.seen import Seen

_NOTHING = Observations()

_ACTIVE_DAYS = 30
_SEAT_DAYS = 90

LICENSED = "licensed_users"
FEATURES = "features_used"
CORE = "core_features_used"
AVAILABLE = "features_available"
CORE_AVAILABLE = "core_features_available"


def active_ratio(facts: Seen, signal: Signal, model: HealthModel) -> tuple[Floats, Days]:
    """Active users (mean of 30 days) over licensed users, or over the seats of running terms."""
    n = len(facts.subjects)
    active, on = window_mean(rows_of(facts, signal.reads or model.usage), _ACTIVE_DAYS, n)
    return share(active, _licensed(facts)), on


def seat_penetration(facts: Seen, signal: Signal, model: HealthModel) -> tuple[Floats, Days]:
    """The most seats in use at once within 90 days over the seats sold, or over the licensed."""
    n = len(facts.subjects)
    peak, on = window_peak(rows_of(facts, signal.reads or model.usage), _SEAT_DAYS, n)
    seats = _seats(facts)
    return share(peak, np.where(seats > 0, seats, _licensed(facts))), on


def usage_trend(facts: Seen, signal: Signal, model: HealthModel) -> tuple[Floats, Days]:
    """The change over three months, as a share."""
    rows = rows_of(facts, signal.reads or model.usage)
    return trend.change(rows, len(facts.subjects), model.limits)


def feature_breadth(facts: Seen, _signal: Signal, _model: HealthModel) -> tuple[Floats, Days]:
    """Features in use over those there are; core features, where told, count as the other half."""
    n = len(facts.subjects)
    used, used_on = latest_value(rows_of(facts, FEATURES), n)
    core, core_on = latest_value(rows_of(facts, CORE), n)
    there, _ = latest_value(rows_of(facts, AVAILABLE), n)
    core_there, _ = latest_value(rows_of(facts, CORE_AVAILABLE), n)
    broad = share(used, there)
    deep = share(core, np.where(core_there > 0, core_there, np.nan))
    both = np.isfinite(broad) & np.isfinite(deep)
    alone = np.where(np.isfinite(deep), deep, share(core, there))
    ratio = np.where(both, (broad + deep) / 2, np.where(np.isfinite(broad), broad, alone))
    on = np.where(
        both, np.maximum(used_on, core_on), np.where(np.isfinite(broad), used_on, core_on)
    )
    return ratio, on.astype(np.int32)


def rows_of(facts: Seen, name: str) -> Observations:
    """The observations of a signal; none where nobody brings it."""
    return facts.signals.get(name, _NOTHING)


def _licensed(facts: Seen) -> Floats:
    licensed, _ = latest_value(rows_of(facts, LICENSED), len(facts.subjects))
    return np.where(licensed > 0, licensed, _seats(facts))


def _seats(facts: Seen) -> Floats:
    terms = facts.terms
    known = np.isfinite(terms.seats) & (terms.seats > 0)
    seats = total(terms.subject[known], terms.seats[known], len(facts.subjects))
    return np.where(seats > 0, seats, np.nan)
