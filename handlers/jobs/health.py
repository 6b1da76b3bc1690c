"""The scoring job: who changed or whose day has come is scored, chunk by chunk.

One chunk is one transaction: scores, history, bands, warnings and their deliveries are written
together or not at all. Whoever is killed in between leaves the rest marked.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from handlers.jobs.woken_sources import mark_woken
from handlers.rules import Rules
from storage.store import Store

if TYPE_CHECKING:
    from handlers.probability import Predictor
    from scoring.health.assess import Assessed
    from scoring.health.facts import Facts, Floats, Subjects
    from scoring.health.model import HealthModel
    from storage.health_scores import Before
    from storage.marks import Mark
    from storage.transaction import Tx

NAME = "health"

CHUNK = 16_384
"""Customers in one transaction at the most: larger ones gain nothing."""

LEAST_CHUNK = 1024
"""Before it is known how fast this machine is, and however slow it turns out to be: below, what a
transaction costs by itself would be most of it."""

LOCKED_S = 0.5
"""How long one transaction should last: so long may somebody wait who writes a fact."""

SLICE_S = 20.0
"""How long one tick scores, so that the clock's other jobs come in time."""


class Point(StrEnum):
    """Where a process may die in a test, as power cuts have it die anywhere."""

    MARKED = "marked"
    TAKEN = "taken"
    STORED = "stored"
    WARNED = "warned"
    COMMITTED = "committed"


Checkpoint = Callable[[Point], None]
"""Called at every point; does nothing outside of tests."""


def passing(_point: Point) -> None:
    """Go on."""


@dataclass(frozen=True, slots=True)
class HealthTick:
    """What one run did: customers scored, days of history written, warnings put, expansions.

    `left` is how many are still due when the time was up.
    """

    scored: int = 0
    changed: int = 0
    warnings: int = 0
    expansions: int = 0
    left: int = 0

    def __add__(self, other: HealthTick) -> HealthTick:
        return HealthTick(
            self.scored + other.scored,
            self.changed + other.changed,
            self.warnings + other.warnings,
            self.expansions + other.expansions,
            other.left,
        )


async def run(
    store: Store,
    rules: Rules,
    now: datetime,
    *,
    chunk: int = CHUNK,
    for_s: float | None = None,
    steady: Callable[[], float] = time.monotonic,
    checkpoint: Checkpoint = passing,
) -> HealthTick:
    """Score everybody who is due as of the organisation's local day of `now`.

    Running it again finds nobody. With `for_s` it stops after so many seconds of `steady`, the
    rest stays due; it also leaves the work to another replica that is at it, which without it
    is waited for.
    """
    begun, today = steady(), now.astimezone(rules.zone).date()
    did, predicting = HealthTick(), _Predicting()
    await mark_woken(store, now)
    async with store.read() as tx:
        waits = await tx.health.waits(today, seen_rev=(await tx.marks.look(NAME)).rev)
    if waits:
        await asyncio.to_thread(_load)
        await _see_terms(store, now, today, patient=for_s is None)
        async with store.begin() as tx:
            await predicting.look(tx, now, today)
        checkpoint(Point.MARKED)
    size = min(LEAST_CHUNK, chunk)
    while waits:
        if for_s is not None and steady() - begun >= for_s:
            async with store.read() as tx:
                did = replace(did, left=await tx.health.due_n(today))
            break
        at = steady()
        async with store.begin() as tx:
            if await _taken(tx, patient=for_s is None) is None:
                break
            await tx.allow_long_statements()
            taken = await tx.health.take_due(size, today)
            if taken:
                checkpoint(Point.TAKEN)
                did += await _score(tx, rules, now, taken, predicting, checkpoint)
        checkpoint(Point.COMMITTED)
        waits = bool(taken)
        size = _next_size(size, steady() - at, chunk)
    await _thin(store, now, today)
    return did


def _load() -> None:
    """Import what scores, which no transaction should wait for; a tick that has nobody to score
    does without numpy."""
    import scoring.health.worries  # noqa: F401


def _next_size(size: int, took_s: float, most: int) -> int:
    """So many that the next transaction lasts as long as one may; at most twice as many."""
    fitting = size * min(LOCKED_S / max(took_s, 0.001), 2.0)
    return min(most, max(int(fitting), LEAST_CHUNK))


async def _taken(tx: Tx, *, patient: bool) -> Mark | None:
    """The job's mark; None while another replica holds it, unless one is to wait for that."""
    return await (tx.marks.take(NAME) if patient else tx.marks.take_free(NAME))


async def _see_terms(store: Store, now: datetime, today: date, *, patient: bool) -> None:
    """Mark the customers whose terms changed, unless another replica is at it."""
    async with store.begin() as tx:
        mark = await _taken(tx, patient=patient)
        if mark is None:
            return
        rev = await tx.marks.current_rev()
        if rev > mark.rev:
            await tx.allow_long_statements()
            await tx.health.mark_changed_terms(mark.rev)
            await tx.marks.put(NAME, on=mark.on or today, rev=rev, at=now)


@dataclass(slots=True)
class _Predicting:
    """What predicts in this run: finding it goes through the whole book, so not in each chunk, and
    before any customer is locked."""

    model_id: int | None = None
    found: Predictor | None = None

    async def look(self, tx: Tx, now: datetime, today: date) -> tuple[int, HealthModel]:
        """The model in force; what predicts under it is found when it is another one."""
        from handlers.models.in_force import model_in_force
        from handlers.probability import predictor

        model_id, model = await model_in_force(tx, now)
        if self.model_id != model_id:
            self.found = await predictor(tx, model, today, put_at=now)
            self.model_id = model_id
        return model_id, model


async def _score(
    tx: Tx,
    rules: Rules,
    now: datetime,
    account_ids: list[int],
    predicting: _Predicting,
    checkpoint: Checkpoint,
) -> HealthTick:
    from handlers.growing import expand
    from handlers.warning import warn
    from scoring.health.worries import worries

    today = now.astimezone(rules.zone).date()
    model_id, model = await predicting.look(tx, now, today)
    subjects = await tx.health_scores.subjects(account_ids, today)
    before = await tx.health_scores.before(subjects)
    facts = await tx.health_facts.load(subjects, model, zone=rules.zone)
    # Arithmetic happens beside the event loop: meanwhile others are answered.
    found, p_renew, risk = await asyncio.to_thread(
        _worked_out, subjects, before, facts, model, predicting.found
    )
    ago = today - timedelta(days=model.limits.sharp_drop_days)
    week_ago = await tx.health_scores.score_ago(subjects, ago, model_id)
    changed = await tx.health_scores.put(
        subjects, before, found.scores, p_renew=p_renew, model_id=model_id, today=today
    )
    await tx.health_priority.follow(subjects, risk)
    checkpoint(Point.STORED)
    worried = await asyncio.to_thread(
        worries,
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
    checkpoint(Point.WARNED)
    return HealthTick(len(subjects), changed, told, opened)


def _worked_out(
    subjects: Subjects,
    before: Before,
    facts: Facts,
    model: HealthModel,
    predicts: Predictor | None,
) -> tuple[Assessed, Floats, Floats]:
    """What was found out, the probability of each to renew, and the risk that orders work."""
    from handlers.probability import probabilities
    from scoring.health.assess import assess
    from scoring.health.risk import risk_of

    found = assess(facts, model, before.score_band)
    p_renew = probabilities(predicts, subjects, model, found)
    return found, p_renew, risk_of(p_renew, found.scores.band)


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
