"""What is learned from: decided renewals as rows, each with what was known 90 days before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.health.facts import Days, Floats, Index

LEAD_DAYS = 90
"""Features are taken so long before the lapse day: as early as somebody can still do something."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sample:
    """n decided renewals × k signals of one health model, in the model's order.

    `g` is normalised (1 is good) with the reference where nothing was known, `known` says where
    something was. `lapse_on` is the day after the term's end; rows of one `account` are not
    independent of each other. `arr` is NaN where it is unknown.
    """

    names: tuple[str, ...]
    weights: Floats
    g: Floats
    known: Flags
    health: Floats
    lost: Flags
    lapse_on: Days
    account: Index
    arr: Floats

    def __len__(self) -> int:
        return len(self.lost)

    @property
    def lost_n(self) -> int:
        """How many were not renewed."""
        return int(np.count_nonzero(self.lost))

    @property
    def kept_n(self) -> int:
        """How many were renewed."""
        return len(self) - self.lost_n

    def where(self, rows: Flags | Index) -> Sample:
        """The rows that a mask or an index chooses."""
        return Sample(
            self.names,
            self.weights,
            self.g[rows],
            self.known[rows],
            self.health[rows],
            self.lost[rows],
            self.lapse_on[rows],
            self.account[rows],
            self.arr[rows],
        )
