"""One customer's score, told in parts that add up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from scoring.health.assess import Assessed
from scoring.health.bands import band_of
from scoring.health.facts import NO_DAY, SEGMENTS, Facts, Subjects
from scoring.health.model import Band, HealthModel
from scoring.health.rules import verdicts_of
from scoring.health.score import normalised
from scoring.health.scored import Because, HealthView, Measured, Part
from scoring.model import Segment

Stored = tuple[date, float, Band | None, Sequence[float]]
"""A stored row: its day, score, shown band, and parts in points (base first)."""

STALE_BELOW = 0.75
"""A signal that counts for less than so much of its weight was known too long ago."""

_TENTHS = 10


def explain(
    assessed: Assessed, i: int, facts: Facts, model: HealthModel, *, stored: Stored | None
) -> HealthView:
    """The view of subject `i`; `stored` is last week's row of the same model, if there is one."""
    subjects, scores = facts.subjects, assessed.scores
    points = rounded(scores.parts[i].tolist(), float(scores.score[i]))
    before = _before(stored, len(points))
    return HealthView(
        account_id=int(subjects.account_id[i]),
        as_of=date.fromordinal(int(subjects.as_of[i])),
        model=model.name,
        score=round(sum(points), 1),
        band=band_of(int(scores.band[i])),
        score_band=band_of(int(scores.score_band[i])),
        coverage=float(scores.coverage[i]),
        parts=(
            Part("base", None, points[0], Because.BASE, before=before[0]),
            *_parts(assessed.measured, i, facts, model, points[1:], before[1:]),
        ),
        verdicts=verdicts_of(assessed.rule_facts, i, model),
        before=None if stored is None else round(stored[1], 1),
        before_on=None if stored is None else stored[0],
        before_band=None if stored is None else stored[2],
    )


def rounded(parts: Sequence[float], whole: float) -> list[float]:
    """The parts in tenths so that they add up to `whole` in tenths (largest remainder)."""
    exact = [part * _TENTHS for part in parts]
    tenths = [math.floor(part) for part in exact]
    left = round(whole * _TENTHS) - sum(tenths)
    by_remainder = sorted(range(len(parts)), key=lambda at: (tenths[at] - exact[at], at))
    if left < 0:  # stored parts were rounded one by one and may add up to more
        by_remainder.reverse()
    for turn in range(abs(left)):
        tenths[by_remainder[turn % len(parts)]] += 1 if left > 0 else -1
    return [tenth / _TENTHS for tenth in tenths]


def _before(stored: Stored | None, size: int) -> list[float | None]:
    if stored is None or len(stored[3]) != size:
        return [None] * size
    return [*rounded(stored[3], stored[1])]


def _parts(
    measured: Measured,
    i: int,
    facts: Facts,
    model: HealthModel,
    points: Sequence[float],
    before: Sequence[float | None],
) -> list[Part]:
    row = slice(i, i + 1)
    x, observed_on = measured.x[row], measured.observed_on[row]
    subjects = facts.subjects
    one = Subjects(subjects.account_id[row], subjects.as_of[row], subjects.segment[row])
    g, f = normalised(one, model, Measured(x, observed_on))
    lines = model.for_segment(Segment(SEGMENTS[int(subjects.segment[i])]))
    whole = sum(signal.weight for signal in lines)
    found = []
    for at, signal in enumerate(lines):
        because = _because(float(f[0, at]))
        known = because is not Because.UNKNOWN
        day = int(observed_on[0, at])
        found.append(
            Part(
                signal.name,
                signal.dimension,
                points[at],
                because,
                x=float(x[0, at]) if known else None,
                g=float(g[0, at]) if known else None,
                observed_on=date.fromordinal(day) if known and day != NO_DAY else None,
                before=before[at],
                weight=100.0 * signal.weight / whole,
            )
        )
    return found


def _because(fresh: float) -> Because:
    if fresh == 0.0:
        return Because.UNKNOWN
    return Because.STALE if fresh < STALE_BELOW else Because.KNOWN
