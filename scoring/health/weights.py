"""A model as arrays: one row a segment, one column a signal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.health.facts import SEGMENTS, Floats
from scoring.health.model import HealthModel, Signal
from scoring.model import Segment


@dataclass(frozen=True, slots=True)
class Weights:
    """`bad` and `span` are in the unit of x, or of log1p(x) where `log`; `points` add up to 100.

    With one row all segments are alike.
    """

    bad: Floats
    span: Floats
    half_life: Floats
    reference: Floats
    points: Floats
    log: NDArray[np.bool_]

    @classmethod
    def of(cls, model: HealthModel) -> Weights:
        """The arrays of a model."""
        kinds = [Segment(code) for code in SEGMENTS] if model.by_segment else [Segment.STANDARD]
        lines = [model.for_segment(kind) for kind in kinds]
        log = np.array([signal.log for signal in model.signals], np.bool_)
        bad = _columns(lines, "bad")
        good = _columns(lines, "good")
        bad[:, log], good[:, log] = np.log1p(bad[:, log]), np.log1p(good[:, log])
        weight = _columns(lines, "weight")
        return cls(
            bad,
            good - bad,
            _columns(lines, "half_life_days"),
            _columns(lines, "reference"),
            100.0 * weight / weight.sum(axis=1, keepdims=True),
            log,
        )

    def rows(self, segment: NDArray[np.int8]) -> Weights:
        """The row of each subject; the one row where all segments are alike."""
        if len(self.bad) == 1:
            return self
        return Weights(
            self.bad[segment],
            self.span[segment],
            self.half_life[segment],
            self.reference[segment],
            self.points[segment],
            self.log,
        )

    @property
    def base(self) -> Floats:
        """B: the score of a customer of whom nothing is known."""
        base: Floats = (self.points * self.reference).sum(axis=1)
        return base


def weighed(values: Floats, by: Floats) -> Floats:
    """The sum over the signals of each subject's values times `by` (one row, or one a subject)."""
    found: Floats = values @ by[0] if len(by) == 1 else np.einsum("ij,ij->i", values, by)
    return found


def _columns(lines: list[tuple[Signal, ...]], name: str) -> Floats:
    return np.array([[getattr(signal, name) for signal in line] for line in lines], np.float64)
