"""The terms that will be talked about in the coming days, streamed for the simulation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.model import Contract, OpportunityKind, Segment
from storage.contracts import contract_of
from storage.ruled_owner import ruled_owner
from storage.tables import accounts, contracts, ledger, opportunities

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Ahead:
    """A term with what decides who hears of it, and the milestones that were crossed already.

    `known_on` and `crossed` (as anchor:offset) are the ledger's side of it; `opened` whether its
    renewal has an opportunity.
    """

    contract: Contract
    segment: Segment
    known_on: date
    crossed: frozenset[tuple[str, int]]
    opened: bool
    worker_id: int | None
    ruled_owner_id: int | None


async def terms_ahead(connection: AsyncConnection, *, until: date) -> AsyncIterator[Ahead]:
    """Active terms whose countdown is at or before `until`, by id."""
    entry = ledger.c.anchor.concat(":").concat(ledger.c.offset_days)
    joined = (
        func.group_concat(entry)
        if connection.dialect.name == "sqlite"
        else func.string_agg(entry, literal_column("','"))
    )
    crossed = (
        select(joined)
        .where(
            ledger.c.contract_id == contracts.c.id,
            ledger.c.countdown_no == contracts.c.countdown_no,
        )
        .correlate(contracts)
        .scalar_subquery()
    )
    query = (
        select(
            contracts,
            crossed.label("crossed"),
            opportunities.c.id.label("opportunity_id"),
            opportunities.c.claimed_by_id,
            opportunities.c.owner_id.label("opportunity_owner_id"),
            literal_column(ruled_owner(contract="contracts", account="accounts")).label("ruled_id"),
        )
        .join(accounts, accounts.c.id == contracts.c.account_id)
        .outerjoin(
            opportunities,
            and_(
                opportunities.c.contract_id == contracts.c.id,
                opportunities.c.countdown_no == contracts.c.countdown_no,
                opportunities.c.kind == OpportunityKind.RENEWAL,
            ),
        )
        .where(literal_column("contracts.status = 'active'"), contracts.c.countdown_on <= until)
        .order_by(contracts.c.id)
        .execution_options(yield_per=CHUNK)
    )
    async with connection.stream(query) as rows:
        async for row in rows:
            yield Ahead(
                contract=contract_of(row),
                segment=Segment(row.segment),
                known_on=row.known_on,
                crossed=_crossed(row.crossed),
                opened=row.opportunity_id is not None,
                worker_id=row.claimed_by_id or row.opportunity_owner_id or row.owner_id,
                ruled_owner_id=row.ruled_id,
            )


def _crossed(text: str | None) -> frozenset[tuple[str, int]]:
    if not text:
        return frozenset()
    pairs = (entry.partition(":") for entry in text.split(","))
    return frozenset((anchor, int(offset)) for anchor, _, offset in pairs)
