"""Opportunities go with their term: to its present countdown, or to the term that follows it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Date, and_, bindparam, case, exists, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.model import ContractStatus, OpportunityKind, Stage
from storage.tables import contracts, opportunities, renewals

_DECIDED = (Stage.WON, Stage.LOST)

_MOST_TERMS_AT_ONCE = 10
"""Terms in a row that are renewed by one file; longer rows are followed by the next one."""


async def follow_countdown(
    connection: AsyncConnection, contract_id: int, *, today: date | None = None
) -> None:
    """Carry the undecided renewal of a term over to the term's present countdown, claim and all.

    With `today`, one that had lapsed is worked on again when its term now ends later.
    """
    term = select(contracts).where(contracts.c.id == contract_id).subquery()
    of_term = and_(
        opportunities.c.contract_id == contract_id,
        opportunities.c.kind == OpportunityKind.RENEWAL,
    )
    latest = (
        select(opportunities.c.id)
        .where(of_term, opportunities.c.stage.not_in(_DECIDED))
        .order_by(opportunities.c.countdown_no.desc())
        .limit(1)
    )
    taken = opportunities.alias()
    present_no = select(term.c.countdown_no).scalar_subquery()
    values: dict[str, Any] = {"countdown_no": present_no}
    if today is not None:
        values["stage"] = case(
            (
                and_(
                    opportunities.c.stage == Stage.LAPSED,
                    select(term.c.ends_on).scalar_subquery() > today,
                ),
                Stage.OPEN.value,
            ),
            else_=opportunities.c.stage,
        )
    await connection.execute(
        update(opportunities)
        .where(
            opportunities.c.id == latest.scalar_subquery(),
            ~exists().where(
                taken.c.contract_id == contract_id,
                taken.c.kind == OpportunityKind.RENEWAL,
                taken.c.countdown_no == present_no,
            ),
        )
        .values(**values, version=opportunities.c.version + 1)
    )


_FOLLOW = text(
    """
    UPDATE opportunities AS o SET countdown_no = c.countdown_no, version = o.version + 1,
        stage = CASE WHEN o.stage = 'lapsed' AND c.ends_on > :today THEN 'open' ELSE o.stage END
    FROM contracts c
    WHERE c.id = o.contract_id AND c.clock_rev > :seen_rev AND c.clock_rev <= :up_to_rev
      AND c.status = 'active' AND c.countdown_no > o.countdown_no
      AND o.kind = 'renewal' AND o.stage NOT IN ('won', 'lost')
      AND NOT EXISTS (SELECT 1 FROM opportunities n
                      WHERE n.contract_id = o.contract_id AND n.kind = 'renewal'
                        AND n.countdown_no > o.countdown_no)
    """
).bindparams(bindparam("today", type_=Date()))


async def follow_countdowns(
    connection: AsyncConnection, *, seen_rev: int, up_to_rev: int, today: date
) -> int:
    """`follow_countdown` for the terms that changed between two revisions; returns how many.

    On PostgreSQL a renewal may be opened for a term while its change, which cannot see it, waits
    to be committed.
    """
    revs = {"seen_rev": seen_rev, "up_to_rev": up_to_rev, "today": today}
    return max((await connection.execute(_FOLLOW, revs)).rowcount, 0)


async def carry_expansions(connection: AsyncConnection, *, clock_rev: int) -> None:
    """Let the undecided expansions of terms that were renewed under `clock_rev` follow them.

    A term that follows may be renewed already, hence the steps; a circle of terms ends them.
    """
    ours = and_(
        opportunities.c.kind == OpportunityKind.EXPANSION, opportunities.c.stage.not_in(_DECIDED)
    )
    renewed = select(contracts.c.id).where(
        contracts.c.clock_rev == clock_rev, contracts.c.status == ContractStatus.RENEWED
    )
    following = (
        select(func.max(renewals.c.successor_id))
        .join(contracts, contracts.c.contract_no == renewals.c.predecessor_no)
        .where(contracts.c.id == opportunities.c.contract_id)
        .correlate(opportunities)
        .scalar_subquery()
    )
    for _ in range(_MOST_TERMS_AT_ONCE):
        carried = await connection.execute(
            update(opportunities)
            .where(ours, opportunities.c.contract_id.in_(renewed), following.is_not(None))
            .values(contract_id=following, version=opportunities.c.version + 1)
        )
        if not carried.rowcount:
            return


async def bring_back_expansions(connection: AsyncConnection, successor_id: int) -> None:
    """Let the undecided expansions of a term that is taken back be those of the one before it."""
    before = (
        select(contracts.c.id)
        .join(renewals, renewals.c.predecessor_no == contracts.c.contract_no)
        .where(renewals.c.successor_id == successor_id)
        .order_by(contracts.c.id)
        .limit(1)
        .scalar_subquery()
    )
    await connection.execute(
        update(opportunities)
        .where(
            opportunities.c.contract_id == successor_id,
            opportunities.c.kind == OpportunityKind.EXPANSION,
            opportunities.c.stage.not_in(_DECIDED),
            before.is_not(None),
        )
        .values(contract_id=before, version=opportunities.c.version + 1)
    )
