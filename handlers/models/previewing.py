"""What a model would change before it is in force: who would change band, how many warnings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np

from handlers.health import subjects_of
from handlers.models.activating import file_to_put
from handlers.models.in_force import file_in_force
from handlers.models.reading import Medians
from handlers.models.walking import customers_in_chunks
from handlers.rules import Rules
from scoring.health.assess import Assessed, assess
from scoring.health.bands import band_of
from scoring.health.facts import Subjects
from scoring.health.model import Band, Dimension, HealthModel, Signal
from scoring.health.worries import worries
from storage.transaction import Tx
from storage.views.scored_customers import ScoredCustomers

MOST_LISTED = 10_000
"""Customers named one by one; a change that moves more is read by its counts."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A customer whose band would change; a band is None for "not enough data"."""

    account: str
    score_from: float
    score_to: float
    band_from: Band | None
    band_to: Band | None
    warned: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """The difference between the model in force and a file, over today's facts.

    `moves` counts (from, to, customers), `moved` names the first of them, what becomes worst
    first. `warnings` counts the customers somebody would be warned of at once; who was warned
    lately is not warned again, so it is the most there can be.
    """

    name: str
    in_force: str
    in_force_id: int
    customers: int
    bands_from: dict[Band | None, int]
    bands_to: dict[Band | None, int]
    moves: tuple[tuple[Band | None, Band | None, int], ...]
    moved: tuple[Moved, ...]
    warnings: int
    medians: Medians

    @property
    def moved_n(self) -> int:
        """How many would change band."""
        return sum(count for _, _, count in self.moves)


@dataclass(frozen=True, slots=True)
class _Move:
    account_id: int
    score_from: float
    score_to: float
    rank_from: int
    rank_to: int
    warned: bool


async def preview(tx: Tx, rules: Rules, text: str | None, now: datetime) -> Preview:
    """Score everybody with the model in force and with the file; writes nothing.

    ModelRefused with all faults of the file.
    """
    _, file = await file_to_put(tx, rules, text, now)
    in_force_id, before = await file_in_force(tx)
    today = now.astimezone(rules.zone).date()
    counts: Counter[tuple[int, int]] = Counter()
    moves: list[_Move] = []
    customers = warnings = 0
    async for ids in customers_in_chunks(tx):
        old, new, subjects = await _both(tx, rules, ids, before.model, file.model, today)
        warned = _warned(old, new, subjects, file.model)
        customers += len(subjects)
        warnings += len(warned)
        old_band, new_band = old.scores.band, new.scores.band
        counts.update(zip(old_band.tolist(), new_band.tolist(), strict=True))
        moves += [
            _Move(
                int(subjects.account_id[i]),
                float(old.scores.score[i]),
                float(new.scores.score[i]),
                int(old_band[i]),
                int(new_band[i]),
                i in warned,
            )
            for i in np.flatnonzero(old_band != new_band).tolist()
        ]
    moves.sort(key=lambda move: (-move.rank_to, move.rank_from, move.score_to, move.account_id))
    names = await ScoredCustomers(tx.connection).names(
        move.account_id for move in moves[:MOST_LISTED]
    )
    return Preview(
        name=file.model.name,
        in_force=before.model.name,
        in_force_id=in_force_id,
        customers=customers,
        bands_from=_by_band((old, n) for (old, _), n in counts.items()),
        bands_to=_by_band((new, n) for (_, new), n in counts.items()),
        moves=tuple(
            (band_of(old), band_of(new), n)
            for (old, new), n in sorted(counts.items(), key=lambda item: -item[1])
            if old != new
        ),
        moved=tuple(
            Moved(
                names[move.account_id],
                round(move.score_from, 1),
                round(move.score_to, 1),
                band_of(move.rank_from),
                band_of(move.rank_to),
                move.warned,
            )
            for move in moves[:MOST_LISTED]
        ),
        warnings=warnings,
        medians=file.measured,
    )


async def _both(
    tx: Tx, rules: Rules, ids: Sequence[int], old: HealthModel, new: HealthModel, today: date
) -> tuple[Assessed, Assessed, Subjects]:
    """The same facts under both models, each from the bands that hold now."""
    subjects = await subjects_of(tx, ids, today)
    facts = await tx.health_facts.load(subjects, _reading_both(old, new), zone=rules.zone)
    previous = (await tx.health_scores.before(subjects)).score_band
    return assess(facts, old, previous), assess(facts, new, previous), subjects


def _reading_both(old: HealthModel, new: HealthModel) -> HealthModel:
    """A model that only says which facts have to be loaded."""
    usage = Signal("usage", Dimension.USAGE, 0, 0, 1, 1, 0, reads=old.usage)
    return replace(new, signals=(*new.signals, *old.signals, usage))


def _warned(old: Assessed, new: Assessed, subjects: Subjects, model: HealthModel) -> set[int]:
    """The places of those who would be warned of, had the old model scored them today."""
    found = worries(
        old.scores.band,
        new.scores,
        old.scores.yes,
        np.full(len(subjects), np.nan),
        new.rule_facts,
        subjects,
        model,
        before_on=subjects.as_of,
    )
    return {worry.i for worry in found}


def _by_band(counts: Iterable[tuple[int, int]]) -> dict[Band | None, int]:
    total: Counter[int] = Counter()
    for rank, n in counts:
        total[rank] += n
    return {band_of(rank): total[rank] for rank in (*range(len(Band)), -1)}
