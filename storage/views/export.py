"""The book's tables as streams of rows, for spreadsheets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true

from scoring.permissions import Reach
from storage.repository import Repository
from storage.tables import accounts, contacts, contracts, people, touches

SHEETS: dict[str, tuple[str, ...]] = {
    "contracts": (
        "account",
        "contract_no",
        "product",
        "starts_on",
        "ends_on",
        "arr",
        "currency",
        "seats",
        "owner",
        "segment",
        "auto_renew",
        "notice_days",
        "signed_on",
        "cancelled_on",
        "status",
        "team",
    ),
    "accounts": ("account", "aliases", "industry", "segment", "region", "external_id", "team"),
    "contacts": ("account", "name", "role", "title", "email", "phone", "left_on"),
    "touches": ("account", "kind", "at", "who", "contact", "note", "next_on"),
}
"""Which columns each sheet has, by their import names."""


class Exports(Repository):
    """Rows by sheet, filtered by what the viewer reads."""

    async def rows(self, kind: str, reach: Reach | None) -> AsyncIterator[dict[str, Any]]:
        """Rows of one sheet with `team_scope` and `owner_scope`; all of them when reach is None."""
        result = await self._connection.stream(_QUERIES[kind](reach))
        async for row in result:
            yield dict(row._mapping)


def covered(
    reach: Reach | None, team: ColumnElement[Any], owner_id: ColumnElement[Any]
) -> ColumnElement[bool]:
    """Whether a row's team and owner are within somebody's reach, as SQL."""
    if reach is None or reach.every_team:
        return true()
    parts: list[ColumnElement[bool]] = []
    if reach.team is not None:
        parts.append(team == reach.team)
    if reach.pool:
        parts.append(team.is_(None))
    if reach.owner_id is not None:
        parts.append(owner_id == reach.owner_id)
    return or_(*parts) if parts else false()


def _contracts(reach: Reach | None) -> Select[Any]:
    owner = people.alias("owner")
    return (
        select(
            accounts.c.name.label("account"),
            *(contracts.c[name] for name in SHEETS["contracts"] if name not in _JOINED),
            owner.c.name.label("owner"),
            contracts.c.team.label("team_scope"),
            contracts.c.owner_id.label("owner_scope"),
        )
        .join(accounts, accounts.c.id == contracts.c.account_id)
        .outerjoin(owner, owner.c.id == contracts.c.owner_id)
        .where(covered(reach, contracts.c.team, contracts.c.owner_id))
        .order_by(contracts.c.id)
    )


_JOINED = frozenset({"account", "owner"})


def _accounts(reach: Reach | None) -> Select[Any]:
    return (
        select(
            accounts.c.name.label("account"),
            *(accounts.c[name] for name in SHEETS["accounts"] if name != "account"),
            accounts.c.team.label("team_scope"),
            accounts.c.csm_id.label("owner_scope"),
        )
        .where(covered(reach, accounts.c.team, accounts.c.csm_id))
        .order_by(accounts.c.id)
    )


def _contacts(reach: Reach | None) -> Select[Any]:
    return (
        select(
            accounts.c.name.label("account"),
            *(contacts.c[name] for name in SHEETS["contacts"] if name != "account"),
            accounts.c.team.label("team_scope"),
            accounts.c.csm_id.label("owner_scope"),
        )
        .join(accounts, accounts.c.id == contacts.c.account_id)
        .where(covered(reach, accounts.c.team, accounts.c.csm_id))
        .order_by(accounts.c.id, contacts.c.id)
    )


def _touches(reach: Reach | None) -> Select[Any]:
    writer = people.alias("writer")
    return (
        select(
            accounts.c.name.label("account"),
            *(touches.c[name] for name in SHEETS["touches"] if name not in ("account", "who")),
            writer.c.name.label("writer"),
            touches.c.who.label("who"),
            accounts.c.team.label("team_scope"),
            accounts.c.csm_id.label("owner_scope"),
        )
        .join(accounts, accounts.c.id == touches.c.account_id)
        .outerjoin(writer, writer.c.id == touches.c.person_id)
        .where(
            and_(touches.c.undone_at.is_(None), covered(reach, accounts.c.team, accounts.c.csm_id))
        )
        .order_by(touches.c.at)
    )


_QUERIES = {
    "contracts": _contracts,
    "accounts": _accounts,
    "contacts": _contacts,
    "touches": _touches,
}
