"""A year in the life of customers to whom nothing happens, or whose use halves in eight weeks."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scoring.health.assess import assess
from scoring.health.default import DEFAULT_MODEL
from scoring.health.facts import (
    NO_DAY,
    Contacts,
    Facts,
    Index,
    Observations,
    Payments,
    Subjects,
    Terms,
    Tickets,
    Touches,
)
from tests.scoring.health.facts_at import ALL_SOURCES, T, first_time

WEEKS = 52
_BEFORE = 13
_SEATS = 100.0


@dataclass(frozen=True, slots=True)
class Year:
    """The rank of each customer's band after each week (weeks × customers), and the score."""

    band: NDArray[np.int8]
    score: NDArray[np.float64]

    @property
    def changes(self) -> float:
        """Band changes per customer."""
        return float((np.diff(self.band, axis=0) != 0).sum() / self.band.shape[1])


def year(n: int, *, noise: float, seed: int, lost: float = 0.0, slide_weeks: int = 8) -> Year:
    """Scored every week of a year; usage loses the share `lost` in the weeks before the last."""
    facts = _facts(n, noise, seed, lost, slide_weeks)
    band, bands, scores = first_time(n), [], []
    for week in range(WEEKS):
        day = np.full(n, T - 7 * (WEEKS - 1 - week), np.int32)
        found = assess(
            replace(facts, subjects=replace(facts.subjects, as_of=day)), DEFAULT_MODEL, band
        ).scores
        band = found.score_band
        bands.append(found.band)
        scores.append(found.score)
    return Year(np.array(bands), np.array(scores))


def _facts(n: int, noise: float, seed: int, lost: float, slide_weeks: int) -> Facts:
    draw = np.random.default_rng(seed)
    size = WEEKS + _BEFORE
    slide = np.zeros(size)
    slide[-slide_weeks:] = np.linspace(0.0, np.log1p(-lost), slide_weeks)
    share = draw.uniform(0.3, 0.9, (n, 1)) * np.exp(slide + draw.normal(0.0, noise, (n, size)))
    on = np.tile((T - 7 * np.arange(size - 1, -1, -1)).astype(np.int32), n)
    used = Observations(np.repeat(np.arange(n), size), on, np.rint(_SEATS * share).ravel())
    subject, opened = _now_and_then(draw, n, 0.02)
    closed = opened + draw.integers(1, 15, len(opened)).astype(np.int32)
    billed, due = _now_and_then(draw, n, 1 / 30)
    late = np.where(draw.random(len(due)) < 0.1, draw.integers(1, 20, len(due)), 0)
    touched, touched_on = _now_and_then(draw, n, 1 / 25)
    return Facts(
        Subjects(np.arange(n), np.full(n, T, np.int32), np.full(n, 2, np.int8)),
        {"active_users": used},
        tickets=Tickets(subject, opened, closed, draw.choice([np.nan, 4.0, 5.0], len(opened))),
        payments=Payments(billed, due, (due + late).astype(np.int32)),
        touches=Touches(touched, touched_on),
        contacts=Contacts(np.arange(n), np.full(n, NO_DAY, np.int32), np.full(n, NO_DAY, np.int32)),
        terms=Terms(np.arange(n), np.full(n, T + 300, np.int32), np.full(n, _SEATS)),
        sources=ALL_SOURCES,
    )


def _now_and_then(
    draw: np.random.Generator, n: int, daily: float
) -> tuple[Index, NDArray[np.int32]]:
    found = np.argwhere(draw.random((n, (WEEKS + 2 * _BEFORE) * 7)) < daily)
    return found[:, 0], (T - found[:, 1]).astype(np.int32)
