"""How likely a customer renews: by what was learned, else by the book's base rate and health."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from scoring.health.assess import Assessed
from scoring.health.facts import Floats, Subjects
from scoring.health.model import HealthModel
from scoring.health.score import normalised, plain_scores
from scoring.learning.predicting import Kind, predict
from scoring.learning.references import with_references
from scoring.learning.signature import signature_of
from storage.renewal_models import RenewalModels
from storage.renewal_rate import RenewalRates
from storage.transaction import Tx

BASE = "health.base"
"""Where the base rate of the day is kept: reading it anew would go through the whole book."""


@dataclass(frozen=True, slots=True)
class Predictor:
    """A way to a probability. `is_default` says that nothing was learned."""

    kind: str
    parameters: Mapping[str, Any]

    @property
    def is_default(self) -> bool:
        """Whether it only knows the base rate."""
        return self.kind == Kind.DEFAULT

    def of(self, subjects: Subjects, model: HealthModel, assessed: Assessed) -> Floats:
        """The probability of each subject."""
        parameters = self.parameters
        same = with_references(model, parameters)
        g, fresh = normalised(subjects, same, assessed.measured)
        score = assessed.scores.score
        if same is not model:
            score = plain_scores(subjects, same, g, fresh)
        if self.is_default and parameters["mean_health"] is None:
            # The first run of a book: who is average is not known yet, the model's base is.
            parameters = {**parameters, "mean_health": float(np.mean(assessed.scores.parts[:, 0]))}
        return predict(self.kind, parameters, score, g)


async def predictor(
    tx: Tx, model: HealthModel, today: date, *, put_at: datetime | None = None
) -> Predictor | None:
    """What predicts under a health model; None while not one term was ever decided.

    What was learned counts as long as the signals are those that it was learned from.

    With `put_at` the base rate of the day is kept for others, who only read.
    """
    learned = await RenewalModels(tx.connection).in_force()
    if learned is not None and learned.signature == signature_of(model):
        return Predictor(learned.kind, learned.parameters)
    kept = await tx.settings.get(BASE)
    if kept is None or (put_at is not None and _stale(kept, today)):
        rate = await RenewalRates(tx.connection).of_book()
        kept = {
            "on": today.isoformat(),
            "renewed": rate.renewed_n,
            "lost": rate.lost_n,
            "mean": rate.mean_health,
        }
        if put_at is not None:
            await tx.settings.put(BASE, kept, at=put_at)
    decided = kept["renewed"] + kept["lost"]
    if not decided:
        return None
    # One of each is added, so that a book with few decisions is sure of nothing.
    parameters = {"lost_share": (kept["lost"] + 1) / (decided + 2), "mean_health": kept["mean"]}
    return Predictor(Kind.DEFAULT, parameters)


def _stale(kept: Mapping[str, Any], today: date) -> bool:
    """A book without a decision or a band is asked again soon: both may come any minute."""
    incomplete = not kept["renewed"] + kept["lost"] or kept["mean"] is None
    return bool(incomplete or kept["on"] != today.isoformat())


def probabilities(
    found: Predictor | None, subjects: Subjects, model: HealthModel, assessed: Assessed
) -> Floats:
    """p_renew of each subject, NaN where nothing predicts it."""
    if found is None:
        return np.full(len(subjects), np.nan)
    return found.of(subjects, model, assessed)
