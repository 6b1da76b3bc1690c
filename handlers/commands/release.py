"""`release R-42`: back to the pool, for somebody else to claim."""

from __future__ import annotations

from handlers.context import Context
from handlers.followups import tell_places
from handlers.registry import command
from handlers.replies import said
from handlers.subjects import Renewal
from handlers.undoing import undo_button
from messages.model import Button, Message
from scoring.errors import Refused
from scoring.permissions import Right
from storage.audit import Change


@command("release", right=Right.CLAIM, changes=True)
async def release(ctx: Context, renewal: Renewal) -> Message:
    """Give a claim back; only the one who holds it can."""
    opportunity = renewal.opportunity
    if opportunity is None or not await ctx.tx.opportunities.release(opportunity.id, ctx.viewer.id):
        raise Refused("release.not_yours", account=renewal.account.name)
    await ctx.record(
        Change(
            "release",
            "opportunity",
            opportunity.id,
            {"claimed_by_id": ctx.viewer.id, "claimed_at": opportunity.claimed_at},
            {"claimed_by_id": None, "claimed_at": None},
        )
    )
    await tell_places(ctx, opportunity.id, "released", who=ctx.viewer.name)
    return said(
        ctx.t("release.done", code=opportunity.code, account=renewal.account.name),
        buttons=(
            Button(ctx.t("button.claim"), f"claim {opportunity.code}"),
            *await undo_button(ctx, "release"),
        ),
    )
