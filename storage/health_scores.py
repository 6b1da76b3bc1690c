"""Scores written and read as columns, for as many customers as the job takes at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.health.facts import NO_DAY, SEGMENTS, Days, Floats, Index, Subjects
from scoring.health.model import Band
from scoring.health.packing import pack
from scoring.health.rules import RULES
from scoring.health.scored import Scores
from scoring.health.standing import rules_named, rules_text
from storage.column_reading import Rows, columns_of, read_columns
from storage.column_writing import upsert_columns
from storage.fact_places import DaysOf, floats
from storage.id_sets import id_rows, id_values
from storage.repository import Repository
from storage.tables import health_history, health_scores

NO_BAND, NEVER_SCORED = -1, -2

TOLD_POINTS = 0.05
"""A score that moved by less shows the same tenths: no new day in the history."""

_RANKS: dict[str | None, int] = {None: NO_BAND, **{band.value: band.rank for band in Band}}
_NAMES: tuple[str | None, ...] = (*(band.value for band in Band), None)
_CODES = {name: code for code, name in enumerate(SEGMENTS)}

_SEGMENTS_OF = "SELECT id, segment FROM accounts WHERE id IN {ids}"
_BEFORE = """
    SELECT account_id, model_id, as_of, score, coverage, band, score_band, band_since, rules,
           p_renew
    FROM health_scores WHERE account_id IN {ids}
"""
_AGO = """
    SELECT i.id, h.score FROM {ids} AS i
    JOIN health_history h ON h.account_id = i.id AND h.model_id = :model_id
     AND h."on" = (SELECT max(p."on") FROM health_history p
                   WHERE p.account_id = i.id AND p."on" <= :until)
"""

_STANDING_COLUMNS = (
    "account_id", "model_id", "as_of", "score", "coverage", "band", "score_band", "band_since",
    "rules", "p_renew", "parts", "due_on",
)  # fmt: skip
_HISTORY_COLUMNS = ("account_id", "on", "model_id", "score", "coverage", "band", "parts")


@dataclass(frozen=True, slots=True)
class Before:
    """What was stored of each subject; NaN, NO_DAY and NEVER_SCORED where nothing was."""

    model_id: Index
    as_of: Days
    score: Floats
    coverage: Floats
    band: NDArray[np.int8]
    score_band: NDArray[np.int8]
    band_since: Days
    yes: NDArray[np.int32]
    p_renew: Floats


class HealthScores(Repository):
    """The standings of a chunk of customers."""

    async def subjects(self, account_ids: Sequence[int], today: date) -> Subjects:
        """Those customers as of a day, in that order; who is not in the book is left out."""
        found: dict[int, str] = dict(await self._rows(_SEGMENTS_OF, account_ids))
        here = [one for one in account_ids if one in found]
        return Subjects(
            np.array(here, np.int64),
            np.full(len(here), today.toordinal(), np.int32),
            np.array([_CODES[found[one]] for one in here], np.int8),
        )

    async def before(self, subjects: Subjects) -> Before:
        """What is stored of each subject, whatever their days."""
        rows = await self._rows(_BEFORE, subjects.account_id.tolist())
        return await asyncio.to_thread(_before, subjects, rows)

    async def score_ago(self, subjects: Subjects, until: date, model_id: int) -> Floats:
        """The score that held on an earlier day; NaN without one, or when another model made it."""
        rows = await self._rows(_AGO, subjects.account_id.tolist(), until=until, model_id=model_id)
        known: dict[int, float] = await asyncio.to_thread(dict, rows)
        return floats(map(known.get, subjects.account_id.tolist()))

    async def put(
        self,
        subjects: Subjects,
        before: Before,
        scores: Scores,
        *,
        p_renew: Floats,
        model_id: int,
        today: date,
    ) -> int:
        """Store the scores as of `today`, and a day of history where they changed; how many did.

        A customer comes to be due again tomorrow at the earliest.
        """
        written = await asyncio.to_thread(
            _written,
            subjects,
            before,
            scores,
            p_renew,
            model_id=model_id,
            today=today,
            text=self._connection.dialect.name == "sqlite",
        )
        await upsert_columns(self._connection, health_scores, _STANDING_COLUMNS, written.standings)
        if written.news:
            await upsert_columns(self._connection, health_history, _HISTORY_COLUMNS, written.days)
        return written.news

    async def _rows(self, sql: str, account_ids: Iterable[int], **values: Any) -> Rows:
        bound = {"ids": id_values(self._connection, account_ids), **values}
        return await read_columns(
            self._connection, sql.format(ids=id_rows(self._connection)), bound, list
        )


@dataclass(frozen=True, slots=True)
class _Written:
    """Columns of both tables; `news` is how many rows of the history."""

    standings: list[list[Any]]
    days: list[list[Any]]
    news: int


def _written(
    subjects: Subjects,
    before: Before,
    scores: Scores,
    p_renew: Floats,
    *,
    model_id: int,
    today: date,
    text: bool,
) -> _Written:
    n, on = len(subjects), today.toordinal()
    kept = before.band == scores.band
    since = np.where(kept & (before.band_since != NO_DAY), before.band_since, on)
    since = np.minimum(since, on)  # a clock that was ahead may have said a day to come
    ids = subjects.account_id.tolist()
    here = _days([on], text=text) * n
    models = [model_id] * n
    bands = _band_names(scores.band)
    score, coverage, packed = scores.score.tolist(), scores.coverage.tolist(), pack(scores.parts)
    with np.errstate(invalid="ignore"):
        same = kept & (before.model_id == model_id) & (before.as_of <= on)
        same &= np.abs(before.score - scores.score) < TOLD_POINTS
    news = (~same).tolist()
    history = (ids, here, models, score, coverage, bands, packed)
    standings = [
        ids,
        models,
        here,
        score,
        coverage,
        bands,
        _band_names(scores.score_band),
        _days(since, text=text),
        _rules_texts(scores.yes),
        [None if p != p else p for p in p_renew.tolist()],
        packed,
        _days(np.maximum(scores.due_on, on + 1), text=text),
    ]
    return _Written(standings, [list(compress(one, news)) for one in history], sum(news))


def _days(days: ArrayLike, *, text: bool) -> list[Any]:
    """Ordinals as the driver wants days; few different ones are worked out."""
    unique, places = np.unique(days, return_inverse=True)
    dates = [date.fromordinal(int(one)) for one in unique]
    forms = [one.isoformat() for one in dates] if text else dates
    return [forms[place] for place in places.tolist()]


def _before(subjects: Subjects, rows: Rows) -> Before:
    n = len(subjects)
    found = Before(
        model_id=np.zeros(n, np.int64),
        as_of=np.full(n, NO_DAY, np.int32),
        score=np.full(n, np.nan),
        coverage=np.full(n, np.nan),
        band=np.full(n, NEVER_SCORED, np.int8),
        score_band=np.full(n, NO_BAND, np.int8),
        band_since=np.full(n, NO_DAY, np.int32),
        yes=np.zeros(n, np.int32),
        p_renew=np.full(n, np.nan),
    )
    if not rows:
        return found
    ids, models, on, score, coverage, band, score_band, since, rules, p = columns_of(rows, 10)
    stored = np.array(ids, np.int64)
    order = np.argsort(stored)
    at = np.minimum(np.searchsorted(stored, subjects.account_id, sorter=order), len(stored) - 1)
    place = np.flatnonzero(stored[order[at]] == subjects.account_id)
    row = order[at[place]]
    days = DaysOf()
    found.model_id[place] = np.array(models, np.int64)[row]
    found.as_of[place] = days.column(on, len(on))[row]
    found.score[place] = floats(score)[row]
    found.coverage[place] = floats(coverage)[row]
    found.band[place] = np.array([_RANKS[name] for name in band], np.int8)[row]
    found.score_band[place] = np.array([_RANKS[name] for name in score_band], np.int8)[row]
    found.band_since[place] = days.column(since, len(since))[row]
    known = {text: _bits(text) for text in set(rules)}
    found.yes[place] = np.array([known[text] for text in rules], np.int32)[row]
    found.p_renew[place] = floats(p)[row]
    return found


def _bits(text: str) -> int:
    names = rules_named(text)
    return sum(1 << place for place, rule in enumerate(RULES) if rule in names)


def _rules_texts(yes: NDArray[np.int32]) -> list[str]:
    bits = yes.tolist()
    known = {
        one: rules_text(rule for place, rule in enumerate(RULES) if one >> place & 1)
        for one in set(bits)
    }
    return [known[one] for one in bits]


def _band_names(ranks: NDArray[np.int8]) -> list[str | None]:
    return [_NAMES[rank] for rank in ranks.tolist()]
