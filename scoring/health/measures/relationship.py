"""Who stands by us, who takes part, and how often we are in contact."""

from __future__ import annotations

import numpy as np

from scoring.health.facts import NO_DAY, Days, Floats
from scoring.health.measures.rows import faded_count, latest_value, share, total
from scoring.health.measures.usage import rows_of
from scoring.health.model import HealthModel, Signal
from scoring.health.seen import Seen, heard, latest

EVENT_DAYS = 180
TOUCH_DAYS = 90
JOINED_DAYS = 90
MOOD = "sentiment"


def engagement(facts: Seen, signal: Signal, _model: HealthModel) -> tuple[Floats, Days]:
    """Champion there, events joined, last campaign answered: the mean of what is known, 0..1."""
    events = facts.events
    as_of = facts.subjects.as_of
    left, champion_on = champion_left(facts)
    count = faded_count(
        events.subject, events.on, as_of, EVENT_DAYS, signal.half_life_days, events.joined
    )
    events_on = heard(facts, "events", events.subject, events.on)
    known = events_on != NO_DAY
    joined = np.where(known, np.minimum(count, 1.0), np.nan)
    parts = np.stack([1.0 - left, joined, _last_response(facts)])
    there = np.isfinite(parts)
    mean = share(np.where(there, parts, 0.0).sum(axis=0), there.sum(axis=0).astype(np.float64))
    champion_on = np.where(np.isfinite(left), champion_on, NO_DAY)
    on = np.maximum(champion_on, np.where(known, events_on, NO_DAY)).astype(np.int32)
    return mean, on


def touches(facts: Seen, signal: Signal, _model: HealthModel) -> tuple[Floats, Days]:
    """Our contacts within 90 days, each counting less the longer it is ago."""
    rows = facts.touches
    count = faded_count(
        rows.subject, rows.on, facts.subjects.as_of, TOUCH_DAYS, signal.half_life_days
    )
    on = heard(facts, "touches", rows.subject, rows.on)
    return np.where(on != NO_DAY, count, np.nan), on


def mood(facts: Seen, _signal: Signal, _model: HealthModel) -> tuple[Floats, Days]:
    """What the owner thinks of it, -2..2."""
    value, on = latest_value(rows_of(facts, MOOD), len(facts.subjects))
    return np.clip(value, -2.0, 2.0), on


def champion_left(facts: Seen) -> tuple[Floats, Days]:
    """1 where every champion left, 0 where one is there, NaN where none was named; day known."""
    contacts = facts.contacts
    as_of = facts.subjects.as_of
    n = len(as_of)
    named = total(contacts.subject, None, n)
    there = total(contacts.subject, contacts.left_on == NO_DAY, n)
    left = np.where(named > 0, (there == 0).astype(np.float64), np.nan)
    # A champion stands until somebody says otherwise; who is brought at all, is kept up to date.
    on = heard(facts, "contacts", contacts.subject, contacts.left_on)
    return left, np.where(on != NO_DAY, on, as_of).astype(np.int32)


def joined_events(facts: Seen) -> Floats:
    """Events attended within 90 days (registered counts half), NaN where events are not brought."""
    events = facts.events
    as_of = facts.subjects.as_of
    inside = as_of[events.subject] - events.on < JOINED_DAYS
    count = total(events.subject[inside], events.joined[inside], len(as_of))
    known = heard(facts, "events", events.subject, events.on) != NO_DAY
    return np.where(known, count, np.nan)


def _last_response(facts: Seen) -> Floats:
    """How far they went along with the latest event or campaign; NaN without one."""
    events = facts.events
    as_of = facts.subjects.as_of
    n = len(as_of)
    last_on = latest(events.subject, events.on, n)
    last = (events.on == last_on[events.subject]) & (as_of[events.subject] - events.on < EVENT_DAYS)
    found = np.full(n, -np.inf)
    np.maximum.at(found, events.subject[last], events.joined[last])
    return np.where(np.isfinite(found), found, np.nan)
