"""What is made of a signal that only its model knows."""

from __future__ import annotations

from scoring.health.facts import Days, Floats
from scoring.health.measures import trend
from scoring.health.measures.rows import latest_value, window_mean, window_sum
from scoring.health.measures.usage import rows_of
from scoring.health.model import HealthModel, Signal, Take
from scoring.health.seen import Seen


def taken(facts: Seen, signal: Signal, model: HealthModel) -> tuple[Floats, Days]:
    """The observations of `signal.reads` as `signal.take` says; windows end with the last one."""
    rows = rows_of(facts, signal.reads)
    n = len(facts.subjects)
    match signal.take:
        case Take.LATEST:
            return latest_value(rows, n)
        case Take.MEAN:
            return window_mean(rows, signal.window_days, n)
        case Take.SUM:
            return window_sum(rows, signal.window_days, n)
        case Take.TREND:
            return trend.change(rows, n, model.limits)
