"""The scoring job: who changed or whose day has come is scored, chunk by chunk.

One chunk is one transaction: scores, history, bands, warnings and their deliveries are written
together or not at all. Whoever is killed in between leaves the rest marked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from handlers.rules import Rules
from storage.store import Store

if TYPE_CHECKING:
    from handlers.probability import Predictor
    from storage.transaction import Tx

NAME = "health"

CHUNK = 16_384
"""Customers in one transaction: about half a second, which is how long a writer may wait."""


@dataclass(frozen=True, slots=True)
class HealthTick:
    """What one run did: customers scored, days of history written, warnings put, expansions."""

    scored: int = 0
    changed: int = 0
    warnings: int = 0
    expansions: int = 0

    def __add__(self, other: HealthTick) -> HealthTick:
        return HealthTick(
            self.scored + other.scored,
            self.changed + other.changed,
            self.warnings + other.warnings,
            self.expansions + other.expansions,
        )


async def run(store: Store, rules: Rules, now: datetime, *, chunk: int = CHUNK) -> HealthTick:
    """Score everybody who is due as of the organisation's local day of `now`.

    Running it again finds nobody. While another replica works on it, this one leaves it to it.
    """
    today = now.astimezone(rules.zone).date()
    did, predicting = HealthTick(), _Predicting()
    async with store.read() as tx:
        waits = await tx.health.waits(today, seen_rev=(await tx.marks.look(NAME)).rev)
    while waits:
        async with store.begin() as tx:
            mark = await tx.marks.take_free(NAME)
            if mark is None:
                break
            await tx.allow_long_statements()
            rev = await tx.marks.current_rev()
            if rev > mark.rev:
                await tx.health.mark_changed_terms(mark.rev)
                await tx.marks.put(NAME, on=mark.on or today, rev=rev, at=now)
            taken = await tx.health.take_due(chunk, today)
            if taken:
                did += await _score(tx, rules, now, taken, predicting)
        waits = len(taken) == chunk
    await _thin(store, now, today)
    return did


@dataclass(slots=True)
class _Predicting:
    """What predicts in this run: finding it goes through the whole book, so not in each chunk."""

    model_id: int | None = None
    found: Predictor | None = None


async def _score(
    tx: Tx, rules: Rules, now: datetime, account_ids: list[int], predicting: _Predicting
) -> HealthTick:
    # Imported here: a tick that has nobody to score does without numpy.
    from handlers.growing import expand
    from handlers.models.in_force import model_in_force
    from handlers.probability import predictor, probabilities
    from handlers.warning import warn
    from scoring.health.assess import assess
    from scoring.health.risk import risk_of
    from scoring.health.worries import worries

    today = now.astimezone(rules.zone).date()
    model_id, model = await model_in_force(tx, now)
    if predicting.model_id != model_id:
        predicting.found = await predictor(tx, model, today, put_at=now)
        predicting.model_id = model_id
    subjects = await tx.health_scores.subjects(account_ids, today)
    before = await tx.health_scores.before(subjects)
    facts = await tx.health_facts.load(subjects, model, zone=rules.zone)
    found = assess(facts, model, before.score_band)
    ago = today - timedelta(days=model.limits.sharp_drop_days)
    week_ago = await tx.health_scores.score_ago(subjects, ago, model_id)
    p_renew = probabilities(predicting.found, subjects, model, found)
    changed = await tx.health_scores.put(
        subjects, before, found.scores, p_renew=p_renew, model_id=model_id, today=today
    )
    await tx.health_priority.follow(subjects, risk_of(p_renew, found.scores.band))
    worried = worries(
        before.band,
        found.scores,
        before.yes,
        week_ago,
        found.rule_facts,
        subjects,
        model,
        before_on=before.as_of,
    )
    told = await warn(tx, rules, now, subjects.account_id.tolist(), worried, found.scores)
    opened = await expand(tx, rules, now, facts, model, found)
    return HealthTick(len(subjects), changed, told, opened)


async def _thin(store: Store, now: datetime, today: date) -> None:
    """Once a local day."""
    async with store.read() as tx:
        if (await tx.marks.look(_THINNED)).on == today:
            return
    async with store.begin() as tx:
        mark = await tx.marks.take_free(_THINNED)
        if mark is not None and mark.on != today:
            await tx.allow_long_statements()
            await tx.health_thinning.thin(today)
            await tx.marks.put(_THINNED, on=today, rev=mark.rev, at=now)


_THINNED = "health.thinned"
