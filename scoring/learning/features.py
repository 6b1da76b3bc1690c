"""From decided renewals and the facts of their customers to what is learned from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.health.facts import NO_DAY, Days, Facts, Floats, Index, Subjects
from scoring.health.measures import measure
from scoring.health.model import HealthModel
from scoring.health.score import normalised, plain_scores
from scoring.learning.sample import LEAD_DAYS, Flags, Sample


@dataclass(frozen=True, slots=True)
class Decided:
    """Renewals that were decided: of whom, when the term lapsed, when it was known, and how.

    `segment` codes are places in `SEGMENTS`. `lapse_on` is the day after the end.
    """

    account: Index
    segment: np.ndarray[tuple[int], np.dtype[np.int8]]
    lapse_on: Days
    decided_on: Days
    lost: Flags
    arr: Floats

    def __len__(self) -> int:
        return len(self.account)

    def subjects(self) -> Subjects:
        """Each customer as of 90 days before the lapse day.

        Where it was decided even earlier, as of the day before: what came of it must not be seen.
        """
        as_of = self.lapse_on - np.int32(LEAD_DAYS)
        before = np.where(self.decided_on == NO_DAY, as_of, self.decided_on - np.int32(1))
        return Subjects(self.account, np.minimum(as_of, before).astype(np.int32), self.segment)

    def part(self, start: int, end: int) -> Decided:
        """The rows from `start` up to `end`."""
        rows = slice(start, end)
        return Decided(
            self.account[rows],
            self.segment[rows],
            self.lapse_on[rows],
            self.decided_on[rows],
            self.lost[rows],
            self.arr[rows],
        )


def sample_of(decided: Decided, facts: Facts, model: HealthModel) -> Sample:
    """What is learned from; `facts` are those of `decided.subjects()`, later ones are not seen.

    Give the model as its file has it: a median of today knows what became of these customers.
    """
    measured = measure(facts, model)
    g, fresh = normalised(facts.subjects, model, measured)
    return Sample(
        names=tuple(signal.name for signal in model.signals),
        weights=np.array([signal.weight for signal in model.signals], np.float64),
        g=g,
        known=~np.isnan(measured.x),
        health=plain_scores(facts.subjects, model, g, fresh),
        lost=decided.lost,
        lapse_on=decided.lapse_on,
        account=decided.account,
        arr=decided.arr,
    )


def joined(samples: list[Sample]) -> Sample:
    """Samples of one model, one after the other."""
    first = samples[0]
    if len(samples) == 1:
        return first
    return Sample(
        first.names,
        first.weights,
        np.concatenate([sample.g for sample in samples]),
        np.concatenate([sample.known for sample in samples]),
        np.concatenate([sample.health for sample in samples]),
        np.concatenate([sample.lost for sample in samples]),
        np.concatenate([sample.lapse_on for sample in samples]),
        np.concatenate([sample.account for sample in samples]),
        np.concatenate([sample.arr for sample in samples]),
    )
