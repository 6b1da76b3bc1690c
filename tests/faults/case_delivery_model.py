"""The states of deliveries in one place, as a page of rules: what the outbox is compared with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from scoring.model import DeliveryState as State

LEASE_S, SETTLE_S = 60, 120
MOST_S = 3_600
"""Deadlines further away are of another time line; the longest that are set are much nearer."""


@dataclass
class Row:
    """What is to be known of an alert; instants in seconds of steady time."""

    state: State = State.WAITING
    owner: str | None = None
    key: str | None = None
    batch: str | None = None
    until: float | None = None
    settle: float | None = None

    def free(self, state: State, settle: float | None = None) -> None:
        """Nobody holds it any more."""
        self.state, self.settle = state, settle
        self.owner = self.key = self.until = None


@dataclass
class Model:
    """Rows by name, the platform they are told on, and steady time."""

    rows: dict[str, Row] = field(default_factory=dict)
    told: Counter[str] = field(default_factory=Counter)
    shown: set[str] = field(default_factory=set)
    steady: float = 0.0

    def due(self) -> list[str]:
        """What the next lease takes: a message that was begun goes first, and by itself."""
        waiting = {name: row for name, row in self.rows.items() if row.state is State.WAITING}
        begun = [row.batch for row in waiting.values() if row.batch]
        return [name for name, row in waiting.items() if row.batch == (begun[0] if begun else None)]

    def settled(self) -> dict[str | None, list[str]]:
        """Messages in doubt whose time to look has come, with their rows."""
        found: dict[str | None, list[str]] = {}
        for name, row in self.rows.items():
            if row.state is State.AMBIGUOUS and self._passed(row.settle):
                found.setdefault(row.batch, []).append(name)
        return found

    def lease(self, names: Iterable[str], owner: str, key: str) -> None:
        """Somebody takes rows to send them."""
        for row in map(self.rows.__getitem__, names):
            row.state, row.owner, row.key, row.settle = State.LEASED, owner, key, None
            row.until = self.steady + LEASE_S

    def look(self, names: Iterable[str], owner: str, key: str) -> None:
        """Somebody takes rows in doubt to look whether they are there."""
        for row in map(self.rows.__getitem__, names):
            row.owner, row.key, row.settle = owner, key, self.steady + LEASE_S

    def held(self, names: Iterable[str], key: str, *states: State) -> list[Row]:
        """Those of some rows that an attempt may still change."""
        rows = map(self.rows.__getitem__, names)
        return [row for row in rows if row.key == key and row.state in states]

    def expire(self) -> None:
        """Leases that ran out are in doubt; where no message was made nothing has to settle."""
        for row in self.rows.values():
            if row.state is State.LEASED and self._passed(row.until):
                row.state = State.AMBIGUOUS
                row.settle = self.steady + (SETTLE_S if row.batch else 0)

    def leave(self, owner: str) -> None:
        """Somebody stops in order."""
        for row in self.rows.values():
            if row.state is State.LEASED and row.owner == owner and row.batch:
                row.free(State.AMBIGUOUS, self.steady + SETTLE_S)
            elif row.state is State.LEASED and row.owner == owner:
                row.free(State.WAITING)

    def _passed(self, deadline: float | None) -> bool:
        return deadline is not None and not self.steady < deadline <= self.steady + MOST_S
