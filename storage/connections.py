"""A connection that only one replica may hold: whose it is, until when, and how it fares.

The holder is told by `owner` and `until`. Nobody's and `until` still ahead: it rests, because the
platform asked for that or somebody else took it over. `until` is steady time, all else is told in
the clock of the business, for people to read.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, select, update

from storage.repository import Repository, insert_ignoring
from storage.tables import connections

HELD_MOST_S = 120
"""No lease is longer; one further away is from before the machine was started again: void."""

REST_MOST_S = 3_600
"""No rest is longer; the same."""


class ConnectionState(StrEnum):
    """How a connection fares, as its last holder wrote it down."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    DOWN = "down"
    LIMITED = "limited"
    REFUSED = "refused"
    KICKED = "kicked"
    CLOSED = "closed"


_STATES = frozenset(state.value for state in ConnectionState)


@dataclass(frozen=True, slots=True)
class ConnectionFacts:
    """What an operator asks about.

    `fault` is the last thing that went wrong, safe to show. `again_at` is when it is tried again.
    `kicks` and `refusals` count those in a row. `credentials` tells two configurations apart
    without telling what is in them.
    """

    connected_at: datetime | None = None
    heard_at: datetime | None = None
    fault: str = ""
    fault_at: datetime | None = None
    again_at: datetime | None = None
    kicks: int = 0
    refusals: int = 0
    credentials: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A connection as the database knows it. `changed_at`: the last word of whoever held it."""

    name: str
    owner: str | None
    until: datetime | None
    state: ConnectionState
    facts: ConnectionFacts
    changed_at: datetime

    def held(self, steady: datetime) -> bool:
        """Whether somebody holds it now."""
        return self.owner is not None and self._ahead_s(steady, HELD_MOST_S) > 0

    def rests(self, steady: datetime, credentials: str) -> bool:
        """Whether nobody may take it now.

        A refusal holds for the credentials that were refused, so that a corrected configuration
        is tried at once.
        """
        corrected = self.state is ConnectionState.REFUSED and self.facts.credentials != credentials
        return self.owner is None and not corrected and self._ahead_s(steady, REST_MOST_S) > 0

    def free_in_s(self, steady: datetime, credentials: str) -> float:
        """Seconds until it can be taken if nothing is heard of its holder; 0: now."""
        if self.held(steady):
            return self._ahead_s(steady, HELD_MOST_S)
        if self.rests(steady, credentials):
            return self._ahead_s(steady, REST_MOST_S)
        return 0.0

    def _ahead_s(self, steady: datetime, most_s: float) -> float:
        ahead_s = (self.until - steady).total_seconds() if self.until else 0.0
        return ahead_s if 0 < ahead_s <= most_s else 0.0


class Connections(Repository):
    """One row a connection."""

    async def look(self, name: str) -> Standing | None:
        """How a connection stands; None when nobody ever held it."""
        query = select(connections).where(connections.c.name == name)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _standing(row)

    async def take(
        self,
        name: str,
        owner: str,
        credentials: str,
        *,
        lease_s: float,
        steady: datetime,
        now: datetime,
    ) -> Standing:
        """Take it if it is free; what stands afterwards is ours when its `owner` is."""
        await self._connection.execute(
            insert_ignoring(self._connection, connections).values(
                name=name, state=ConnectionState.CLOSED, facts={}, changed_at=now
            )
        )
        query = select(connections).where(connections.c.name == name).with_for_update()
        before = _standing((await self._connection.execute(query)).one())
        if before.owner != owner and before.free_in_s(steady, credentials) > 0:
            return before
        statement = (
            update(connections)
            .where(connections.c.name == name)
            .values(owner=owner, until=steady + timedelta(seconds=lease_s), changed_at=now)
            .returning(*connections.c)
        )
        return _standing((await self._connection.execute(statement)).one())

    async def renew(
        self,
        name: str,
        owner: str,
        state: ConnectionState,
        facts: ConnectionFacts,
        *,
        lease_s: float,
        steady: datetime,
        now: datetime,
    ) -> bool:
        """Hold it for longer and say how it fares; False when somebody else has it by now."""
        until = steady + timedelta(seconds=lease_s)
        return await self._write(name, owner, state, facts, owner=owner, until=until, now=now)

    async def leave(
        self,
        name: str,
        owner: str,
        state: ConnectionState,
        facts: ConnectionFacts,
        *,
        rest_until: datetime | None,
        now: datetime,
    ) -> bool:
        """Give it back; nobody takes it before `rest_until`. False when it was not ours."""
        return await self._write(name, owner, state, facts, owner=None, until=rest_until, now=now)

    async def _write(
        self,
        name: str,
        holder: str,
        state: ConnectionState,
        facts: ConnectionFacts,
        *,
        now: datetime,
        **values: Any,
    ) -> bool:
        result = await self._connection.execute(
            update(connections)
            .where(connections.c.name == name, connections.c.owner == holder)
            .values(state=state, facts=_kept(facts), changed_at=now, **values)
        )
        return result.rowcount == 1


def _standing(row: Row[Any]) -> Standing:
    return Standing(
        name=row.name,
        owner=row.owner,
        until=row.until,
        # A newer version may know more states than this one.
        state=ConnectionState(row.state) if row.state in _STATES else ConnectionState.DOWN,
        facts=_read(row.facts),
        changed_at=row.changed_at,
    )


def _kept(facts: ConnectionFacts) -> dict[str, Any]:
    values = {field.name: getattr(facts, field.name) for field in fields(facts)}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
        if value
    }


def _read(kept: dict[str, Any]) -> ConnectionFacts:
    known = {field.name for field in fields(ConnectionFacts)}
    values = {name: value for name, value in kept.items() if name in known}
    instants = {
        name: datetime.fromisoformat(values[name]) for name in values if name.endswith("_at")
    }
    return ConnectionFacts(**(values | instants))
