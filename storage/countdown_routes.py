"""Who hears what, as small temporary tables that the tick joins with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Column, Date, Index, Integer, MetaData, Table, Text, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import Instant, RowId


class Audience(StrEnum):
    """Why a place hears of a contract."""

    PERSON = "person"
    TEAM = "team"
    ACCOUNT = "account"
    LEAD = "lead"


@dataclass(frozen=True, slots=True)
class Route:
    """One place and when it may be spoken to.

    `subject_id` is the person or account, `team` the team ('' in a LEAD route: for any team
    without a lead of its own). `due_at` is the next working moment there, on local day `next_on`;
    `rush_at` is for what cannot wait that long.
    """

    audience: Audience
    platform: str
    place: str
    due_at: datetime
    next_on: date
    rush_at: datetime
    subject_id: int | None = None
    person_id: int | None = None
    team: str | None = None


@dataclass(frozen=True, slots=True)
class RoundRobin:
    """A rep's turn in the team's rotation: contracts with `id % reps == turn` are theirs."""

    team: str
    turn: int
    reps: int
    person_id: int


_temporary = MetaData()

_routes = Table(
    "tick_routes",
    _temporary,
    Column("audience", Text, nullable=False),
    Column("subject_id", RowId),
    Column("team", Text),
    Column("person_id", RowId),
    Column("platform", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("next_on", Date, nullable=False),
    Column("rush_at", Instant, nullable=False),
    Index("ix_tick_routes_subject", "audience", "subject_id"),
    Index("ix_tick_routes_team", "audience", "team"),
    prefixes=["TEMPORARY"],
)

_reps = Table(
    "tick_reps",
    _temporary,
    Column("team", Text, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("reps", Integer, nullable=False),
    Column("person_id", RowId, nullable=False),
    Index("ix_tick_reps_team", "team", "turn"),
    prefixes=["TEMPORARY"],
)


async def write_routes(connection: AsyncConnection, routes: Sequence[Route]) -> None:
    """Fill the temporary table `tick_routes`."""
    await _fill(connection, _routes, _rows(routes))


async def write_round_robin(connection: AsyncConnection, turns: Sequence[RoundRobin]) -> None:
    """Fill the temporary table `tick_reps`."""
    await _fill(connection, _reps, _rows(turns))


def _rows(values: Sequence[Route] | Sequence[RoundRobin]) -> list[dict[str, object]]:
    """By column; `asdict` would copy every instant and its zone, and the job fills often."""
    names = [field.name for field in fields(values[0])] if values else []
    return [{name: getattr(value, name) for name in names} for value in values]


async def _fill(connection: AsyncConnection, table: Table, rows: list[dict[str, object]]) -> None:
    await connection.execute(text(f"DROP TABLE IF EXISTS {table.name}"))
    await connection.run_sync(lambda sync: table.create(sync, checkfirst=False))
    if rows:
        await connection.execute(insert(table), rows)
