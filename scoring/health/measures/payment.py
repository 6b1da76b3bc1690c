"""How a customer pays."""

from __future__ import annotations

import numpy as np

from scoring.health.facts import LONGEST_WINDOW_DAYS, NO_DAY, Days, Floats
from scoring.health.measures.rows import share, total
from scoring.health.model import HealthModel, Signal
from scoring.health.seen import Seen, heard

PRIOR_N = 2
PRIOR = 0.925
"""As if two more bills had been paid as the reference of .85 stands for."""


def on_time_share(facts: Seen, _signal: Signal, _model: HealthModel) -> tuple[Floats, Days]:
    """The share of a year's bills that were paid by their day, shrunk to the usual."""
    bills = facts.payments
    day = facts.subjects.as_of[bills.subject]
    paid = bills.paid_on != NO_DAY
    # A bill due today or later and not paid yet is neither on time nor late.
    settled = (paid | (bills.due_on < day)) & (day - bills.due_on < LONGEST_WINDOW_DAYS)
    on_time = paid & (bills.paid_on <= bills.due_on) & settled
    n = len(facts.subjects)
    count = total(bills.subject, settled, n)
    ratio = share(total(bills.subject, on_time, n) + PRIOR_N * PRIOR, count + PRIOR_N)
    return np.where(count > 0, ratio, np.nan), _heard_payments(facts)


def overdue_days(facts: Seen, _signal: Signal, _model: HealthModel) -> tuple[Floats, Days]:
    """Since when the oldest unpaid bill is due; 0 when nothing is, if bills are brought at all."""
    bills = facts.payments
    as_of = facts.subjects.as_of
    late = (bills.paid_on == NO_DAY) & (bills.due_on < as_of[bills.subject])
    found = np.zeros(len(as_of))
    overdue = (as_of[bills.subject] - bills.due_on).astype(np.float64)
    np.maximum.at(found, bills.subject[late], overdue[late])
    on = _heard_payments(facts)
    return np.where(on != NO_DAY, found, np.nan), on


def _heard_payments(facts: Seen) -> Days:
    bills = facts.payments
    day = facts.subjects.as_of[bills.subject]
    on = np.maximum(np.minimum(bills.due_on, day), bills.paid_on)
    return heard(facts, "payments", bills.subject, on)
