"""At-risk warnings: written down and put into the outbox set by set, closed when acted on."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, bindparam, text

from scoring.health.model import Band
from scoring.health.worry import Reason, Warned
from storage.bulk import bulk_insert
from storage.column_reading import Rows, read_columns
from storage.columns import Instant, Json
from storage.countdown_routes import Route, write_routes
from storage.id_sets import id_rows, id_values
from storage.origin import current_origin
from storage.repository import Repository
from storage.warning_rows import (
    FIND_TERMS,
    OPEN_DECIDED,
    WRITE,
    WRITE_DECIDED,
    make_room,
    new_warnings,
    tell,
)

_DECIDED_LATELY = timedelta(hours=2)
"""What was decided longer ago is not taken back any more: `undo_minutes` is at most 120."""

# What people do about a customer after row `w` of risk_warnings; `{by}` picks who.
_TOUCHED = """
    FROM touches t WHERE t.account_id = w.account_id AND t.undone_at IS NULL
      AND (t.at >= w.at OR EXISTS (
        SELECT 1 FROM audit a WHERE a.subject = 'touch' AND a.subject_id = t.id AND a.at >= w.at))
"""
_DECIDED = """
    FROM opportunities o JOIN audit a ON a.subject = 'opportunity' AND a.subject_id = o.id
    WHERE o.account_id = w.account_id AND a.at >= w.at AND NOT a.undone
      AND a.person_id IS NOT NULL
      AND a.action IN ('claim', 'assign', 'stage', 'snooze', 'won', 'lost')
"""
# Whoever became worse than at risk by a rule alone is better only when no rule holds any more.
_BETTER = """
    FROM health_scores s WHERE s.account_id = w.account_id AND w.band IN ('at_risk', 'critical')
      AND s.band IN ('healthy', 'steady') AND s.rules NOT LIKE '%R%'
"""
SETTLED = (
    f"(EXISTS (SELECT 1 {_TOUCHED}) OR EXISTS (SELECT 1 {_DECIDED}) OR EXISTS (SELECT 1 {_BETTER}))"
)
"""SQL: whether somebody acted on row `w` of risk_warnings, or the customer is better."""
OVER = f"(w.ended_at IS NOT NULL OR {SETTLED})"
"""SQL: whether row `w` of risk_warnings is no news any more."""


@dataclass(frozen=True, slots=True)
class NewWarning:
    """A warning to be said once: `key` is what makes it happen once."""

    key: str
    account_id: int
    reasons: tuple[Reason, ...]
    score: float | None
    band: Band | None
    mild: bool = False


_SAID = """
    SELECT account_id, CAST(facts AS TEXT) FROM risk_warnings
    WHERE account_id IN {ids} AND at >= :since AND at < :until
      AND (ended IS NULL OR ended <> 'decided')
"""
# Of each customer the newest that holds and has a row that was withdrawn or never put.
_WITHDRAWN = f"""
    SELECT w.id, w.key, w.account_id, w.facts, w.score, w.band, w.at, false AS is_over
    FROM risk_warnings w
    WHERE w.account_id = :account_id AND w.at >= :since AND NOT {OVER}
      AND w.id = (SELECT max(n.id) FROM risk_warnings n WHERE n.account_id = w.account_id)
"""  # noqa: S608 - own words
# What closed them was taken back.
_REOPEN = f"""
    UPDATE risk_warnings AS w SET ended_at = NULL, ended = NULL, ended_by_id = NULL
    WHERE w.account_id = :account_id AND w.at >= :since
      AND (w.ended = 'acted' AND NOT EXISTS (SELECT 1 {_DECIDED})
        OR w.ended = 'touch' AND NOT EXISTS (SELECT 1 {_TOUCHED})
        OR w.ended = 'decided' AND EXISTS (
            SELECT 1 FROM contracts c WHERE c.account_id = w.account_id AND c.status = 'active'))
"""  # noqa: S608 - own words


class Warnings(Repository):
    """What was warned of, and what became of it."""

    async def said_since(
        self, account_ids: Collection[int], since: datetime, until: datetime
    ) -> dict[int, list[Reason]]:
        """The reasons that were given of some customers between two instants."""
        first, last = (
            at if self._postgresql else at.strftime("%Y-%m-%d %H:%M:%S.%f")
            for at in (since.astimezone(UTC), until.astimezone(UTC))
        )
        return await read_columns(
            self._connection,
            _SAID.format(ids=id_rows(self._connection)),
            {
                "ids": id_values(self._connection, account_ids),
                "since": first,
                "until": last,
            },
            _said,
        )

    async def of(self, ids: Collection[int]) -> dict[int, Warned]:
        """Warnings by id, as they stand now."""
        if not ids:
            return {}
        query = _warnings(
            "SELECT w.id, w.account_id, w.facts, w.score, w.band, w.at, "  # noqa: S608 - own words
            f"{OVER} AS is_over FROM risk_warnings w WHERE w.id IN :ids"
        ).bindparams(bindparam("ids", expanding=True))
        rows = await self._connection.execute(query, {"ids": sorted(set(ids))})
        return {row.id: _warned(row) for row in rows}

    async def put(
        self,
        new: Sequence[NewWarning],
        routes: Sequence[Route],
        *,
        today: date,
        floor_on: date,
        now: datetime,
    ) -> int:
        """Write warnings of customers with an undecided running term, a row for each who hears.

        Told are: who works on it (the claimer, else the owner), the team's and the customer's
        places; the leads when there is none of these. A mild one is told to the one person alone.
        Terms that ended before `floor_on` are history. Returns how many warnings are new.
        """
        if not new:
            return 0
        await self._take_up(new, routes, today=today, floor_on=floor_on)
        await self._run(WRITE_DECIDED, now=now, decided_since=now - _DECIDED_LATELY)
        # A decision may have been taken back since the first look.
        await self._run(FIND_TERMS, today=today, floor_on=floor_on)
        written = await self._run(WRITE, now=now)
        if written:
            await self._tell(today, now)
        return written

    async def tell_after_all(
        self,
        held: Sequence[NewWarning],
        routes: Sequence[Route],
        *,
        today: date,
        floor_on: date,
        now: datetime,
    ) -> int:
        """Let withdrawn rows of written warnings wait again, and put those that are not there.

        What was sent stays sent. Returns how many rows wait because of this.
        """
        if not held:
            return 0
        await self._take_up(held, routes, today=today, floor_on=floor_on)
        await self._run(OPEN_DECIDED)
        return await self._tell(today, now, after_all=True)

    async def held_of(self, account_id: int, *, since: datetime) -> list[NewWarning]:
        """The newest warning of a customer if it holds, now that something was taken back."""
        values = {"account_id": account_id, "since": since}
        await self._run(_REOPEN, **values)
        rows = await self._connection.execute(
            _warnings(_WITHDRAWN).bindparams(bindparam("since", type_=Instant())), values
        )
        return [written_warning(row) for row in rows]

    async def settle(self, *, now: datetime, ignored_before: datetime) -> int:
        """Close what is no news any more, and how it ended; returns how many were open."""
        closed = 0
        for ended, found, by in (
            ("acted", _DECIDED, "a.person_id"),
            ("touch", _TOUCHED, "t.person_id"),
            ("better", _BETTER, None),
        ):
            who = f"(SELECT {by} {found} LIMIT 1)" if by else "NULL"
            closed += await self._run(
                "UPDATE risk_warnings AS w SET ended_at = :now, ended = :ended, "  # noqa: S608
                f"ended_by_id = {who} WHERE w.ended_at IS NULL AND EXISTS (SELECT 1 {found})",
                now=now,
                ended=ended,
            )
        return closed + await self._run(
            # What somebody did since the statements above is left to the next day's.
            "UPDATE risk_warnings AS w SET ended_at = :now, ended = 'ignored' "  # noqa: S608
            f"WHERE w.ended_at IS NULL AND w.at < :before AND NOT {SETTLED}",
            now=now,
            before=ignored_before,
        )

    async def _take_up(
        self, told: Sequence[NewWarning], routes: Sequence[Route], *, today: date, floor_on: date
    ) -> None:
        await write_routes(self._connection, routes)
        await make_room(self._connection)
        await bulk_insert(
            self._connection,
            new_warnings,
            (
                {
                    "key": one.key,
                    "account_id": one.account_id,
                    "kind": one.reasons[0].kind.value,
                    "facts": {
                        "reasons": [reason.as_json() for reason in one.reasons],
                        "mild": one.mild,
                    },
                    "score": one.score,
                    "band": one.band and one.band.value,
                    "mild": one.mild,
                }
                for one in told
            ),
        )
        await self._run(FIND_TERMS, today=today, floor_on=floor_on)

    @property
    def _postgresql(self) -> bool:
        return self._connection.dialect.name == "postgresql"

    async def _tell(self, today: date, now: datetime, *, after_all: bool = False) -> int:
        statement = tell(postgresql=self._postgresql, after_all=after_all)
        return await self._run(statement, on=today.isoformat(), now=now, origin=current_origin())

    async def _run(self, sql: str, **values: object) -> int:
        statement = text(sql).bindparams(
            *(bindparam(name, type_=_TYPES[name]) for name in values if name in _TYPES)
        )
        result = await self._connection.execute(statement, values)
        return max(int(getattr(result, "rowcount", 0)), 0)


_TYPES: dict[str, Any] = {
    "now": Instant(),
    "before": Instant(),
    "since": Instant(),
    "decided_since": Instant(),
    "today": Date(),
    "floor_on": Date(),
}


def _warnings(sql: str) -> Any:
    return text(sql).columns(at=Instant(), facts=Json)


def _said(rows: Rows) -> dict[int, list[Reason]]:
    """Most customers were told of in one of few ways: each is read once."""
    known: dict[str, tuple[Reason, ...]] = {}
    said: dict[int, list[Reason]] = {}
    for account_id, facts in rows:
        reasons = known.get(facts)
        if reasons is None:
            reasons = known[facts] = _reasons(json.loads(facts))
        said.setdefault(account_id, []).extend(reasons)
    return said


def _reasons(facts: dict[str, Any]) -> tuple[Reason, ...]:
    return tuple(Reason.of(one) for one in facts["reasons"])


def _warned(row: Any) -> Warned:
    return Warned(
        id=row.id,
        account_id=row.account_id,
        at=row.at,
        reasons=_reasons(row.facts),
        score=row.score,
        band=Band(row.band) if row.band else None,
        mild=bool(row.facts.get("mild")),
        over=bool(row.is_over),
    )


def written_warning(row: Any) -> NewWarning:
    """A warning that is written, to be told after all."""
    return NewWarning(
        key=row.key,
        account_id=row.account_id,
        reasons=_reasons(row.facts),
        score=row.score,
        band=Band(row.band) if row.band else None,
        mild=bool(row.facts.get("mild")),
    )
