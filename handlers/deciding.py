"""What commands on one renewal have in common: the opportunity to work on, and stage moves."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from handlers.context import Context
from handlers.subjects import Renewal
from scoring import lifecycle
from scoring.errors import Refused
from scoring.model import ContractStatus, Opportunity, Stage


def decided(renewal: Renewal) -> bool:
    """Whether nothing can happen to it any more: by its stage, or by its contract's status."""
    opportunity = renewal.opportunity
    if opportunity is not None and opportunity.stage.decided:
        return True
    if renewal.expansion:  # goes on with the term that follows
        return renewal.contract.status in (ContractStatus.LOST, ContractStatus.CANCELLED)
    return renewal.contract.status is not ContractStatus.ACTIVE


def already_decided(renewal: Renewal) -> Refused:
    """What is said to whoever comes too late."""
    key = "expansion.decided" if renewal.expansion else "error.already_decided"
    return Refused(key, account=renewal.account.name)


async def opportunity_of(ctx: Context, renewal: Renewal) -> Opportunity:
    """Its opportunity, that of a renewal opened when nobody did yet; Refused when it is decided."""
    opportunity = renewal.opportunity
    if decided(renewal):
        raise already_decided(renewal)
    if opportunity is not None:
        return opportunity
    return await ctx.tx.opportunities.open_for(
        renewal.contract.id, owner_id=renewal.owner_id, now=ctx.now
    )


async def take_turn(ctx: Context, renewal: Renewal) -> tuple[int, Renewal]:
    """The number of a change that concerns the clock, and the renewal as it then is.

    To be asked for before anything is changed: who changes the same contract waits here, and may
    have changed it since it was read.
    """
    rev = await ctx.tx.marks.next_rev()
    opportunities = ctx.tx.opportunities
    if renewal.opportunity is not None and renewal.expansion:
        opportunity = await opportunities.get(renewal.opportunity.id)
    else:
        opportunity = await opportunities.of_contract(renewal.contract.id)
    of_term = opportunity.contract_id if opportunity else renewal.contract.id
    contract = await ctx.tx.contracts.get(of_term)
    return rev, replace(
        renewal,
        contract=contract or renewal.contract,
        opportunity=opportunity or renewal.opportunity,
    )


async def move(
    ctx: Context,
    renewal: Renewal,
    opportunity: Opportunity,
    to: Stage,
    *,
    reason: str | None = None,
    amount: Decimal | None = None,
) -> None:
    """Change the stage by the rules and by compare-and-set; Refused says what stands against it."""
    try:
        lifecycle.move(opportunity, to, at=ctx.now, reason=reason)
    except Refused as fault:
        raise Refused(
            fault.key,
            account=renewal.account.name,
            stage=ctx.phrases.label(opportunity.stage),
            to=ctx.phrases.label(to),
        ) from None
    moved = await ctx.tx.opportunities.move(
        opportunity.id,
        expect=opportunity.stage,
        to=to,
        at=ctx.now,
        reason=reason,
        amount=amount,
    )
    if not moved:
        now = await ctx.tx.opportunities.get(opportunity.id)
        raise Refused(
            "stage.moved_meanwhile",
            account=renewal.account.name,
            stage=ctx.phrases.label(now.stage if now else opportunity.stage),
        )
