"""Who is warned of: steps over an edge since the last score, and nothing that merely is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.health.default import DEFAULT_MODEL
from scoring.health.facts import NO_DAY, Floats
from scoring.health.model import Band, HealthModel, Limits
from scoring.health.rules import RULES
from scoring.health.scored import RuleFacts, Scores
from scoring.health.worries import NEVER_SCORED, NO_BAND, Concern, Worry, worries
from scoring.model import Segment
from tests.scoring.health.facts_at import T, subjects

HEALTHY, STEADY, AT_RISK, CRITICAL = (band.rank for band in Band)
NAN = float("nan")


def column(values: Sequence[float] | float, n: int) -> Floats:
    return np.broadcast_to(np.array(values, np.float64), (n,)).copy()


def yes(*rules: str) -> int:
    return sum(1 << RULES.index(rule) for rule in rules)


def found(
    *,
    before: Sequence[int] = (STEADY,),
    band: Sequence[int] = (STEADY,),
    before_yes: Sequence[int] | int = 0,
    now_yes: Sequence[int] | int = 0,
    week_ago: Sequence[float] | float = NAN,
    score: Sequence[float] | float = 60.0,
    silent: Sequence[float] | float = 0.0,
    days_since: int | None = 1,
    segment: int = 2,
    model: HealthModel = DEFAULT_MODEL,
) -> list[Worry]:
    n = len(before)
    nothing = column(NAN, n)
    facts = RuleFacts(
        days_to_end=column(30, n),
        falling=column(1, n),
        usage_change=column(-0.4321, n),
        open_tickets=column(3, n),
        overdue_days=column(41, n),
        idle_days=column(15, n),
        champion_left=column(1, n),
        silent_days=column(silent, n),
        active_g=nothing,
        joined_events=nothing,
        csat_g=nothing,
    )
    ranks = np.array(band, np.int8)
    bits = np.broadcast_to(np.array(now_yes, np.int32), (n,))
    scores = Scores(
        column(score, n), np.zeros((n, 1)), np.ones(n), ranks, ranks, bits, bits * 0, bits * 0
    )
    return worries(
        np.array(before, np.int8),
        scores,
        np.broadcast_to(np.array(before_yes, np.int32), (n,)),
        column(week_ago, n),
        facts,
        subjects(n, segment),
        model,
        before_on=np.full(n, NO_DAY if days_since is None else T - days_since, np.int32),
    )


def kinds(worried: Sequence[Worry]) -> list[Concern]:
    return [one.kind for one in worried]


@pytest.mark.parametrize(
    ("before", "band", "told"),
    [
        (HEALTHY, HEALTHY, False),
        (HEALTHY, STEADY, True),
        (STEADY, AT_RISK, True),
        (HEALTHY, CRITICAL, True),
        (CRITICAL, AT_RISK, False),
        (AT_RISK, AT_RISK, False),
        (AT_RISK, NO_BAND, False),
        (NO_BAND, STEADY, False),
        (NO_BAND, AT_RISK, True),
        (NEVER_SCORED, HEALTHY, False),
        (NEVER_SCORED, STEADY, False),
        (NEVER_SCORED, AT_RISK, True),
        (NEVER_SCORED, CRITICAL, True),
    ],
)
def test_entering_a_worse_band_is_told_and_from_none_only_a_bad_one(
    before: int, band: int, told: bool
) -> None:
    assert kinds(found(before=[before], band=[band])) == ([Concern.BAND] if told else [])


def test_a_band_says_where_it_came_from_when_that_is_known() -> None:
    (fell,) = found(before=[STEADY], band=[CRITICAL])
    (seen,) = found(before=[NEVER_SCORED], band=[CRITICAL], days_since=None)
    assert fell.facts == {"from": "steady", "to": "critical"}
    assert seen.facts == {"to": "critical"}


@pytest.mark.parametrize(
    ("week_ago", "score", "told"),
    [(75.0, 60.0, True), (74.9, 60.0, False), (60.0, 75.0, False), (NAN, 10.0, False)],
)
def test_a_sharp_drop_is_fifteen_points_within_a_week(
    week_ago: float, score: float, told: bool
) -> None:
    assert kinds(found(week_ago=week_ago, score=score)) == ([Concern.DROP] if told else [])


def test_no_drop_is_told_of_where_too_little_is_known() -> None:
    assert found(before=[NO_BAND], band=[NO_BAND], week_ago=90.0, score=40.0) == []


@pytest.mark.parametrize("rule", ["R1", "R2", "R3", "R4"])
def test_a_hard_rule_is_told_when_it_begins_to_hold(rule: str) -> None:
    assert kinds(found(now_yes=yes(rule))) == [Concern(rule)]
    assert found(before_yes=yes(rule), now_yes=yes(rule)) == []
    assert found(before_yes=yes(rule), now_yes=0) == []
    first = found(before=[NEVER_SCORED], days_since=None, now_yes=yes(rule))
    assert kinds(first) == [Concern(rule)]
    off = replace(DEFAULT_MODEL, rules=DEFAULT_MODEL.rules - {rule})
    assert found(now_yes=yes(rule), model=off) == []


def test_expansion_is_no_worry() -> None:
    assert found(now_yes=yes("O1")) == []


def test_rules_say_the_figures_behind_them() -> None:
    said = {one.kind.value: dict(one.facts) for one in found(now_yes=yes("R1", "R2", "R3", "R4"))}
    assert said == {
        "R1": {"days_to_end": 30.0, "usage_change": -0.432, "open_tickets": 3.0},
        "R2": {"overdue_days": 41.0},
        "R3": {"idle_days": 15.0},
        "R4": {},
    }


@pytest.mark.parametrize(
    ("segment", "limit"), [(0, 30), (1, 60), (2, 60)], ids=["strategic", "core", "standard"]
)
@pytest.mark.parametrize("days_since", [1, 3, 40])
def test_silence_is_told_on_the_day_it_grows_too_long_or_after_a_downtime(
    segment: int, limit: int, days_since: int
) -> None:
    for silent in range(limit - 2, limit + days_since + 3):
        told = limit <= silent < limit + days_since
        worried = found(silent=silent, segment=segment, days_since=days_since)
        assert kinds(worried) == ([Concern.SILENCE] if told else []), silent


@pytest.mark.parametrize("silent", [60.0, 400.0, NAN])
def test_who_is_seen_for_the_first_time_is_not_told_to_be_silent(silent: float) -> None:
    assert found(before=[NEVER_SCORED], silent=silent, days_since=None) == []


def test_scoring_again_the_same_day_finds_no_silence() -> None:
    assert found(silent=60.0, days_since=0) == []


def test_silence_has_its_limit_in_the_model() -> None:
    patient = replace(DEFAULT_MODEL, limits=Limits(silent_days={Segment.CORE: 5}))
    assert kinds(found(silent=5.0, segment=1, model=patient)) == [Concern.SILENCE]
    assert found(silent=500.0, segment=2, days_since=400, model=patient) == []


def test_reasons_come_by_customer_the_most_telling_first() -> None:
    worried = found(
        before=[STEADY, STEADY, STEADY],
        band=[CRITICAL, STEADY, AT_RISK],
        now_yes=[yes("R4", "R1"), 0, 0],
        week_ago=[90.0, NAN, NAN],
        silent=[0.0, 0.0, 60.0],
    )
    assert [(one.i, one.kind) for one in worried] == [
        (0, Concern.HIGH_RISK),
        (0, Concern.CHAMPION),
        (0, Concern.BAND),
        (0, Concern.DROP),
        (2, Concern.BAND),
        (2, Concern.SILENCE),
    ]


@given(
    band=st.integers(-1, 3),
    rules=st.sets(st.sampled_from(RULES)),
    score=st.floats(0, 100),
    silent=st.one_of(st.just(NAN), st.floats(0, 2000)),
)
def test_what_stays_as_it_is_worries_nobody(
    band: int, rules: set[str], score: float, silent: float
) -> None:
    again = found(
        before=[band], band=[band], before_yes=yes(*rules), now_yes=yes(*rules),
        week_ago=score, score=score, silent=silent, days_since=0,
    )  # fmt: skip
    assert again == []
