"""Learning from the book: what was decided, what it teaches, and putting that in force.

A fit reads first, learns without any transaction open, and writes last; nothing that was learned
predicts before somebody activates it with its report at hand.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from handlers.models.in_force import file_in_force, model_in_force
from handlers.rules import Rules
from scoring.errors import Refused
from scoring.health.model import HealthModel
from scoring.learning.backtest import Backtest
from scoring.learning.backtest import backtest as test_back
from scoring.learning.factors import Factor
from scoring.learning.factors import factors as find_factors
from scoring.learning.features import Decided, joined, sample_of
from scoring.learning.fitting import Learned, learn
from scoring.learning.references import KEY as REFERENCES
from scoring.learning.references import references_of
from scoring.learning.sample import Sample
from scoring.learning.signature import signature_of
from storage.audit import Change
from storage.decided import DecidedRenewals
from storage.renewal_models import RenewalModels
from storage.store import Store
from storage.transaction import Tx

AT_ONCE = 65_536
"""Decided renewals whose facts are held in memory at a time."""

ACTIVATED = "renewal_model_activated"
RETIRED = "renewal_model_retired"


@dataclass(frozen=True, slots=True)
class Lesson:
    """What the decided renewals of a book look like under its health model.

    `model` has the references of its file, not the medians of today; `sample` is None while
    nothing is decided.
    """

    model_id: int
    model: HealthModel
    sample: Sample | None

    @property
    def n(self) -> int:
        """How many were decided."""
        return 0 if self.sample is None else len(self.sample)

    @property
    def lost_n(self) -> int:
        """How many of them were lost."""
        return 0 if self.sample is None else self.sample.lost_n


@dataclass(frozen=True, slots=True)
class Fit:
    """What a fit came to. `kept_as` is its key, `active` whether it predicts from now on.

    `report` is None while too little is decided to hold anything back.
    """

    lesson: Lesson
    learned: Learned
    report: Backtest | None
    kept_as: int
    active: bool


async def lesson_of(tx: Tx, rules: Rules, now: datetime) -> Lesson:
    """The decided renewals until today with their signals as of 90 days before they lapsed."""
    today = now.astimezone(rules.zone).date()
    await tx.allow_long_statements()
    model_id, file = await file_in_force(tx)
    model = file.given
    decided = await DecidedRenewals(tx.connection).until(today, rules.base_currency)
    parts = [
        await _sample(tx, rules, model, decided.part(start, start + AT_ONCE))
        for start in range(0, len(decided), AT_ONCE)
    ]
    return Lesson(model_id, model, joined(parts) if parts else None)


async def _sample(tx: Tx, rules: Rules, model: HealthModel, decided: Decided) -> Sample:
    facts = await tx.health_facts.load(decided.subjects(), model, zone=rules.zone)
    return await asyncio.to_thread(sample_of, decided, facts, model)


async def backtest(store: Store, rules: Rules, now: datetime) -> tuple[Lesson, Backtest | None]:
    """What would have been predicted; writes nothing."""
    lesson = await read_lesson(store, rules, now)
    return lesson, await _tested(lesson)


async def factors(lesson: Lesson) -> tuple[Factor, ...]:
    """Every signal that is known of enough decided renewals, the surest first."""
    if lesson.sample is None:
        return ()
    return await asyncio.to_thread(find_factors, lesson.sample)


async def fit(
    store: Store,
    rules: Rules,
    now: datetime,
    *,
    by: str,
    activate: bool = False,
    anyway: bool = False,
) -> Fit:
    """Learn, keep the result with its report and, when asked, let it predict from now on.

    Refused while nothing is decided, and for an activation of what did not prove better than the
    hand-set score (unless `anyway`): nothing is written then.
    """
    from handlers.learning_report import report_document

    lesson = await read_lesson(store, rules, now)
    if lesson.sample is None:
        raise Refused("learning.nothing")
    learned = await asyncio.to_thread(learn, lesson.sample)
    if learned is None:
        raise Refused("learning.nothing")
    report = await _tested(lesson)
    if activate and not anyway and not (report is not None and report.holds):
        raise Refused("learning.not_better" if report is not None else "learning.too_few_to_use")
    document = report_document(lesson, report, await factors(lesson))
    async with store.begin() as tx:
        model_id, model = await model_in_force(tx, now)
        signature = signature_of(model)
        if signature != signature_of(lesson.model):
            raise Refused("learning.model_changed")
        models = RenewalModels(tx.connection)
        kept = await models.put(
            model_id,
            learned.kind,
            {**learned.parameters, REFERENCES: references_of(lesson.model)},
            signature=signature,
            decided_n=learned.decided_n,
            lost_n=learned.lost_n,
            report=document,
            fitted_at=now,
        )
        if activate:
            await tx.allow_long_statements()
            before = await models.activate(kept, by=by, at=now)
            change = Change(
                ACTIVATED,
                "renewal_model",
                kept,
                before=None if before is None else {"id": before},
                after={"id": kept, "kind": str(learned.kind), "anyway": anyway},
            )
            await tx.audit.record([change], person_id=None, actor=by, via="cli", at=now)
            await tx.health.mark_all()
    return Fit(lesson, learned, report, kept, activate)


async def forget(store: Store, now: datetime, *, by: str) -> bool:
    """Go back to the hand-set score and the base rate; whether anything learned was in force."""
    async with store.begin() as tx:
        await tx.allow_long_statements()
        models = RenewalModels(tx.connection)
        before = await models.in_force()
        if before is None:
            return False
        await models.retire(now)
        change = Change(RETIRED, "renewal_model", before.id, before={"kind": before.kind})
        await tx.audit.record([change], person_id=None, actor=by, via="cli", at=now)
        await tx.health.mark_all()
    return True


async def read_lesson(store: Store, rules: Rules, now: datetime) -> Lesson:
    """The lesson in a transaction of its own, which is over before anything is learned."""
    async with store.read() as tx:
        return await lesson_of(tx, rules, now)


async def _tested(lesson: Lesson) -> Backtest | None:
    if lesson.sample is None:
        return None
    return await asyncio.to_thread(test_back, lesson.sample)
