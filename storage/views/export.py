"""The book's tables as streams of rows, for spreadsheets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import Select, and_, func, select

from scoring.model import OpportunityKind
from scoring.permissions import Reach
from storage.repository import Repository
from storage.tables import accounts, contacts, contracts, opportunities, people, touches
from storage.views.reached import (
    customers_within,
    expansions_within,
    owner_of_account,
    owner_of_expansion,
    owner_of_term,
    team_of_term,
    terms_within,
)

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
    "expansions": (
        "account",
        "code",
        "contract_no",
        "product",
        "stage",
        "owner",
        "claimed_by",
        "amount",
        "currency",
        "opened_on",
        "decided_on",
        "reason",
        "snoozed_until",
        "why",
        "team",
    ),
}
"""Which columns each sheet has, by their import names; what the bot made up itself is for reading."""


_BATCH = 500


class Exports(Repository):
    """Rows by sheet, filtered by what the viewer reads."""

    async def batches(self, kind: str, reach: Reach | None) -> AsyncIterator[list[dict[str, Any]]]:
        """Rows of one sheet with `team_scope` and `owner_scope`; all of them when reach is None."""
        result = await self._connection.stream(_QUERIES[kind](reach or Reach(every_team=True)))
        async for rows in result.partitions(_BATCH):
            yield [dict(row._mapping) for row in rows]

    async def more_than(self, most: int, reach: Reach | None) -> bool:
        """Whether the sheets have more than `most` rows together; counts no further."""
        left = most
        for query in _QUERIES.values():
            some = query(reach or Reach(every_team=True)).order_by(None).limit(left + 1)
            count = select(func.count()).select_from(some.subquery())
            left -= await self._connection.scalar(count) or 0
            if left < 0:
                return True
        return False


def _contracts(reach: Reach) -> Select[Any]:
    owner = people.alias("owner")
    return (
        select(
            accounts.c.name.label("account"),
            *(contracts.c[name] for name in SHEETS["contracts"] if name not in _JOINED),
            owner.c.name.label("owner"),
            team_of_term.label("team_scope"),
            owner_of_term.label("owner_scope"),
        )
        .join(accounts, accounts.c.id == contracts.c.account_id)
        .outerjoin(owner, owner.c.id == contracts.c.owner_id)
        .where(terms_within(reach))
        .order_by(contracts.c.id)
    )


_JOINED = frozenset({"account", "owner"})


def _accounts(reach: Reach) -> Select[Any]:
    return (
        select(
            accounts.c.name.label("account"),
            *(accounts.c[name] for name in SHEETS["accounts"] if name != "account"),
            accounts.c.team.label("team_scope"),
            owner_of_account.label("owner_scope"),
        )
        .where(customers_within(reach))
        .order_by(accounts.c.id)
    )


def _contacts(reach: Reach) -> Select[Any]:
    return (
        select(
            accounts.c.name.label("account"),
            *(contacts.c[name] for name in SHEETS["contacts"] if name != "account"),
            accounts.c.team.label("team_scope"),
            owner_of_account.label("owner_scope"),
        )
        .join(accounts, accounts.c.id == contacts.c.account_id)
        .where(customers_within(reach))
        .order_by(accounts.c.id, contacts.c.id)
    )


def _touches(reach: Reach) -> Select[Any]:
    writer = people.alias("writer")
    return (
        select(
            accounts.c.name.label("account"),
            *(touches.c[name] for name in SHEETS["touches"] if name not in ("account", "who")),
            writer.c.name.label("writer"),
            touches.c.who.label("who"),
            accounts.c.team.label("team_scope"),
            owner_of_account.label("owner_scope"),
        )
        .join(accounts, accounts.c.id == touches.c.account_id)
        .outerjoin(writer, writer.c.id == touches.c.person_id)
        .where(and_(touches.c.undone_at.is_(None), customers_within(reach)))
        .order_by(touches.c.at)
    )


def _expansions(reach: Reach) -> Select[Any]:
    """Rows as they are kept; `why` are the facts, the instants are for whoever shows days."""
    owner, claimer = people.alias("owner"), people.alias("claimer")
    return (
        select(
            accounts.c.name.label("account"),
            opportunities.c.id,
            contracts.c.contract_no,
            contracts.c.product,
            opportunities.c.stage,
            owner.c.name.label("owner"),
            claimer.c.name.label("claimed_by"),
            opportunities.c.amount,
            opportunities.c.currency,
            opportunities.c.opened_at,
            opportunities.c.decided_at,
            opportunities.c.reason,
            opportunities.c.snoozed_until,
            opportunities.c.why,
            team_of_term.label("team"),
            team_of_term.label("team_scope"),
            owner_of_expansion.label("owner_scope"),
        )
        .select_from(opportunities)
        .join(contracts, contracts.c.id == opportunities.c.contract_id)
        .join(accounts, accounts.c.id == opportunities.c.account_id)
        .outerjoin(owner, owner.c.id == owner_of_expansion)
        .outerjoin(claimer, claimer.c.id == opportunities.c.claimed_by_id)
        .where(opportunities.c.kind == OpportunityKind.EXPANSION, expansions_within(reach))
        .order_by(opportunities.c.id)
    )


_QUERIES = {
    "contracts": _contracts,
    "accounts": _accounts,
    "contacts": _contacts,
    "touches": _touches,
    "expansions": _expansions,
}
