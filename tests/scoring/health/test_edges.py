"""The last day inside each window and the first one outside; each limit from both sides."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from scoring.health.facts import NO_DAY, Contacts, Facts, Subjects
from scoring.health.measures import measure
from scoring.health.measures.trend import _mann_kendall, change, falling
from scoring.health.model import Dimension, HealthModel, Limits, Signal
from scoring.health.rule_facts import rule_facts
from scoring.health.rules import CSAT_BAD, bit_of, bits
from scoring.health.seen import seen
from tests.scoring.health.facts_at import (
    ALL_SOURCES,
    T,
    champions,
    days,
    events,
    observations,
    payments,
    subjects,
    surveys,
    terms,
    tickets,
    touches,
    weekly,
    with_sources,
)

ONE = subjects()
LASTING = 1e9
"""A half-life so long that nothing fades, so that an event counts as one or not at all."""

SEATS = observations((1, 100.0))


def model(name: str) -> HealthModel:
    return HealthModel(
        "tried", (Signal(name, Dimension.USAGE, 100.0, 0.0, 1.0, LASTING, 0.5, measure=name),)
    )


def x(name: str, facts: Facts) -> float:
    return float(measure(facts, model(name)).x[0, 0])


def brought(**more: object) -> Facts:
    return Facts(ONE, sources=ALL_SOURCES, **more)  # type: ignore[arg-type]


def used(*rows: tuple[int, float]) -> Facts:
    return brought(signals={"active_users": observations(*rows), "licensed_users": SEATS})


WINDOWS = [
    ("ticket_rate", brought(tickets=tickets((89, 80, None))), 1.0),
    ("ticket_rate", brought(tickets=tickets((90, 80, None))), 0.0),
    ("touches", brought(touches=touches(89)), 1.0),
    ("touches", brought(touches=touches(90)), 0.0),
    ("engagement", brought(events=events((179, 1.0))), 1.0),
    ("engagement", brought(events=events((180, 1.0))), 0.0),
    ("csat", brought(surveys=surveys((90, False, 1.0, 1), (1, False, 5.0, 2))), 27 / 7),
    ("csat", brought(surveys=surveys((91, False, 1.0, 1), (1, False, 5.0, 2))), 26 / 6),
    ("nps", brought(surveys=surveys((1, True, 7.0, 1))), 0.4 / 3),
    ("nps", brought(surveys=surveys((1, True, 6.0, 1))), -0.6 / 3),
    ("nps", brought(surveys=surveys((1, True, 8.0, 1))), 0.4 / 3),
    ("nps", brought(surveys=surveys((1, True, 9.0, 1))), 1.4 / 3),
    ("active_ratio", used((30, 90.0), (1, 50.0)), 0.7),
    ("active_ratio", used((31, 90.0), (1, 50.0)), 0.5),
    ("seat_penetration", used((90, 90.0), (1, 50.0)), 0.9),
    ("seat_penetration", used((91, 90.0), (1, 50.0)), 0.5),
    ("on_time_share", brought(payments=payments((364, 364))), 2.85 / 3),
    ("on_time_share", brought(payments=payments((364, 363))), 1.85 / 3),
    ("on_time_share", brought(payments=payments((365, 364), (9, 9))), 2.85 / 3),
    ("overdue_days", brought(payments=payments((1, None))), 1.0),
    ("overdue_days", brought(payments=payments((0, None))), 0.0),
]


@pytest.mark.parametrize(("name", "facts", "wanted"), WINDOWS)
def test_a_window_ends_on_its_day(name: str, facts: Facts, wanted: float) -> None:
    # Paid late means the day after it was due.
    assert x(name, facts) == pytest.approx(wanted)


@pytest.mark.parametrize(("ago", "joined"), [(89, 1.0), (90, 0.0)])
def test_events_count_for_expansion_for_ninety_days(ago: int, joined: float) -> None:
    facts = brought(events=events((ago, 1.0)))
    asked = rule_facts(facts, model("touches"), measure(facts, model("touches")))
    assert asked.joined_events[0] == joined


@pytest.mark.parametrize(("ended", "known"), [(30, True), (31, False)])
def test_an_end_counts_until_its_grace_is_over(ended: int, known: bool) -> None:
    facts = brought(terms=terms((-ended, 5.0)))
    asked = rule_facts(facts, model("touches"), measure(facts, model("touches")))
    assert bool(np.isfinite(asked.days_to_end[0])) == known


@pytest.mark.parametrize(("last", "idle"), [(10, 24.0), (11, 14.0)])
def test_a_source_that_spoke_within_ten_days_says_that_nothing_changed_since(
    last: int, idle: float
) -> None:
    rows = observations((24 if last == 10 else 25, 5.0), (last, 0.0))
    facts = brought(signals={"active_users": rows})
    asked = rule_facts(facts, model("touches"), measure(facts, model("touches")))
    assert asked.idle_days[0] == idle


def kendall_z(weeks: list[float]) -> float:
    """The textbook, pair by pair and tie by tie."""
    n = len(weeks)
    s = sum(np.sign(weeks[j] - weeks[i]) for i in range(n) for j in range(i + 1, n))
    ties = sum(t * (t - 1) * (2 * t + 5) for t in Counter(weeks).values())
    variance = (n * (n - 1) * (2 * n + 5) - ties) / 18
    return float((s - np.sign(s)) / np.sqrt(variance))


@pytest.mark.parametrize(
    "weeks",
    [
        [50, 50, 49, 48, 48, 48, 47, 45, 45, 44, 40, 40, 39],
        [20, 20, 20, 20, 20, 20, 19, 19, 19, 19, 19, 19, 19],
        [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1],
        [10, 30, 10, 30, 10, 30, 10, 30, 10, 30, 10, 30, 10],
    ],
)
def test_the_test_for_a_trend_is_mann_and_kendalls_with_ties(weeks: list[float]) -> None:
    found = _mann_kendall(np.array([weeks], np.float32))
    assert found[0] == pytest.approx(kendall_z(weeks), abs=1e-9)


def test_only_beyond_the_limit_of_chance_usage_is_falling() -> None:
    weeks = [60.0, 55.0, 58.0, 50.0, 52.0, 45.0, 47.0, 40.0, 42.0, 35.0, 37.0, 30.0, 32.0]
    z = float(_mann_kendall(np.array([weeks], np.float32))[0])
    rows, as_of = weekly(weeks), ONE.as_of
    for limit, wanted in ((z, 0.0), (z + 1e-9, 1.0)):
        limits = replace(Limits(), falling_z=limit)
        changed, on = change(rows, 1, limits)
        assert falling(rows, changed, on, as_of, limits)[0] == wanted


@pytest.mark.parametrize(
    ("months", "wanted"),
    [
        ((100.0, 90.0, 80.0), 1.0),
        ((100.0, 80.0, 80.0), 0.0),
        ((100.0, 100.0, 80.0), 0.0),
        ((100.0, 95.0, 85.0), 1.0),
        ((100.0, 95.0, 86.0), 0.0),
    ],
)
def test_months_fall_one_by_one_and_by_fifteen_hundredths(
    months: tuple[float, float, float], wanted: float
) -> None:
    assert all(first >= second for first, second in pairwise(months))
    rows = observations(*zip((61, 30, 0), months, strict=True))
    changed, on = change(rows, 1, Limits())
    assert falling(rows, changed, on, ONE.as_of, Limits())[0] == wanted


def test_a_champion_who_was_named_later_was_not_known_before() -> None:
    two = Subjects(np.array([7, 7]), np.array([T - 50, T], np.int32), np.zeros(2, np.int8))
    named = Contacts(np.array([0, 1]), days([None, None]), days([40, 40]))
    known = seen(Facts(two, contacts=named)).contacts
    assert known.subject.tolist() == [1]
    # Who is known to have left on a day was there before it, whenever we were told of them.
    gone = champions(60, named=1)
    assert seen(Facts(ONE, contacts=gone)).contacts.left_on.tolist() == [T - 60]
    assert seen(Facts(ONE, contacts=champions(None, named=0))).contacts.left_on.tolist() == [NO_DAY]


@pytest.mark.parametrize(("since", "known"), [(100, True), (99, True), (-1, False)])
def test_a_source_that_began_later_was_not_there_yet(since: int, known: bool) -> None:
    facts = Facts(ONE, sources=with_sources("tickets", since=since))
    assert bool(np.isfinite(measure(facts, model("open_tickets")).x[0, 0])) == known


def test_a_source_is_never_heard_later_than_the_day_that_is_looked_at() -> None:
    facts = Facts(ONE, sources=with_sources("tickets", since=300, heard=-200))
    assert measure(facts, model("open_tickets")).observed_on[0, 0] == T


def test_what_happens_tomorrow_is_not_known_and_what_happened_today_is() -> None:
    known = seen(
        Facts(
            ONE,
            tickets=tickets((9, -1, 4.0), (9, 0, 4.0), (-1, None, None), (0, None, None)),
            payments=payments((9, -1), (9, 0)),
            contacts=champions(-1, 0),
            touches=touches(-1, 0),
            events=events((-1, 1.0), (0, 1.0)),
            surveys=surveys((-1, True, 9.0, 1), (0, True, 9.0, 2)),
            signals={"active_users": observations((-1, 5.0), (0, 6.0))},
        )
    )
    assert known.tickets.closed_on.tolist() == [NO_DAY, T, NO_DAY]
    assert known.payments.paid_on.tolist() == [NO_DAY, T]
    assert known.contacts.left_on.tolist() == [NO_DAY, T]
    for rows in (known.touches, known.events, known.surveys, known.signals["active_users"]):
        assert rows.on.tolist() == [T]


@pytest.mark.parametrize(("g", "grows"), [(CSAT_BAD, True), (CSAT_BAD - 1e-6, False)])
def test_satisfaction_is_bad_below_two_fifths(g: float, grows: bool) -> None:
    assert CSAT_BAD == 0.4
    facts = brought(touches=touches(1))
    asked = rule_facts(facts, model("touches"), measure(facts, model("touches")))
    asked = replace(
        asked,
        active_g=np.array([0.7]),
        falling=np.array([0.0]),
        joined_events=np.array([1.0]),
        overdue_days=np.array([0.0]),
        csat_g=np.array([g]),
    )
    yes, _ = bits(asked, model("touches"))
    assert bool(yes[0] & bit_of("O1")) == grows
