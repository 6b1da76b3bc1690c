"""Contracts by file: the main job's door.

An empty cell never erases what the book knows, and a sheet's "active" never reopens what was
decided in chat: the same file brought twice changes nothing, whatever people did in between.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, cast

from handlers.importing.parsed import ParsedRow, ParsedTable
from handlers.importing.plan_accounts import AccountWrites
from handlers.importing.plan_contacts import ContactWrites
from handlers.importing.plan_people import owner
from handlers.importing.scope import Scope, Tally
from scoring.model import Account, ContractStatus, Person
from storage.audit import Change
from storage.transaction import Tx

_TERM = (
    "product",
    "starts_on",
    "ends_on",
    "arr",
    "currency",
    "seats",
    "auto_renew",
    "notice_days",
    "signed_on",
    "cancelled_on",
)
_ACCOUNT = (
    "segment",
    "csm",
    "account_executive",
    "industry",
    "region",
    "aliases",
    "external_id",
    "team",
)
_DEFAULTS: dict[str, Any] = {
    "product": None,
    "starts_on": None,
    "ends_on": None,
    "arr": None,
    "seats": None,
    "auto_renew": False,
    "notice_days": None,
    "signed_on": None,
    "cancelled_on": None,
}


async def plan_contracts(scope: Scope, table: ParsedTable, tally: Tally) -> None:
    """One sheet of terms, with what it says of their customers, owners and contacts."""
    await _ContractSheet(scope, table, tally).plan()


class _ContractSheet:
    def __init__(self, scope: Scope, table: ParsedTable, tally: Tally) -> None:
        self._scope = scope
        self._table = table
        self._tally = tally
        self._new: list[dict[str, Any]] = []
        self._changed: list[tuple[int, dict[str, Any], dict[str, Any]]] = []
        self._renewals: list[tuple[str, int]] = []
        self._told_owners: set[int] = set()
        self._rows_of: dict[str, int] = {}
        self._number_column = table.columns.get("contract_no", table.columns["account"])
        # All rows of a sheet have the same fields.
        fields = table.rows[0].values if table.rows else {}
        self._term = [field for field in _TERM if field in fields]
        self._of_account = [field for field in _ACCOUNT if field in fields]

    async def plan(self) -> None:
        scope, rows = self._scope, self._table.rows
        await scope.load_people()
        await scope.load_accounts(str(row.values["account"]) for row in rows)
        self._existing = await scope.tx.contracts.rows_by_no(
            str(row.values["contract_no"]) for row in rows
        )
        await scope.rights.load_contracts(scope.tx, _numbers(rows))
        self._accounts = AccountWrites(scope)
        fresh = {str(row.values["account"]) for row in rows}
        await self._accounts.reserve(sum(scope.account(name) is None for name in fresh))
        self._contacts = ContactWrites(scope)
        await self._contacts.load(
            account.id for name in fresh if (account := scope.account(name)) is not None
        )
        unknown = sum(row.values["contract_no"] not in self._existing for row in rows)
        self._ids = iter(await scope.ids("contracts", unknown))
        for row in rows:
            await self._plan_row(row)
            await scope.breathe()
        await self._warn_of_overlaps()
        scope.writes += (self._write, self._accounts.hand_down)

    async def _plan_row(self, row: ParsedRow) -> None:
        scope, values = self._scope, row.values
        number, name = str(values["contract_no"]), str(values["account"])
        known = self._existing.get(number)
        account = scope.account(name)
        if refusal := scope.rights.contract(values, account, known, scope.people):
            self._tally.refuse(row.row, self._number_column, refusal)
            return
        if known is not None and (account is None or account.id != known.account_id):
            other = await scope.tx.accounts.get(known.account_id)
            self._tally.refuse(
                row.row,
                self._number_column,
                "import.row.other_customer",
                number=number,
                other=other.name if other else "",
            )
            return
        person = await self._owner(row)
        of_account = {f: values[f] for f in self._of_account if values[f] is not None}
        if scope.rights.keeps_customer(account):
            of_account.clear()
        if person is not None and person.team and (account is None or not account.team):
            # A customer nobody else has a team for belongs to the team of who looks after it.
            of_account.setdefault("team", person.team)
        account, _, account_changed = await self._accounts.settle(name, of_account, {})
        contact_changed = self._contacts.settle(account.id, values)
        term = {f: values[f] for f in self._term if values[f] is not None}
        wanted = term | _beside_term(values, row.custom, person, account)
        self._rows_of[number] = row.row
        team: Any = wanted.get("team") or (known.team if known is not None else None)
        scope.rights.brought(number, team or account.team, person.id if person else None)
        if known is None:
            self._add(number, wanted, account)
        elif changes := _changes(known, wanted):
            before = dict(known._mapping)
            self._changed.append((known.id, before, changes))
            scope.changes.append(
                Change("edit", "contract", known.id, {f: before[f] for f in changes}, changes)
            )
            self._tally.changed += 1
        elif account_changed or contact_changed:
            self._tally.changed += 1
        else:
            self._tally.unchanged += 1
        scope.contract_ids.setdefault(number, known.id if known is not None else self._last_id)
        for earlier in cast("tuple[str, ...]", values.get("renewed_from") or ()):
            self._renewals.append((earlier, scope.contract_ids[number]))

    def _add(self, number: str, wanted: dict[str, Any], account: Account) -> None:
        scope = self._scope
        self._last_id = next(self._ids)
        row = {
            "id": self._last_id,
            "account_id": account.id,
            "contract_no": number,
            **_DEFAULTS,
            "currency": scope.rules.base_currency,
            "owner_id": None,
            "team": account.team,
            "status": ContractStatus.ACTIVE,
            "custom": {},
            **wanted,
            "segment": account.segment,
            "known_on": scope.today,
            "clock_rev": scope.clock_rev,
            "created_at": scope.now,
        }
        self._new.append(row)
        shown = {f: v for f, v in wanted.items() if v not in (None, {}, False)}
        scope.changes.append(
            Change("add", "contract", self._last_id, None, {"contract_no": number, **shown})
        )
        self._tally.new += 1

    async def _owner(self, row: ParsedRow) -> Person | None:
        name = row.values.get("owner")
        if not name:
            return None
        person, _ = await owner(self._scope, str(name))
        if not person.linked and person.id not in self._told_owners:
            self._told_owners.add(person.id)
            self._tally.tell(
                row.row, self._table.columns["owner"], "import.notice.unknown_owner", owner=name
            )
        return person

    async def _warn_of_overlaps(self) -> None:
        """Two active terms of one customer and product at the same time, if the file has either."""
        terms: dict[tuple[int, str | None], list[tuple[date, date, str]]] = defaultdict(list)
        known = await self._scope.tx.contracts.terms_of(
            account_id
            for account_id in {row["account_id"] for row in self._new}
            | {before["account_id"] for _, before, _ in self._changed}
            if account_id > 0
        )
        for term in known:
            if term.starts_on and term.ends_on:
                terms[term.account_id, term.product].append(
                    (term.starts_on, term.ends_on, term.contract_no)
                )
        for row in self._new:
            if row["starts_on"] and row["ends_on"] and row["status"] == ContractStatus.ACTIVE:
                terms[row["account_id"], row["product"]].append(
                    (row["starts_on"], row["ends_on"], row["contract_no"])
                )
        for group in terms.values():
            group.sort()
            for (_, end, number), (start, _, other) in pairwise(group):
                if start <= end and (other in self._rows_of or number in self._rows_of):
                    later = other if other in self._rows_of else number
                    self._tally.tell(
                        self._rows_of[later],
                        self._table.columns["ends_on"],
                        "import.notice.overlap",
                        number=later,
                        other=number if later == other else other,
                    )

    async def _write(self, tx: Tx) -> None:
        scope = self._scope
        await tx.contracts.add_many(self._new)
        for contract_id, before, changes in self._changed:
            await tx.contracts.change(
                contract_id,
                before,
                changes,
                clock_rev=scope.clock_rev,
                schedule=scope.rules.schedule,
                today=scope.today,
            )
        await tx.contracts.link_renewals(self._renewals, clock_rev=scope.clock_rev)
        await tx.contracts.settle_added(clock_rev=scope.clock_rev)
        await tx.opportunities.settle_decided(clock_rev=scope.clock_rev, at=scope.now)


def _numbers(rows: list[ParsedRow]) -> Iterator[str]:
    """Every contract number that the rows name, of their own and of the terms they renew."""
    for row in rows:
        yield str(row.values["contract_no"])
        yield from cast("tuple[str, ...]", row.values.get("renewed_from") or ())


def _beside_term(
    values: dict[str, object], custom: dict[str, str], person: Person | None, account: Account
) -> dict[str, Any]:
    """Whose a row's term is and how it stands; what the row leaves empty is not among it."""
    wanted: dict[str, Any] = {}
    if person is not None:
        wanted["owner_id"] = person.id
    team = values.get("team") or (person.team if person else None) or account.team
    if team:
        wanted["team"] = team
    if custom:
        wanted["custom"] = custom
    status = _status(values)
    if status is not ContractStatus.ACTIVE:
        wanted["status"] = status
    return wanted


def _status(values: dict[str, object]) -> ContractStatus:
    given = values.get("status")
    if given is not None and given != ContractStatus.ACTIVE:
        return ContractStatus(str(given))
    return ContractStatus.CANCELLED if values.get("cancelled_on") else ContractStatus.ACTIVE


def _changes(known: Any, wanted: dict[str, Any]) -> dict[str, Any]:
    """What a row of the file would change in the book."""
    changes = dict(_different(known, wanted))
    # Which team hears of a term follows its owner, but a team set in the book stays.
    if "team" in changes and known.team is not None and "owner_id" not in changes:
        del changes["team"]
    if "custom" in changes:
        merged = {**known.custom, **wanted["custom"]}
        if merged == known.custom:
            del changes["custom"]
        else:
            changes["custom"] = merged
    return changes


def _different(known: Any, wanted: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for field, value in wanted.items():
        stored = getattr(known, field)
        if isinstance(value, Decimal) and stored is not None:
            if stored != value:
                yield field, value
        elif stored != value:
            yield field, value
