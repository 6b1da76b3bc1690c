"""How much help a customer needs, and how satisfied that leaves them."""

from __future__ import annotations

import numpy as np

from scoring.health.facts import NO_DAY, Days, Floats
from scoring.health.measures.rows import faded_count, share, total
from scoring.health.model import HealthModel, Signal
from scoring.health.seen import Seen, heard, latest

RATE_DAYS = 90
_CSAT_DAYS = 90

CSAT_PRIOR_N = 5
CSAT_PRIOR = 4.2
"""A few ratings say little: as if five more had given the usual 4.2."""

NPS_PRIOR_N = 2
NPS_PRIOR = 0.2
"""As if two more people had given what the reference of .60 stands for."""

_PROMOTER = 9
_PASSIVE = 7


def open_tickets(facts: Seen, _signal: Signal, _model: HealthModel) -> tuple[Floats, Days]:
    """Tickets nobody resolved; none is 0 only where tickets are brought at all."""
    tickets = facts.tickets
    count = total(tickets.subject, tickets.closed_on == NO_DAY, len(facts.subjects))
    on = _heard_tickets(facts)
    return np.where(on != NO_DAY, count, np.nan), on


def ticket_rate(facts: Seen, signal: Signal, _model: HealthModel) -> tuple[Floats, Days]:
    """Tickets opened within 90 days, each counting less the longer it is ago."""
    tickets = facts.tickets
    count = faded_count(
        tickets.subject,
        tickets.opened_on,
        facts.subjects.as_of,
        RATE_DAYS,
        signal.half_life_days,
    )
    on = _heard_tickets(facts)
    return np.where(on != NO_DAY, count, np.nan), on


def csat(facts: Seen, _signal: Signal, _model: HealthModel) -> tuple[Floats, Days]:
    """The mean rating (1-5) of the 90 days before the last one, shrunk to the usual."""
    n = len(facts.subjects)
    rated = np.isfinite(facts.tickets.csat)
    asked = ~facts.surveys.nps
    subject = np.concatenate([facts.tickets.subject[rated], facts.surveys.subject[asked]])
    day = np.concatenate([facts.tickets.closed_on[rated], facts.surveys.on[asked]])
    rating = np.concatenate([facts.tickets.csat[rated], facts.surveys.score[asked]])
    on = latest(subject, day, n)
    inside = day > on[subject] - _CSAT_DAYS
    subject, rating = subject[inside], rating[inside]
    count = total(subject, None, n)
    mean = (total(subject, rating, n) + CSAT_PRIOR_N * CSAT_PRIOR) / (count + CSAT_PRIOR_N)
    return np.where(count > 0, mean, np.nan), on


def nps(facts: Seen, _signal: Signal, _model: HealthModel) -> tuple[Floats, Days]:
    """Promoters minus detractors of each person's latest answer (-1..1), shrunk to the usual."""
    n = len(facts.subjects)
    surveys = facts.surveys
    which = np.flatnonzero(surveys.nps)
    subject, who, day = surveys.subject[which], surveys.respondent[which], surveys.on[which]
    order = np.lexsort((day, who, subject))
    subject, who, day = subject[order], who[order], day[order]
    answer = surveys.score[which][order]
    last = np.ones(len(order), np.bool_)
    last[:-1] = (subject[1:] != subject[:-1]) | (who[1:] != who[:-1])
    subject, day, answer = subject[last], day[last], answer[last]
    mark = np.where(answer >= _PROMOTER, 1.0, np.where(answer >= _PASSIVE, 0.0, -1.0))
    count = total(subject, None, n)
    mean = share(total(subject, mark, n) + NPS_PRIOR_N * NPS_PRIOR, count + NPS_PRIOR_N)
    return np.where(count > 0, mean, np.nan), latest(subject, day, n)


def _heard_tickets(facts: Seen) -> Days:
    tickets = facts.tickets
    on = np.maximum(tickets.opened_on, tickets.closed_on)
    return heard(facts, "tickets", tickets.subject, on)
