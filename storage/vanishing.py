"""What was deleted by hand: noticed once, and put back where that is certainly right.

Triggers note every row that is deleted from the ledger or the outbox, which the product never does
(migration 0005). The ledger keeps what was told from being told again, so its rows come back before
the clock looks at it. Of the outbox only those come back that certainly nobody has read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    MetaData,
    Table,
    Text,
    delete,
    exists,
    func,
    insert,
    literal_column,
    select,
    text,
    update,
)

from scoring.model import Anchor, ContractStatus, DeliveryState
from storage.columns import RowId
from storage.contracts import IN_ONE_STATEMENT
from storage.repository import Repository, insert_ignoring
from storage.tables import contracts, deliveries, ledger, vanished

DELIVERY, LEDGER = "delivery", "ledger"

_TOLD = "_told"
"""Behind `what` once it was told of: no row is ever told of twice, in whatever order they commit."""

_NEW: ColumnElement[bool] = literal_column(f"what IN ('{DELIVERY}', '{LEDGER}')")
"""Literal: each tick asks, and bound values would read all that ever vanished."""

_FORGOTTEN_AT_ONCE = 50_000

UNREAD = frozenset({DeliveryState.WAITING, DeliveryState.FAILED, DeliveryState.SUPERSEDED})
"""Ends and states in which certainly nobody has read an alert."""

_KEY = re.compile(r"(?P<alert>.*?):(?P<platform>slack|wecom|text):(?P<place>.*)", re.DOTALL)

_MILESTONE = re.compile(r"milestone:(\d{1,18}):.*", re.DOTALL)

_told_alerts = Table(
    "told_alerts",
    MetaData(),
    Column("alert", Text, primary_key=True),
    Column("contract_id", RowId),  # of a milestone's alone: to find its entry of the ledger by
    prefixes=["TEMPORARY"],
)


@dataclass(frozen=True, slots=True)
class Vanished:
    """A row that is gone: its key, and the state it was in. `at` by the database's clock."""

    id: int
    what: str
    key: str
    state: str
    at: datetime

    @property
    def alert(self) -> str:
        """The key without the place; the whole key where it names none."""
        match = _KEY.fullmatch(self.key)
        return match["alert"] if match else self.key

    @property
    def door(self) -> tuple[str, str] | None:
        """Platform and place, where the key names them."""
        match = _KEY.fullmatch(self.key)
        return (match["platform"], match["place"]) if match else None


class Vanishing(Repository):
    """The notes of the triggers."""

    async def any_new(self) -> bool:
        """Whether anything vanished that nobody was told of."""
        found = await self._connection.scalar(select(exists(select(vanished.c.id).where(_NEW))))
        return bool(found)

    async def take(self, *, limit: int) -> list[Vanished]:
        """What vanished and was not told of, oldest first; from now on it counts as told."""
        some = select(vanished.c.id).where(_NEW).order_by(vanished.c.id)
        rows = await self._connection.execute(
            update(vanished)
            .where(vanished.c.id.in_(some.limit(limit)), _NEW)
            .values(what=vanished.c.what + _TOLD)
            .returning(vanished)
        )
        return sorted(map(_vanished, rows), key=lambda one: one.id)

    async def lately(self, *, hours: int, limit: int) -> list[Vanished]:
        """What vanished in the last hours by the database's clock, told of or not, newest first."""
        rows = await self._connection.execute(
            select(vanished)
            .where(vanished.c.at >= self._ago(hours))
            .order_by(vanished.c.id.desc())
            .limit(limit)
        )
        return list(map(_vanished, rows))

    async def present(self, keys: Iterable[str]) -> set[str]:
        """Which of these deliveries and entries of the ledger there are (again)."""
        wanted = set(keys)
        query = select(deliveries.c.key).where(deliveries.c.key.in_(sorted(wanted)))
        entries = {entry: key for key in wanted if (entry := _entry(key)) is not None}
        columns = (
            ledger.c.contract_id,
            ledger.c.countdown_no,
            ledger.c.anchor,
            ledger.c.offset_days,
        )
        found = await self._connection.execute(
            select(*columns).where(ledger.c.contract_id.in_({entry[0] for entry in entries}))
        )
        here = {entries[tuple(row)] for row in found if tuple(row) in entries}
        return here | set(await self._connection.scalars(query))

    async def put_ledger_back(
        self, gone: Iterable[Vanished], *, fired_at: datetime, fired_on: date
    ) -> set[str]:
        """Write entries of running terms anew; returns the keys of those that are back.

        When they were written first is not known any more: `fired_at` is to be before anything
        that was posted about them.
        """
        wanted = {one.key: (one, _entry(one.key)) for one in gone if one.what.startswith(LEDGER)}
        back: set[str] = set()
        keys = list(wanted)
        for i in range(0, len(keys), IN_ONE_STATEMENT):
            some = {key: wanted[key] for key in keys[i : i + IN_ONE_STATEMENT]}
            entries = {key: (one, entry) for key, (one, entry) in some.items() if entry}
            terms = await self._terms({entry[0] for _, entry in entries.values()})
            rows = []
            for key, (one, (contract_id, countdown_no, anchor, offset_days)) in entries.items():
                term = terms.get(contract_id)
                if term is None or term.countdown_no != countdown_no:
                    continue
                from_on = term.ends_on if anchor == Anchor.END else term.countdown_on
                if from_on is None:
                    continue
                rows.append(
                    {
                        "contract_id": contract_id,
                        "countdown_no": countdown_no,
                        "anchor": anchor,
                        "offset_days": offset_days,
                        "on_date": from_on - timedelta(days=offset_days),
                        "state": one.state,
                        "fired_on": fired_on,
                        "fired_at": fired_at,
                    }
                )
                back.add(key)
            if rows:
                await self._connection.execute(insert_ignoring(self._connection, ledger), rows)
        return back

    async def alerts_to_put_again(self, gone: Sequence[Vanished]) -> int:
        """Hand those milestone alerts that are still right to tell to `Countdown.announce`.

        Still right: the newest of a running, undecided term whose entry is in the ledger.
        Returns how many.
        """
        await self._connection.execute(text("DROP TABLE IF EXISTS tick_new"))
        await self.gather({one.alert for one in gone})
        await self._connection.execute(
            text(
                """
                CREATE TEMPORARY TABLE tick_new AS
                SELECT l.contract_id, l.countdown_no, l.anchor, l.offset_days, l.on_date, l.state
                FROM told_alerts t CROSS JOIN ledger l
                JOIN contracts c ON c.id = l.contract_id AND c.countdown_no = l.countdown_no
                WHERE l.contract_id = t.contract_id AND l.state = 'due' AND c.status = 'active'
                  AND t.alert = 'milestone:' || l.contract_id || ':' || l.countdown_no || ':'
                                || l.anchor || ':' || l.offset_days
                  AND NOT EXISTS (
                    SELECT 1 FROM opportunities o
                    WHERE o.contract_id = l.contract_id AND o.countdown_no = l.countdown_no
                      AND o.kind = 'renewal' AND o.stage IN ('won', 'lost'))
                  AND NOT EXISTS (
                    SELECT 1 FROM ledger n
                    WHERE n.contract_id = l.contract_id AND n.countdown_no = l.countdown_no
                      AND n.state = 'due' AND n.on_date > l.on_date)
                """
            )
        )
        found = await self._connection.scalar(text("SELECT count(*) FROM tick_new"))
        return int(found or 0)

    async def doubt_again(self, *, now: datetime) -> None:
        """Give the doubt of rows that vanished to those that were put for them at this `now`."""
        doubt = (
            select(func.min(vanished.c.suspect_since))
            .where(vanished.c.key == deliveries.c.key)
            .scalar_subquery()
        )
        doubted = select(vanished.c.key).where(vanished.c.suspect_since.is_not(None))
        await self._connection.execute(
            update(deliveries)
            .where(deliveries.c.key.in_(doubted), deliveries.c.created_at == now)
            .where(deliveries.c.suspect_since.is_(None))
            .values(suspect_since=doubt)
        )

    async def read_alerts(self, *, days: int) -> set[str]:
        """Alerts that somebody may have read before their rows vanished: no reason to tell them again.

        Of so many days, and one for clocks that are apart; by the database's clock.
        """
        rows = await self._connection.execute(
            select(vanished).where(
                vanished.c.at >= self._ago(24 * (days + 1)),
                vanished.c.what.startswith(DELIVERY),
                vanished.c.state.not_in(sorted(UNREAD)),
            )
        )
        return {_vanished(row).alert for row in rows}

    async def forget_told(self, *, days: int) -> None:
        """Drop notes that are older by the database's clock; what was not told of yet stays."""
        old = select(vanished.c.id).where(vanished.c.at < self._ago(24 * days), ~_NEW)
        some = old.order_by(vanished.c.at).limit(_FORGOTTEN_AT_ONCE)
        await self._connection.execute(delete(vanished).where(vanished.c.id.in_(some)))

    async def gather(self, alerts: Collection[str]) -> None:
        """Make the temporary table `told_alerts` of these; a transaction that only reads cannot."""
        await self._connection.execute(text("DROP TABLE IF EXISTS told_alerts"))
        await self._connection.run_sync(_told_alerts.create)
        if alerts:
            rows = [{"alert": alert, "contract_id": _contract(alert)} for alert in sorted(alerts)]
            await self._connection.execute(insert(_told_alerts), rows)
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(text("ANALYZE told_alerts"))

    def _ago(self, hours: int) -> ColumnElement[datetime]:
        if self._connection.dialect.name == "postgresql":
            return literal_column(f"CURRENT_TIMESTAMP - INTERVAL '{hours} hours'")
        return literal_column(f"datetime('now', '-{hours} hours')")

    async def _terms(self, ids: Collection[int]) -> dict[int, Any]:
        rows = await self._connection.execute(
            select(
                contracts.c.id,
                contracts.c.countdown_no,
                contracts.c.ends_on,
                contracts.c.countdown_on,
            ).where(contracts.c.id.in_(sorted(ids)), contracts.c.status == ContractStatus.ACTIVE)
        )
        return {row.id: row for row in rows}


def _contract(alert: str) -> int | None:
    match = _MILESTONE.fullmatch(alert)
    return int(match[1]) if match else None


def _entry(key: str) -> tuple[int, int, str, int] | None:
    parts = key.split(":")
    try:
        return int(parts[0]), int(parts[1]), parts[2], int(parts[3])
    except (ValueError, IndexError):
        return None


def _vanished(row: Any) -> Vanished:
    return Vanished(row.id, row.what.removesuffix(_TOLD), row.key, row.state, row.at)
