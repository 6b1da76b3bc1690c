"""What the tables of one file have established so far, and what is still to be written.

A file is planned table by table against the book *and* the tables before it, and written at the
end in one go, people first because others refer to them; a preview plans the same way and
writes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from handlers.importing.rights import Rights
from handlers.rules import Rules
from scoring.errors import RowProblem
from scoring.model import Account, Person
from storage.audit import Change
from storage.people import name_key
from storage.transaction import Tx

Write = Callable[[Tx], Awaitable[None]]

ROWS_AT_A_TIME = 500
"""Rows planned without a pause: about twenty milliseconds."""


@dataclass(slots=True)
class Tally:
    """What becomes of the rows of one table."""

    kind: str
    sheet: str = ""
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    notices: list[RowProblem] = field(default_factory=list)

    @property
    def refused(self) -> int:
        """How many rows are refused."""
        return len({problem.row for problem in self.problems})

    def refuse(self, row: int, column: str, key: str, **params: object) -> None:
        """Refuse a row of the file."""
        self.problems.append(RowProblem(row, column, key, params, self.sheet))

    def tell(self, row: int, column: str, key: str, **params: object) -> None:
        """Accept a row with a warning."""
        self.notices.append(RowProblem(row, column, key, params, self.sheet))


@dataclass(slots=True)
class Scope:
    """One file being planned. `real_ids` is false for a preview, which must not reserve any."""

    tx: Tx
    rules: Rules
    now: datetime
    real_ids: bool
    clock_rev: int = 0
    rights: Rights = field(default_factory=Rights)
    people: dict[str, Person] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    contract_ids: dict[str, int] = field(default_factory=dict)
    people_writes: list[Write] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    pending: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = field(default_factory=dict)
    """New rows of facts by table and key that a table before has brought; later ones complete them."""
    today: date = field(init=False)
    """The organisation's local day."""
    _rows: int = 0
    _provisional: int = 0
    _last: dict[str, int] = field(default_factory=dict)
    _looked_up: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.today = self.now.astimezone(self.rules.zone).date()

    async def ids(self, table: str, count: int) -> Sequence[int]:
        """Ids for new rows; in a preview negative stand-ins that nothing is written with."""
        if self.real_ids:
            ids = await self.tx.facts.take_ids(table, count, above=self._last.get(table, 0))
            self._last[table] = ids[-1] if ids else self._last.get(table, 0)
            return ids
        self._provisional -= count
        return range(self._provisional, self._provisional + count)

    async def breathe(self) -> None:
        """Called once a row: lets whoever waits for the event loop go first now and then."""
        self._rows += 1
        if self._rows % ROWS_AT_A_TIME == 0:
            await asyncio.sleep(0)

    async def load_people(self) -> None:
        """Everybody known, by name key."""
        if not self.people:
            self.people = {name_key(p.name): p for p in await self.tx.people.everybody()}

    async def load_accounts(self, names: Iterable[str]) -> None:
        """Those of `names` that are in the book."""
        missing = {name for name in names if name not in self._looked_up}
        self._looked_up |= missing
        for key, account in (await self.tx.accounts.by_names(missing)).items():
            self.accounts.setdefault(key, account)

    def account(self, name: str) -> Account | None:
        """A customer of the book or of the tables before."""
        return self.accounts.get(name_key(name))

    async def load_contracts(self, numbers: Iterable[str]) -> None:
        """Ids of those contract numbers that are in the book."""
        missing = {no for no in numbers if no not in self.contract_ids}
        await self.rights.load_contracts(self.tx, missing)
        for no, row in (await self.tx.contracts.rows_by_no(missing)).items():
            self.contract_ids.setdefault(no, row.id)
