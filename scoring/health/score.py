"""The arithmetic: what was measured becomes points that add up.

health = B + Σ c with B = Σ points·μ and c = points·f·(g - μ): the contributions of a linear model
against the reference as background, exact by construction.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoring.health.bands import banded
from scoring.health.due import days_until_drift, due_on
from scoring.health.facts import NO_DAY, Days, Floats, Subjects
from scoring.health.measures.rows import FRESH_DAYS
from scoring.health.model import HealthModel
from scoring.health.rules import bits, worsened
from scoring.health.scored import Measured, RuleFacts, Scores
from scoring.health.weights import Weights, weighed

_ROWS = 16_384
"""Subjects at a time, so that what belongs to them stays in the cache."""


def normalised(subjects: Subjects, model: HealthModel, measured: Measured) -> tuple[Floats, Floats]:
    """g (0..1, the reference where unknown) and freshness f (0..1), both n × k."""
    weights = Weights.of(model)
    g, f = np.empty(measured.x.shape), np.empty(measured.x.shape)
    for start in range(0, len(subjects), _ROWS):
        part = slice(start, start + _ROWS)
        g[part], f[part], _ = _normal(
            weights.rows(subjects.segment[part]), subjects.as_of[part], measured, part
        )
    return g, f


def plain_scores(subjects: Subjects, model: HealthModel, g: Floats, f: Floats) -> Floats:
    """The scores alone, of what `normalised` gave for these subjects under this model."""
    weights = Weights.of(model)
    found = np.empty(len(subjects))
    for start in range(0, len(subjects), _ROWS):
        part = slice(start, start + _ROWS)
        own = weights.rows(subjects.segment[part])
        found[part] = own.base + weighed((g[part] - own.reference) * f[part], own.points)
    return found


def score(
    subjects: Subjects,
    model: HealthModel,
    measured: Measured,
    rule_facts: RuleFacts,
    previous: NDArray[np.int8],
) -> Scores:
    """Score, parts, bands and rules; `previous` is the last `score_band` (-1: none)."""
    weights = Weights.of(model)
    n, k = measured.x.shape
    parts = np.empty((n, 1 + k))
    total, coverage = np.empty(n), np.empty(n)
    score_band = np.empty(n, np.int8)
    quiet_days = np.empty(n)
    each = np.ones(k)  # a product is the fastest way to add up short rows
    for start in range(0, n, _ROWS):
        part = slice(start, start + _ROWS)
        own = weights.rows(subjects.segment[part])
        g, f, age = _normal(own, subjects.as_of[part], measured, part)
        g -= own.reference
        g *= f
        g *= own.points
        parts[part, 0] = own.base
        parts[part, 1:] = g
        total[part] = own.base + g @ each
        coverage[part] = weighed(f, own.points) / 100.0
        score_band[part] = banded(total[part], coverage[part], previous[part], model)
        quiet_days[part] = days_until_drift(
            model, own, measured.x[part], f, age, g, total[part], coverage[part], score_band[part]
        )
    yes, possible = bits(rule_facts, model)
    return Scores(
        score=total,
        parts=parts,
        coverage=coverage,
        score_band=score_band,
        band=worsened(score_band, yes, rule_facts, model),
        yes=yes,
        possible=possible,
        due_on=due_on(subjects, model, rule_facts, measured.turns_on, quiet_days),
    )


def _normal(
    weights: Weights, as_of: NDArray[np.int32], measured: Measured, part: slice
) -> tuple[Floats, Floats, Days]:
    """g, f and the age in days of some subjects."""
    x = measured.x[part].copy()
    seen_on = measured.observed_on[part]
    unknown = ~np.isfinite(x)
    unknown |= seen_on == NO_DAY
    age: Days = as_of[:, None] - seen_on
    f = age.astype(np.float64)
    f -= FRESH_DAYS
    np.maximum(f, 0.0, out=f)
    f /= -weights.half_life
    np.exp2(f, out=f)
    x[unknown] = 0.0
    for place in np.flatnonzero(weights.log):
        column = np.maximum(x[:, place], 0.0)
        x[:, place] = np.log1p(column)
    x -= weights.bad
    x /= weights.span
    np.clip(x, 0.0, 1.0, out=x)
    np.copyto(x, weights.reference, where=unknown)
    f[unknown] = 0.0
    return x, f, age
