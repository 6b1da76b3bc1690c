"""Boosted trees as plain lists: what scikit-learn grew, read without it and without a pickle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from scoring.health.facts import Floats


def sum_of_trees(trees: Sequence[Mapping[str, Any]], g: Floats, signals: int) -> Floats:
    """What the trees add up to for each row; a tree is its nodes' columns, `left` −1 at a leaf.

    Raises ValueError when `g` has not the number of signals the trees were grown on.
    """
    if g.shape[1] != signals:
        raise ValueError(f"learned from {signals} signals, not from {g.shape[1]}")
    total = np.zeros(len(g))
    for tree in trees:
        total += _leaf_values(tree, g)
    return total


def _leaf_values(tree: Mapping[str, Any], g: Floats) -> Floats:
    signal = np.asarray(tree["signal"], np.int64)
    most = np.asarray(tree["most"], np.float64)
    left = np.asarray(tree["left"], np.int64)
    right = np.asarray(tree["right"], np.int64)
    value = np.asarray(tree["value"], np.float64)
    at = np.zeros(len(g), np.int64)
    inner = np.flatnonzero(left[at] >= 0)
    while len(inner):
        node = at[inner]
        below = g[inner, signal[node]] <= most[node]
        at[inner] = np.where(below, left[node], right[node])
        inner = inner[left[at[inner]] >= 0]
    result: Floats = value[at]
    return result
