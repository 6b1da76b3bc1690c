"""The days on which a fact comes in or falls out by itself."""

from __future__ import annotations

import numpy as np

from scoring.health.facts import LONGEST_WINDOW_DAYS, NO_DAY, Days, Facts, Index
from scoring.health.measures.relationship import EVENT_DAYS, JOINED_DAYS, TOUCH_DAYS
from scoring.health.measures.support import RATE_DAYS
from scoring.health.rule_facts import GRACE_DAYS

_NEVER = np.iinfo(np.int32).max


def turns_on(facts: Facts) -> Days:
    """The first day after each subject's own on which the same facts measure differently.

    Takes facts as they were loaded, before `seen`: what lies ahead comes in on its day. What only
    ages is not here; `due` knows how fast.
    """
    as_of = facts.subjects.as_of
    first = np.full(len(as_of), _NEVER, np.int32)

    def turn(subject: Index, on: Days) -> None:
        ahead = on > as_of[subject]
        np.minimum.at(first, subject[ahead], on[ahead])

    for rows in facts.signals.values():
        turn(rows.subject, rows.on)
    tickets, bills, terms = facts.tickets, facts.payments, facts.terms
    turn(tickets.subject, tickets.opened_on)
    turn(tickets.subject, tickets.closed_on)
    turn(tickets.subject, tickets.opened_on + np.int32(RATE_DAYS))
    unpaid = bills.paid_on == NO_DAY
    turn(bills.subject[unpaid], bills.due_on[unpaid] + np.int32(1))
    turn(bills.subject, bills.paid_on)
    turn(bills.subject, bills.due_on + np.int32(LONGEST_WINDOW_DAYS))
    turn(facts.surveys.subject, facts.surveys.on)
    events, touches = facts.events, facts.touches
    turn(events.subject, events.on)
    turn(events.subject, events.on + np.int32(JOINED_DAYS))
    turn(events.subject, events.on + np.int32(EVENT_DAYS))
    turn(touches.subject, touches.on)
    turn(touches.subject, touches.on + np.int32(TOUCH_DAYS))
    turn(facts.contacts.subject, facts.contacts.left_on)
    turn(terms.subject, terms.ends_on + np.int32(GRACE_DAYS + 1))
    return np.where(first == _NEVER, NO_DAY, first).astype(np.int32)
