"""What is held back: the latest lapse days, or folds where a book has no course of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from scoring.health.facts import Index
from scoring.learning.sample import Flags, Sample

HELD_OUT = 0.3
"""The share of the latest decided renewals that a time-ordered split holds back."""

FOLDS = 5
SEED = 42

LEAST_OF_EACH = 10
"""A split needs so many lost and kept on both sides, else it says nothing."""


@dataclass(frozen=True, slots=True)
class Split:
    """Pairs of rows to learn from and rows to predict; each row is predicted at most once.

    `from_on` is the first lapse day held back, None for folds.
    """

    parts: tuple[tuple[Flags, Flags], ...]
    from_on: date | None


def split(sample: Sample) -> Split:
    """In time where lapse days differ enough, else five folds with a fixed seed."""
    return in_time(sample) or in_folds(sample)


def in_time(sample: Sample) -> Split | None:
    """The latest lapse days against all before; None where that leaves too few of a kind.

    A day is never torn apart. What happens to be decided on few days (a list without dates) has
    no course of time to learn from.
    """
    days = np.unique(sample.lapse_on)
    if len(days) < FOLDS:
        return None
    first = np.sort(sample.lapse_on)[int(len(sample) * (1 - HELD_OUT))]
    later: Flags = sample.lapse_on >= first
    for side in (later, ~later):
        lost = int(np.count_nonzero(sample.lost[side]))
        if min(lost, int(np.count_nonzero(side)) - lost) < LEAST_OF_EACH:
            return None
    return Split(((~later, later),), date.fromordinal(int(first)))


def in_folds(sample: Sample, folds: int = FOLDS) -> Split:
    """Folds with about as many lost in each; all rows of one customer are in the same fold.

    Where all rows are of one customer there is nobody else to learn from: no parts.
    """
    fold = _folds(sample, folds)
    parts = ((fold != number, fold == number) for number in range(folds))
    return Split(tuple((learn, held) for learn, held in parts if held.any() and learn.any()), None)


def _folds(sample: Sample, folds: int) -> Index:
    """The fold of each row: customers are shuffled, those with a loss dealt out first."""
    accounts, place = np.unique(sample.account, return_inverse=True)
    losses = np.bincount(place[sample.lost], minlength=len(accounts))
    shuffled = np.random.default_rng(SEED).permutation(len(accounts))
    dealt = shuffled[np.argsort(losses[shuffled] == 0, kind="stable")]
    fold = np.empty(len(accounts), np.int64)
    fold[dealt] = np.arange(len(accounts)) % folds
    result: Index = fold[place]
    return result
