"""Who stands how, who is due to be scored again, and how it was before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, Row, bindparam, delete, select, text

from scoring.health.model import Band
from scoring.health.packing import unpack
from scoring.health.standing import PastScore, Standing, rules_named
from storage.health_marks import mark_due, mark_due_of_terms, mark_everybody, mark_scored
from storage.repository import Repository
from storage.tables import health_due, health_history, health_scores

IN_ONE_STATEMENT = 5000

WEEK_DAYS = 7

LONGEST_DAYS = 30
"""Nobody is due later than so many days after they were scored (`scoring.health.due`, which is not
imported: it would load numpy); who is, was scored by a clock that was ahead."""

# Asked with many lines, so put together once.
_STANDING = select(health_scores).where(health_scores.c.account_id == bindparam("account_id"))
_PAST = (
    select(health_history)
    .where(
        health_history.c.account_id == bindparam("account_id"),
        health_history.c.on <= bindparam("until"),
    )
    .order_by(health_history.c.on.desc())
    .limit(1)
)
_COURSE = (
    select(health_history.c.on, health_history.c.score, health_history.c.band)
    .where(
        health_history.c.account_id == bindparam("account_id"),
        health_history.c.on >= bindparam("since"),
    )
    .order_by(health_history.c.on)
)

_next = (
    select(health_due.c.account_id)
    .order_by(health_due.c.account_id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_TAKE = (
    delete(health_due)
    .where(health_due.c.account_id.in_(_next.scalar_subquery()))
    .returning(health_due.c.account_id)
)
_RIPE = (
    select(health_scores.c.account_id)
    .where(health_scores.c.due_on <= bindparam("today"))
    .order_by(health_scores.c.due_on, health_scores.c.account_id)
    .limit(bindparam("most"))
)

_AHEAD = (
    select(health_scores.c.account_id)
    .where(health_scores.c.due_on > bindparam("horizon"))
    .order_by(health_scores.c.due_on, health_scores.c.account_id)
    .limit(bindparam("most"))
)

_WAITS = text(
    "SELECT EXISTS (SELECT 1 FROM health_due) "
    "OR EXISTS (SELECT 1 FROM health_scores WHERE due_on <= :today) "
    "OR EXISTS (SELECT 1 FROM health_scores WHERE due_on > :horizon) "
    "OR EXISTS (SELECT 1 FROM contracts WHERE clock_rev > :seen_rev)"
).bindparams(bindparam("today", type_=Date), bindparam("horizon", type_=Date))


class Health(Repository):
    """Scores as they stand and as they stood."""

    async def mark_due(self, account_ids: Iterable[int]) -> None:
        """Have customers scored again."""
        await mark_due(self._connection, account_ids)

    async def mark_changed_terms(self, seen_rev: int) -> None:
        """The same for the customers whose terms changed after that revision of the clock."""
        await mark_due_of_terms(self._connection, seen_rev)

    async def mark_all(self) -> None:
        """The same for everybody who has a term or was ever scored, as after a change of model."""
        await mark_everybody(self._connection)

    async def mark_scored(self, *, above: int, most: int) -> int | None:
        """The same for up to `most` who were ever scored, ascending from the id `above`.

        The last id that was marked, None when there was nobody left.
        """
        return await mark_scored(self._connection, above=above, most=most)

    async def take_due(self, limit: int, today: date) -> list[int]:
        """Take out up to `limit` customers to score, ascending.

        First come those whose facts changed, then those whose day has come, at last those whom a
        clock that was ahead scored. Who takes them scores them in the same transaction.
        """
        rows = await self._connection.execute(_TAKE, {"most": limit})
        taken = set(rows.scalars())
        days = {"today": today, "horizon": today + timedelta(days=LONGEST_DAYS)}
        # Two statements: each walks along the one index.
        for query in (_RIPE, _AHEAD):
            if len(taken) < limit:
                rows = await self._connection.execute(query, {"most": limit - len(taken), **days})
                taken |= set(rows.scalars())
        return sorted(taken)

    async def waits(self, today: date, *, seen_rev: int) -> bool:
        """Whether anybody is due, or a term changed after that revision of the clock."""
        horizon = today + timedelta(days=LONGEST_DAYS)
        days = {"today": today, "horizon": horizon, "seen_rev": seen_rev}
        return bool(await self._connection.scalar(_WAITS, days))

    async def due_n(self, today: date) -> int:
        """How many wait to be scored."""
        query = text(
            "SELECT (SELECT count(*) FROM health_due) + (SELECT count(*) FROM health_scores "
            "WHERE (due_on <= :today OR due_on > :horizon) "
            "AND NOT EXISTS (SELECT 1 FROM health_due "
            "WHERE health_due.account_id = health_scores.account_id))"
        ).bindparams(bindparam("today", type_=Date), bindparam("horizon", type_=Date))
        days = {"today": today, "horizon": today + timedelta(days=LONGEST_DAYS)}
        return int(await self._connection.scalar(query, days) or 0)

    async def standing(self, account_id: int) -> Standing | None:
        """How a customer stands; None when they were never scored."""
        found = await self._connection.execute(_STANDING, {"account_id": account_id})
        row = found.one_or_none()
        return None if row is None else _standing(row)

    async def standings(self, account_ids: Iterable[int]) -> dict[int, Standing]:
        """The standings of many customers; who was never scored is left out."""
        wanted = sorted(set(account_ids))
        found: dict[int, Standing] = {}
        for start in range(0, len(wanted), IN_ONE_STATEMENT):
            chunk = wanted[start : start + IN_ONE_STATEMENT]
            rows = await self._connection.execute(
                select(health_scores).where(health_scores.c.account_id.in_(chunk))
            )
            found.update((row.account_id, _standing(row)) for row in rows)
        return found

    async def week_ago(self, account_id: int, today: date) -> PastScore | None:
        """The score that held seven days ago; None when there was none."""
        until = today - timedelta(days=WEEK_DAYS)
        found = await self._connection.execute(_PAST, {"account_id": account_id, "until": until})
        row = found.one_or_none()
        return None if row is None else _past(row)

    async def history(self, account_id: int, since: date) -> list[tuple[date, float, Band | None]]:
        """(day, score, shown band) of every day on which something changed, the oldest first."""
        rows = await self._connection.execute(_COURSE, {"account_id": account_id, "since": since})
        return [(row.on, row.score, _band(row.band)) for row in rows]


def _standing(row: Row[Any]) -> Standing:
    return Standing(
        account_id=row.account_id,
        as_of=row.as_of,
        score=row.score,
        coverage=row.coverage,
        band=_band(row.band),
        score_band=_band(row.score_band),
        band_since=row.band_since,
        rules=rules_named(row.rules),
        p_renew=row.p_renew,
        model_id=row.model_id,
    )


def _past(row: Row[Any]) -> PastScore:
    return PastScore(
        row.on, row.score, row.coverage, _band(row.band), row.model_id, unpack(row.parts)
    )


def _band(name: str | None) -> Band | None:
    return None if name is None else Band(name)
