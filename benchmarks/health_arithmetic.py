"""A million customers, twelve signals, in memory: our arithmetic against numpy's own.

The floor is the least that gives the same parts, coverage and bands: the formula written down once
over bare arrays in pieces of 64k, without unknown values, hysteresis, rules or days. Ours is
`scoring.health.score.score` as the product calls it. The trend has a floor of its own: numpy
sorting as many pairs of weeks.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from benchmarks.figures import Figure
from benchmarks.own_process import measured as in_own_process
from benchmarks.timing import median, stopwatch
from scoring.health.default import DEFAULT_MODEL
from scoring.health.facts import NO_DAY, Floats, Observations, Subjects
from scoring.health.measures.trend import WEEKS, change, falling
from scoring.health.score import score
from scoring.health.scored import Measured, RuleFacts
from scoring.health.weights import Weights

CHUNK = 65_536
TODAY = 739_943
K = len(DEFAULT_MODEL.signals)
PAIRS = WEEKS * (WEEKS - 1) // 2


def measure(size: int, runs: int = 3) -> list[Figure]:
    """Seconds for `size` customers, each in a process of its own; the memory it took."""
    found = in_own_process("benchmarks.health_arithmetic:scoring", size=size, runs=runs)
    trends = in_own_process("benchmarks.health_arithmetic:trends", size=size, runs=runs)
    return [
        Figure(
            "health", "", f"score {size:,} customers × {K} signals",
            found["ours_s"], "s", goal=3, floor=found["floor_s"], floor_is="bare numpy, float64",
            note=f"peak memory {found['peak_mb']:,.0f} MB, {found['before_mb']:,.0f} MB before",
        ),
        Figure(
            "health", "", f"Theil-Sen and Mann-Kendall, {size:,} × {WEEKS} weeks",
            trends["ours_s"], "s", floor=trends["floor_s"], floor_is="sorting the pairs, float32",
            note=f"{trends['falling']:.1%} falling; peak memory {trends['peak_mb']:,.0f} MB",
        ),
    ]  # fmt: skip


async def scoring(size: int, runs: int) -> dict[str, float]:
    """Median seconds of ours and of the floor over the same customers, chunk by chunk."""
    chunk = min(CHUNK, size)
    pieces = [_piece(chunk, seed) for seed in range(4)]
    rounds = -(-size // chunk)
    from benchmarks.timing import peak_mb

    before_mb = peak_mb()
    ours, floors = [], []
    for _ in range(runs):
        with stopwatch() as watch:
            for at in range(rounds):
                _floor(pieces[at % len(pieces)][1])
        floors.append(watch.seconds)
        with stopwatch() as watch:
            for at in range(rounds):
                subjects, measured, facts, previous = pieces[at % len(pieces)]
                score(subjects, DEFAULT_MODEL, measured, facts, previous)
        ours.append(watch.seconds)
    return {"ours_s": median(ours), "floor_s": median(floors), "before_mb": before_mb}


async def trends(size: int, runs: int) -> dict[str, float]:
    """Median seconds for the change and whether it is falling, and of sorting alone."""
    chunk = min(CHUNK, size)
    rounds = -(-size // chunk)
    rows = _weeks(chunk)
    as_of = np.full(chunk, TODAY, np.int32)
    pairs = np.random.default_rng(1).random((chunk, PAIRS), np.float32)
    ours, floors = [], []
    limits = DEFAULT_MODEL.limits
    fell = np.empty(0)
    for _ in range(runs):
        with stopwatch() as watch:
            for _ in range(rounds):
                np.sort(pairs, axis=1)
        floors.append(watch.seconds)
        with stopwatch() as watch:
            for _ in range(rounds):
                changed, on = change(rows, chunk, limits)
                fell = falling(rows, changed, on, as_of, limits)
        ours.append(watch.seconds)
    return {"ours_s": median(ours), "floor_s": median(floors), "falling": float(np.mean(fell))}


_Piece = tuple[Subjects, Measured, RuleFacts, np.ndarray[tuple[int], np.dtype[np.int8]]]


def _piece(n: int, seed: int) -> _Piece:
    """Customers of whom some things are unknown, old, or anything at all."""
    draw = np.random.default_rng(seed)
    bad = np.array([signal.bad for signal in DEFAULT_MODEL.signals])
    good = np.array([signal.good for signal in DEFAULT_MODEL.signals])
    x = bad + (good - bad) * draw.uniform(-0.2, 1.2, (n, K))
    seen_on = (TODAY - draw.integers(0, 60, (n, K))).astype(np.int32)
    unknown = draw.random((n, K)) < 0.1
    x[unknown], seen_on[unknown] = np.nan, NO_DAY
    facts = RuleFacts(*(draw.uniform(0.0, 100.0, n) for _ in fields(RuleFacts)))
    subjects = Subjects(
        np.arange(n), np.full(n, TODAY, np.int32), draw.integers(0, 3, n).astype(np.int8)
    )
    return subjects, Measured(x, seen_on), facts, draw.integers(-1, 4, n).astype(np.int8)


def _floor(measured: Measured) -> tuple[Floats, Floats, Floats]:
    """Parts, coverage and band, as short as numpy lets one write it."""
    weights = Weights.of(DEFAULT_MODEL)
    x = measured.x
    g = np.clip((x - weights.bad) / weights.span, 0.0, 1.0)
    g = np.where(np.isnan(g), weights.reference, g)
    f = np.exp2(-np.maximum(TODAY - measured.observed_on - 7, 0) / weights.half_life)
    c = weights.points * f * (g - weights.reference)
    total = weights.base + c.sum(axis=1)
    return c, f @ weights.points[0], np.searchsorted(DEFAULT_MODEL.edges[::-1], total)


def _weeks(n: int) -> Observations:
    draw = np.random.default_rng(2)
    fall = draw.choice([0.0, -0.3, -0.7], (n, 1), p=[0.8, 0.1, 0.1])
    course = np.linspace(0.0, 1.0, WEEKS) * fall + draw.normal(0.0, 0.2, (n, WEEKS))
    value = np.rint(draw.uniform(20.0, 500.0, (n, 1)) * np.exp(course))
    on = np.tile((TODAY - 7 * np.arange(WEEKS - 1, -1, -1)).astype(np.int32), n)
    return Observations(np.repeat(np.arange(n), WEEKS), on, value.ravel())
