"""A signal's course as ramps: between two knots each climbs from 0 to 1, before and after flat.

A sum of ramps with weights that are not negative is monotone and piecewise linear.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scoring.health.facts import Floats

_QUINTILES = (0.2, 0.4, 0.6, 0.8)

CLOSEST = 0.01
"""Knots nearer than this are one: a ramp that steep would be learned from noise."""


def knots_of(g: Floats) -> tuple[float, ...]:
    """0, the quintiles of a signal's values, 1; ascending and apart from each other.

    The ends are always there: where a book has no values yet, the weights of experts speak.
    """
    found = [0.0]
    for knot in np.quantile(g, _QUINTILES) if len(g) else ():
        if knot - found[-1] >= CLOSEST and 1.0 - knot >= CLOSEST:
            found.append(float(knot))
    return (*found, 1.0)


def ramps_of(g: Floats, knots: Sequence[float]) -> Floats:
    """n × (number of knots − 1) values of 0..1."""
    edges = np.asarray(knots, np.float64)
    rise = (g[:, None] - edges[None, :-1]) / np.diff(edges)[None, :]
    result: Floats = np.clip(rise, 0.0, 1.0)
    return result
