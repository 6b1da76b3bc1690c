"""The health of one customer as of a day, explained; and subjects to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from handlers.models.in_force import model_in_force
from handlers.rules import Rules
from storage.transaction import Tx

if TYPE_CHECKING:
    from scoring.health.facts import Subjects
    from scoring.health.scored import HealthView

TREND_DAYS = 183
"""How far back the course goes that a card draws."""


async def subjects_of(tx: Tx, account_ids: Sequence[int], today: date) -> Subjects:
    """Those customers as of a day, with their segments, in that order.

    Who is not in the book is left out.
    """
    return await tx.health_scores.subjects(account_ids, today)


async def health_of(tx: Tx, rules: Rules, account_id: int, today: date) -> HealthView | None:
    """A customer's health as of `today`, worked out anew; None for who is not in the book.

    Works in a transaction that only reads. What it is compared with is what was stored a week ago
    under the same model; the band holds on to the stored one as the job's does.
    """
    # Imported here: columns need numpy, which a chat line about something else does not wait for.
    from handlers.probability import predictor, probabilities
    from scoring.health.assess import assess
    from scoring.health.explain import explain

    subjects = await subjects_of(tx, [account_id], today)
    if not len(subjects):
        return None
    model_id, model = await model_in_force(tx)
    facts = await tx.health_facts.load(subjects, model, zone=rules.zone)
    before = await tx.health_scores.before(subjects)
    assessed = assess(facts, model, before.score_band)
    past = await tx.health.week_ago(account_id, today)
    stored = None
    if past is not None and past.model_id == model_id:
        stored = (past.on, past.score, past.band, past.parts)
    view = explain(assessed, 0, facts, model, stored=stored)
    predicts = await predictor(tx, model, today)
    p_renew = float(probabilities(predicts, subjects, model, assessed)[0])
    course = await tx.health.history(account_id, today - timedelta(days=TREND_DAYS))
    return replace(
        view,
        p_renew=None if p_renew != p_renew else p_renew,
        p_is_default=predicts is None or predicts.is_default,
        history=tuple((on, score) for on, score, _ in course if on <= today),
    )
