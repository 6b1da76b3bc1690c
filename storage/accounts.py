"""Customers, and finding them by what somebody remembers of the name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
    update,
)

from scoring.model import Account, Segment
from scoring.permissions import Reach
from storage.bulk import bulk_insert
from storage.health_marks import mark_due
from storage.people import name_key
from storage.repository import Repository
from storage.tables import account_keys, accounts
from storage.views.reached import owner_of_account, within_accounts

MOST_OWNED = 5000
"""Customers of one person that are looked through; nobody looks after more."""

LAST_CHARACTER = "\U0010ffff"
"""Sorts behind every continuation of a prefix (C collation)."""


@dataclass(frozen=True, slots=True)
class NamedAccount:
    """What a look-up needs of a customer."""

    id: int
    name: str
    team: str | None
    aliases: tuple[str, ...]
    owner_id: int | None = None


_NAMED: tuple[ColumnElement[Any], ...] = (
    accounts.c.id,
    accounts.c.name,
    accounts.c.team,
    accounts.c.aliases,
    owner_of_account.label("owner_id"),
)

# Asked with nearly every line, so put together once.
_BY_ID = select(accounts).where(accounts.c.id == bindparam("account_id"))


class Accounts(Repository):
    """The customers."""

    async def get(self, account_id: int) -> Account | None:
        """The customer with this id."""
        found = await self._connection.execute(_BY_ID, {"account_id": account_id})
        row = found.one_or_none()
        return None if row is None else _account(row)

    async def by_names(self, names: Iterable[str]) -> dict[str, Account]:
        """Customers by normalised name (`name_key`), in chunks of bounded statements."""
        wanted = sorted({name_key(name) for name in names})
        found: dict[str, Account] = {}
        for start in range(0, len(wanted), 5000):
            rows = await self._connection.execute(
                select(accounts).where(accounts.c.name_key.in_(wanted[start : start + 5000]))
            )
            found.update((row.name_key, _account(row)) for row in rows)
        return found

    async def with_prefixes(
        self,
        prefixes: Sequence[str],
        *,
        limit: int,
        reach: Reach | None = None,
        scan: int | None = None,
    ) -> list[NamedAccount]:
        """Customers with a key that starts with one of `prefixes`; at most `limit` per prefix.

        Per prefix the shortest keys come first: a whole name before its continuations. With
        `reach` only customers within it count; with `scan` only so many keys are looked at, which
        bounds the time for whoever reads few customers of many.
        """
        if not prefixes:
            return []
        within = ""
        values: dict[str, Any] = {}
        if reach is not None and not reach.every_team:
            within, values = within_accounts(reach)
        for at, prefix in enumerate(prefixes):
            values |= {f"begins_{at}": prefix, f"ends_{at}": prefix + LAST_CHARACTER}
        query = _with_prefixes(len(prefixes), within, limit, scan)
        return [_named(row) for row in await self._connection.execute(query, values)]

    async def owned_with_prefixes(
        self, prefixes: Sequence[str], owner_id: int, *, limit: int
    ) -> list[NamedAccount]:
        """The same among the customers somebody looks after, however many others there are."""
        if not prefixes:
            return []
        owned = union_all(
            *(
                select(accounts.c.id)
                .where(column == owner_id)
                .limit(MOST_OWNED)
                .subquery()
                .select()
                for column in (accounts.c.csm_id, accounts.c.account_executive_id)
            )
        ).subquery()
        key = account_keys.c.key.op("||")(literal("", Text))  # the index of keys is not wanted here
        begins = or_(*(and_(key >= prefix, key < prefix + LAST_CHARACTER) for prefix in prefixes))
        hits = select(account_keys.c.account_id).where(
            account_keys.c.account_id.in_(select(owned.c.id)), begins
        )
        rows = await self._connection.execute(
            select(*_NAMED).where(accounts.c.id.in_(hits)).order_by(accounts.c.id).limit(limit)
        )
        return [_named(row) for row in rows]

    async def some_names(self, *, limit: int) -> list[NamedAccount]:
        """The first `limit` customers, for the last try of a look-up in a small book."""
        rows = await self._connection.execute(select(*_NAMED).order_by(accounts.c.id).limit(limit))
        return [_named(row) for row in rows]

    async def names_after(self, account_id: int, *, limit: int) -> dict[int, str]:
        """The next customers by id, to go through all of them."""
        rows = await self._connection.execute(
            select(accounts.c.id, accounts.c.name)
            .where(accounts.c.id > account_id)
            .order_by(accounts.c.id)
            .limit(limit)
        )
        return {row.id: row.name for row in rows}

    async def count(self) -> int:
        """How many there are."""
        return (await self._connection.scalar(select(func.count()).select_from(accounts))) or 0

    async def last_id(self) -> int:
        """The highest id in use, 0 for an empty book."""
        return (await self._connection.scalar(select(func.max(accounts.c.id)))) or 0

    async def add_many(
        self, rows: Sequence[dict[str, Any]], keys: Iterable[tuple[str, int]], *, now: datetime
    ) -> None:
        """New customers with ids already chosen, and their look-up keys."""
        await bulk_insert(
            self._connection,
            accounts,
            (
                {
                    "aliases": [],
                    "custom": {},
                    "segment": Segment.STANDARD,
                    **row,
                    "name_key": name_key(row["name"]),
                    "created_at": now,
                }
                for row in rows
            ),
        )
        await self.add_keys(keys)

    async def add_keys(self, keys: Iterable[tuple[str, int]]) -> None:
        """Look-up keys as (key, account id); those already there stay."""
        await bulk_insert(
            self._connection,
            account_keys,
            ({"key": key, "account_id": account_id} for key, account_id in sorted(set(keys))),
            ignore_existing=True,
        )

    async def change(self, account_id: int, changes: dict[str, Any]) -> None:
        """Set columns of one customer."""
        await self._connection.execute(
            update(accounts).where(accounts.c.id == account_id).values(**changes)
        )
        if "segment" in changes:
            await mark_due(self._connection, [account_id])

    async def exact(self, key: str) -> list[NamedAccount]:
        """Customers that have exactly this look-up key or name."""
        rows = await self._connection.execute(
            select(*_NAMED)
            .where(
                or_(
                    accounts.c.name_key == key,
                    accounts.c.id.in_(
                        select(account_keys.c.account_id).where(and_(account_keys.c.key == key))
                    ),
                )
            )
            .order_by(accounts.c.id)
            .limit(20)
        )
        return [_named(row) for row in rows]


@lru_cache(maxsize=256)
def _with_prefixes(prefixes: int, within: str, limit: int, scan: int | None) -> Select[Any]:
    """The statement for so many prefixes, each given as `begins_N` and `ends_N`.

    Put together once for each number: with ten prefixes that takes longer than the answer.
    """
    probes = [_probe(at, within, limit, scan).subquery().select() for at in range(prefixes)]
    hits = union_all(*probes).subquery() if len(probes) > 1 else probes[0].subquery()
    return (
        select(*_NAMED).where(accounts.c.id.in_(select(hits.c.account_id))).order_by(accounts.c.id)
    )


def _probe(at: int, within: str, limit: int, scan: int | None) -> Select[tuple[int]]:
    """Customers with keys that begin so, in the order of the keys."""
    keys: FromClause = account_keys
    begins: list[ColumnElement[bool]] = [
        account_keys.c.key >= bindparam(f"begins_{at}", type_=Text),
        account_keys.c.key < bindparam(f"ends_{at}", type_=Text),
    ]
    if scan is not None:
        looked_at = select(account_keys).where(*begins).order_by(account_keys.c.key).limit(scan)
        keys, begins = looked_at.subquery(), []
    found = select(keys.c.account_id).where(*begins).order_by(keys.c.key).limit(limit)
    if not within:
        return found
    joined = keys.join(accounts, accounts.c.id == keys.c.account_id)
    return found.select_from(joined).where(text(within))


def _named(row: Row[Any]) -> NamedAccount:
    return NamedAccount(row.id, row.name, row.team, tuple(row.aliases), row.owner_id)


def _account(row: Row[Any]) -> Account:
    return Account(
        id=row.id,
        name=row.name,
        segment=Segment(row.segment),
        team=row.team,
        csm_id=row.csm_id,
        account_executive_id=row.account_executive_id,
        industry=row.industry,
        region=row.region,
        external_id=row.external_id,
        aliases=tuple(row.aliases),
        custom=dict(row.custom),
    )
