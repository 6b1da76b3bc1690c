"""Customers by file, from a sheet of their own or from the columns of a flat sheet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from handlers.importing.parsed import ParsedTable
from handlers.importing.plan_people import owner
from handlers.importing.scope import Scope, Tally
from handlers.naming import keys_of
from scoring.model import Account, Segment
from storage.audit import Change
from storage.people import name_key
from storage.transaction import Tx

_PLAIN = ("industry", "region", "external_id", "signed_up_on")


class AccountWrites:
    """Customers to be written, gathered over a table so that they go in at once."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._new: dict[int, dict[str, Any]] = {}
        self._changed: dict[int, dict[str, Any]] = {}
        self._teams: dict[int, str] = {}
        self._ids: list[int] = []
        scope.writes.append(self._write)

    async def reserve(self, count: int) -> None:
        """Take ids for up to `count` new customers at once."""
        self._ids = list(await self._scope.ids("accounts", count))[::-1]

    async def settle(
        self, name: str, values: dict[str, Any], custom: dict[str, str]
    ) -> tuple[Account, bool, bool]:
        """The customer `name` with `values` applied: (account, is new, is changed).

        Only given values count; an empty cell changes nothing.
        """
        scope = self._scope
        key = name_key(name)
        known = scope.accounts.get(key)
        if known is not None and not values and not custom:
            return known, False, False
        wanted = await _wanted(scope, values, custom)
        if known is None:
            account_id = self._ids.pop() if self._ids else (await scope.ids("accounts", 1))[0]
            account = replace(
                Account(id=account_id, name=name), **{k: v for k, v in wanted.items() if k in _ON}
            )
            self._new[account_id] = {
                "id": account_id,
                "name": name,
                "external_id": None,
                "industry": None,
                "region": None,
                "team": None,
                "csm_id": None,
                "account_executive_id": None,
                "signed_up_on": None,
                "segment": Segment.STANDARD,
                "aliases": [],
                "custom": {},
                **wanted,
            }
            scope.accounts[key] = account
            scope.changes.append(
                Change("add", "account", account_id, None, {"name": name, **wanted})
            )
            return account, True, False
        before = {field: getattr(known, field) for field in wanted if field in _ON}
        changes = {f: v for f, v in wanted.items() if f in before and _differs(before[f], v)}
        if not changes:
            return known, False, False
        account = replace(
            known,
            **{
                **changes,
                **({"aliases": tuple(changes["aliases"])} if "aliases" in changes else {}),
            },
        )
        scope.accounts[key] = account
        if changes.get("team"):
            self._teams[known.id] = changes["team"]
        if known.id in self._new:
            self._new[known.id].update(changes)
            return account, False, False
        self._changed.setdefault(known.id, {}).update(changes)
        scope.changes.append(
            Change("edit", "account", known.id, {f: before[f] for f in changes}, changes)
        )
        return account, False, True

    async def _write(self, tx: Tx) -> None:
        new = list(self._new.values())
        keys: set[tuple[str, int]] = set()
        for row in new:
            keys.update((key, row["id"]) for key in keys_of(row["name"], tuple(row["aliases"])))
            await self._scope.breathe()
        await tx.accounts.add_many(new, keys, now=self._scope.now)
        for account_id, changes in self._changed.items():
            await tx.accounts.change(account_id, changes)
            if "segment" in changes:
                await tx.contracts.set_segment(
                    account_id, changes["segment"], clock_rev=self._scope.clock_rev
                )
            if "aliases" in changes:
                names = keys_of("", tuple(changes["aliases"]))
                await tx.accounts.add_keys((key, account_id) for key in names)

    async def hand_down(self, tx: Tx) -> None:
        """Give a customer's new team to its contracts without one; after these are written."""
        await tx.contracts.take_teams(self._teams, clock_rev=self._scope.clock_rev)


_ON = frozenset(
    {
        "segment",
        "team",
        "csm_id",
        "account_executive_id",
        "industry",
        "region",
        "external_id",
        "aliases",
        "custom",
    }
)


def _differs(before: Any, after: Any) -> bool:
    return list(before) != list(after) if isinstance(before, tuple) else before != after


async def _wanted(scope: Scope, values: dict[str, Any], custom: dict[str, str]) -> dict[str, Any]:
    wanted: dict[str, Any] = {f: values[f] for f in _PLAIN if values.get(f) is not None}
    if values.get("segment") is not None:
        wanted["segment"] = Segment(values["segment"])
    if values.get("team"):
        wanted["team"] = values["team"]
    if values.get("aliases"):
        wanted["aliases"] = list(values["aliases"])
    if custom:
        wanted["custom"] = custom
    for column, field in (("csm", "csm_id"), ("account_executive", "account_executive_id")):
        if values.get(column):
            person, _ = await owner(scope, str(values[column]))
            wanted[field] = person.id
            if field == "csm_id" and person.team and "team" not in wanted:
                wanted["team"] = person.team
    return wanted


async def plan_accounts(scope: Scope, table: ParsedTable, tally: Tally) -> None:
    """A sheet of customers."""
    names = [str(row.values["account"]) for row in table.rows]
    await scope.load_accounts(names)
    await scope.load_people()
    writes = AccountWrites(scope)
    for row in table.rows:
        name = str(row.values["account"])
        known = scope.account(name)
        if refusal := scope.rights.customer(row.values, known, scope.people):
            tally.refuse(row.row, table.columns["account"], refusal)
            continue
        custom = {**known.custom, **row.custom} if known else row.custom
        _, new, changed = await writes.settle(name, row.values, custom if row.custom else {})
        tally.new += new
        tally.changed += changed
        tally.unchanged += not (new or changed)
        await scope.breathe()
    scope.writes.append(writes.hand_down)
