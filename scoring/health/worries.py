"""Who is to be warned of: what became worse between the last score and this one.

Everything here is a step over an edge, never a state: scoring the same customer again finds
nothing. What was said of a customer lately is taken into account by `handlers.warning`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from scoring.health.facts import NO_DAY, SEGMENTS, Days, Floats, Subjects
from scoring.health.model import Band, HealthModel
from scoring.health.rules import RULES
from scoring.health.scored import RuleFacts, Scores
from scoring.health.worry import Concern, Worry
from scoring.model import Segment

__all__ = ["NEVER_SCORED", "NO_BAND", "Concern", "Worry", "worries"]

NO_BAND = -1
NEVER_SCORED = -2

_BANDS = tuple(Band)
_WARNED_RULES = (Concern.HIGH_RISK, Concern.OVERDUE, Concern.IDLE, Concern.CHAMPION)

_Facts = dict[str, float | str]
_Mask = NDArray[np.bool_]


def worries(
    before_band: NDArray[np.int8],
    scores: Scores,
    before_yes: NDArray[np.int32],
    week_ago: Floats,
    facts: RuleFacts,
    subjects: Subjects,
    model: HealthModel,
    *,
    before_on: Days,
) -> list[Worry]:
    """The reasons to warn, in the order of the subjects and the most telling first.

    `before_band`, `before_yes` and `before_on` are the last score's shown band (`NO_BAND`,
    `NEVER_SCORED`), rules that said yes, and day (`NO_DAY`); `week_ago` is the score
    `limits.sharp_drop_days` ago, NaN where there was none or another model made it.

    Entering a worse band counts; from no band only at risk and critical do. Silence is told on the
    day it grows too long, not when a customer is seen for the first time.
    """
    found = [
        Worry(i, concern, said(i))
        for concern, mask, said in _concerns(
            before_band, scores, before_yes, week_ago, facts, subjects, model, before_on
        )
        for i in np.flatnonzero(mask).tolist()
    ]
    found.sort(key=lambda worry: (worry.i, worry.kind.rank))
    return found


def _concerns(
    before_band: NDArray[np.int8],
    scores: Scores,
    before_yes: NDArray[np.int32],
    week_ago: Floats,
    facts: RuleFacts,
    subjects: Subjects,
    model: HealthModel,
    before_on: Days,
) -> Iterator[tuple[Concern, _Mask, Callable[[int], _Facts]]]:
    new_yes = scores.yes & ~before_yes
    for concern in _WARNED_RULES:
        if concern.value in model.rules:
            bit = np.int32(1 << RULES.index(concern.value))
            yield concern, (new_yes & bit) != 0, _rule_words(concern, facts)

    known_before = before_band >= 0
    least = np.where(known_before, before_band, Band.AT_RISK.rank - 1)
    yield Concern.BAND, scores.band > least, _band_words(before_band, scores)

    limits = model.limits
    with np.errstate(invalid="ignore"):
        fell = (week_ago - scores.score >= limits.sharp_drop) & (scores.band >= 0)

    def dropped(i: int) -> _Facts:
        return {
            "from": round(float(week_ago[i]), 1),
            "to": round(float(scores.score[i]), 1),
            "days": limits.sharp_drop_days,
        }

    yield Concern.DROP, fell, dropped
    yield Concern.SILENCE, _fell_silent(facts, subjects, model, before_on), _silence_words(facts)


def _band_words(before_band: NDArray[np.int8], scores: Scores) -> Callable[[int], _Facts]:
    def said(i: int) -> _Facts:
        facts: _Facts = {"to": _BANDS[scores.band[i]].value}
        if before_band[i] >= 0:
            facts["from"] = _BANDS[before_band[i]].value
        return facts

    return said


def _rule_words(concern: Concern, facts: RuleFacts) -> Callable[[int], _Facts]:
    columns: dict[str, Floats] = {
        Concern.HIGH_RISK: {
            "days_to_end": facts.days_to_end,
            "usage_change": facts.usage_change,
            "open_tickets": facts.open_tickets,
        },
        Concern.OVERDUE: {"overdue_days": facts.overdue_days},
        Concern.IDLE: {"idle_days": facts.idle_days},
    }.get(concern, {})
    return lambda i: {
        name: round(float(column[i]), 3)
        for name, column in columns.items()
        if column[i] == column[i]
    }


def _silence_words(facts: RuleFacts) -> Callable[[int], _Facts]:
    return lambda i: {"silent_days": float(facts.silent_days[i])}


def _fell_silent(
    facts: RuleFacts, subjects: Subjects, model: HealthModel, before_on: Days
) -> _Mask:
    """Whether the silence reached its limit since the last score."""
    limits = np.array(
        [float(model.limits.silent_days.get(Segment(name), np.inf)) for name in SEGMENTS]
    )
    limit = limits[subjects.segment]
    passed = (subjects.as_of - before_on).astype(np.float64)
    with np.errstate(invalid="ignore"):
        over = facts.silent_days >= limit
        was_over = facts.silent_days - passed >= limit
    fell: _Mask = over & ~was_over & (before_on != NO_DAY)
    return fell
