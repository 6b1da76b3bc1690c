"""Gradient boosting under monotone constraints, where scikit-learn is installed.

Boosting alone exaggerates; its log-odds are brought to scale by Platt's two numbers, learned from
predictions of folds that the trees had not seen.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np

from scoring.learning.platt import platt
from scoring.learning.sample import Sample
from scoring.learning.splitting import SEED, in_folds
from scoring.learning.trees import sum_of_trees

_ROUNDS = 150
_FOLDS = 3
_SHORTEST = 6
"""Significant digits of a stored leaf: far finer than what is learned."""


def can_boost() -> bool:
    """Whether scikit-learn is installed (`pip install renewals-bot[learn]`)."""
    return find_spec("sklearn") is not None


def boosted(sample: Sample) -> dict[str, Any]:
    """The parameters of Kind.BOOSTED; improving one signal never lowers what they predict."""
    unseen = np.zeros(len(sample))
    for learn, held in in_folds(sample, _FOLDS).parts:
        trees = _grow(sample.where(learn))
        unseen[held] = sum_of_trees(trees, sample.g[held], sample.g.shape[1])
    intercept, slope = platt(unseen, ~sample.lost)
    return {
        "signals": sample.g.shape[1],
        "names": list(sample.names),
        "trees": _grow(sample),
        "intercept": intercept,
        "slope": slope,
    }


def _grow(sample: Sample) -> list[dict[str, Any]]:
    """Trees whose sum is, up to scale and offset, the log-odds of renewal."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    model = HistGradientBoostingClassifier(
        learning_rate=0.06,
        max_iter=_ROUNDS,
        max_leaf_nodes=15,
        min_samples_leaf=20,
        l2_regularization=1.0,
        monotonic_cst=[1] * sample.g.shape[1],
        early_stopping=False,
        random_state=SEED,
    )
    # Threads that wait for each other on a busy machine cost a hundred times what they save.
    with threadpool_limits(limits=1, user_api="openmp"):
        model.fit(sample.g, ~sample.lost)
    return [_plain(predictor.nodes) for (predictor,) in model._predictors]


def _plain(nodes: Any) -> dict[str, Any]:
    leaf = nodes["is_leaf"].astype(bool)
    return {
        "signal": nodes["feature_idx"].astype(int).tolist(),
        "most": np.where(leaf, 0.0, nodes["num_threshold"]).tolist(),
        "left": np.where(leaf, -1, nodes["left"].astype(np.int64)).tolist(),
        "right": np.where(leaf, -1, nodes["right"].astype(np.int64)).tolist(),
        "value": [float(f"{value:.{_SHORTEST}g}") for value in nodes["value"]],
    }
