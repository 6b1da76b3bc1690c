"""Hard rules: no, possible, yes; and what they do to a band."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.health.bands import band_of
from scoring.health.default import DEFAULT_MODEL
from scoring.health.model import Band, Limits
from scoring.health.rules import RULES, bit_of, bits, verdicts_of, worsened
from scoring.health.scored import RuleFacts, Truth

NAN = math.nan
CHURNING = {"days_to_end": 60.0, "falling": 1.0, "open_tickets": 2.0}
READY = {
    "active_g": 0.8, "falling": 0.0, "joined_events": 1.0, "overdue_days": 0.0, "csat_g": 0.7,
}  # fmt: skip

values = st.sampled_from([NAN, 0.0, 0.5, 1.0, 2.0, 14.0, 31.0, 90.0, 91.0, math.inf])
any_facts = st.lists(values, min_size=11, max_size=11).map(
    lambda row: RuleFacts(*(np.array([value]) for value in row))
)


def facts(**known: float) -> RuleFacts:
    return RuleFacts(*(np.array([known.get(column.name, NAN)]) for column in fields(RuleFacts)))


def truth(rule: str, found: RuleFacts) -> tuple[Truth, tuple[str, ...]]:
    (verdict,) = (v for v in verdicts_of(found, 0, DEFAULT_MODEL) if v.rule == rule)
    return verdict.truth, verdict.missing


@pytest.mark.parametrize(
    ("rule", "known", "expected", "missing"),
    [
        ("R1", CHURNING, Truth.YES, ()),
        ("R1", CHURNING | {"days_to_end": 90.0}, Truth.YES, ()),
        ("R1", CHURNING | {"days_to_end": 91.0}, Truth.NO, ()),
        ("R1", CHURNING | {"days_to_end": -3.0}, Truth.YES, ()),
        ("R1", CHURNING | {"days_to_end": math.inf}, Truth.NO, ()),
        ("R1", CHURNING | {"open_tickets": 1.0}, Truth.NO, ()),
        ("R1", CHURNING | {"falling": 0.0}, Truth.NO, ()),
        ("R1", CHURNING | {"falling": NAN}, Truth.POSSIBLE, ("falling",)),
        ("R1", {"days_to_end": 60.0}, Truth.POSSIBLE, ("falling", "open_tickets")),
        ("R1", {"open_tickets": 0.0}, Truth.NO, ()),
        ("R1", {}, Truth.POSSIBLE, ("days_to_end", "falling", "open_tickets")),
        ("R2", {"overdue_days": 31.0}, Truth.YES, ()),
        ("R2", {"overdue_days": 30.0}, Truth.NO, ()),
        ("R2", {}, Truth.POSSIBLE, ("overdue_days",)),
        ("R3", {"idle_days": 14.0}, Truth.YES, ()),
        ("R3", {"idle_days": 13.0}, Truth.NO, ()),
        ("R3", {}, Truth.POSSIBLE, ("idle_days",)),
        ("R4", {"champion_left": 1.0}, Truth.YES, ()),
        ("R4", {"champion_left": 0.0}, Truth.NO, ()),
        ("R4", {}, Truth.POSSIBLE, ("champion_left",)),
        ("O1", READY, Truth.YES, ()),
        ("O1", READY | {"active_g": 0.69}, Truth.NO, ()),
        ("O1", READY | {"falling": 1.0}, Truth.NO, ()),
        ("O1", READY | {"joined_events": 0.5}, Truth.NO, ()),
        ("O1", READY | {"overdue_days": 1.0}, Truth.NO, ()),
        ("O1", READY | {"csat_g": 0.3}, Truth.NO, ()),
        ("O1", READY | {"csat_g": NAN}, Truth.POSSIBLE, ("csat_g",)),
    ],
)
def test_a_rule_says(
    rule: str, known: dict[str, float], expected: Truth, missing: tuple[str, ...]
) -> None:
    assert truth(rule, facts(**known)) == (expected, missing)


@given(any_facts)
def test_bits_and_verdicts_say_the_same(found: RuleFacts) -> None:
    yes, possible = bits(found, DEFAULT_MODEL)
    for verdict in verdicts_of(found, 0, DEFAULT_MODEL):
        assert bool(yes[0] & bit_of(verdict.rule)) == (verdict.truth is Truth.YES)
        assert bool(possible[0] & bit_of(verdict.rule)) == (verdict.truth is Truth.POSSIBLE)
        assert bool(verdict.missing) == (verdict.truth is Truth.POSSIBLE)


@given(any_facts, st.integers(0, 10), values)
def test_learning_a_missing_fact_never_turns_a_yes_or_a_no(
    found: RuleFacts, at: int, value: float
) -> None:
    name = fields(RuleFacts)[at].name
    if math.isnan(getattr(found, name)[0]):
        known = replace(found, **{name: np.array([value])})
        for before, after in zip(
            verdicts_of(found, 0, DEFAULT_MODEL), verdicts_of(known, 0, DEFAULT_MODEL), strict=True
        ):
            assert before.truth in (Truth.POSSIBLE, after.truth)


@given(any_facts)
def test_who_is_ready_for_more_has_no_high_churn_risk(found: RuleFacts) -> None:
    yes = bits(found, DEFAULT_MODEL)[0][0]
    assert not (yes & bit_of("O1") and yes & bit_of("R1"))


def test_only_rules_in_force_are_asked() -> None:
    model = replace(DEFAULT_MODEL, rules=frozenset({"R2"}))
    found = facts(**CHURNING, overdue_days=40.0, champion_left=1.0)
    assert [v.rule for v in verdicts_of(found, 0, model)] == ["R2"]
    assert bits(found, model)[0][0] == bit_of("R2")
    assert len(verdicts_of(found, 0, DEFAULT_MODEL)) == len(RULES)


def test_the_limits_are_the_models() -> None:
    limits = Limits(ends_within_days=30, open_tickets=5, overdue_days=5, idle_days=3)
    model = replace(DEFAULT_MODEL, limits=limits)
    found = facts(**CHURNING, overdue_days=6.0, idle_days=3.0)
    assert bits(found, model)[0][0] == bit_of("R2") | bit_of("R3")


@pytest.mark.parametrize(
    ("known", "before", "after"),
    [
        ({}, Band.HEALTHY, Band.HEALTHY),
        ({"overdue_days": 31.0}, Band.HEALTHY, Band.STEADY),
        ({"overdue_days": 31.0}, Band.CRITICAL, Band.CRITICAL),
        ({"champion_left": 1.0}, Band.STEADY, Band.AT_RISK),
        ({"idle_days": 14.0}, Band.HEALTHY, Band.STEADY),
        ({"idle_days": 30.0}, Band.HEALTHY, Band.AT_RISK),
        ({"overdue_days": 31.0, "champion_left": 1.0}, Band.HEALTHY, Band.AT_RISK),
        (CHURNING, Band.HEALTHY, Band.AT_RISK),
        (CHURNING, Band.STEADY, Band.AT_RISK),
        (CHURNING, Band.AT_RISK, Band.CRITICAL),
        (CHURNING, None, Band.AT_RISK),
        ({"overdue_days": 31.0}, None, None),
        (READY, Band.STEADY, Band.STEADY),
    ],
)
def test_rules_make_a_band_worse(
    known: dict[str, float], before: Band | None, after: Band | None
) -> None:
    found = facts(**known)
    yes, _ = bits(found, DEFAULT_MODEL)
    rank = np.array([-1 if before is None else before.rank], np.int8)
    assert band_of(int(worsened(rank, yes, found, DEFAULT_MODEL)[0])) is after


@given(any_facts, st.integers(0, 3))
def test_rules_never_make_a_band_better(found: RuleFacts, rank: int) -> None:
    yes, _ = bits(found, DEFAULT_MODEL)
    assert worsened(np.array([rank], np.int8), yes, found, DEFAULT_MODEL)[0] >= rank
