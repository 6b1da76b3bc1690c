"""`claim R-42`: this renewal (or expansion, `E-43`) is mine. Whoever is first has it."""

from __future__ import annotations

from handlers.context import Context
from handlers.deciding import already_decided, opportunity_of
from handlers.followups import tell_owner, tell_places
from handlers.registry import command
from handlers.replies import said
from handlers.subjects import Renewal
from handlers.undoing import undo_button
from messages.model import Button, Message
from scoring.errors import AlreadyClaimed, Refused
from scoring.permissions import Right
from storage.audit import Change


@command("claim", right=Right.CLAIM, changes=True)
async def claim(ctx: Context, renewal: Renewal) -> Message:
    """Claim by compare-and-set; the loser is told who has it and since when."""
    if not ctx.viewer.id:
        raise Refused("error.nobody_speaks")
    opportunity = await opportunity_of(ctx, renewal)
    won = await ctx.tx.opportunities.claim(opportunity.id, ctx.viewer.id, at=ctx.now)
    if not won:
        await _refuse(ctx, opportunity.id, renewal)
    await ctx.record(
        Change(
            "claim",
            "opportunity",
            opportunity.id,
            {"claimed_by_id": None, "claimed_at": None},
            {"claimed_by_id": ctx.viewer.id, "claimed_at": ctx.now},
        )
    )
    await tell_places(ctx, opportunity.id, "claimed", who=ctx.viewer.name)
    if renewal.owner_id not in (None, ctx.viewer.id):
        await tell_owner(ctx, opportunity.id, renewal.owner_id, "claimed", who=ctx.viewer.name)
    dates = (renewal.contract.cancel_by_on, renewal.contract.ends_on)
    ahead = [on for on in dates if on is not None and on >= ctx.today]
    done = "claim.done" if ahead or renewal.contract.ends_on is None else "claim.done_late"
    return said(
        ctx.t(
            "expansion.claimed" if renewal.expansion else done,
            code=opportunity.code,
            account=renewal.account.name,
            on=min(ahead, default=renewal.contract.ends_on),
        ),
        buttons=(
            Button(ctx.t("button.log"), f"log {opportunity.code}"),
            Button(ctx.t("button.show"), f"show {opportunity.code}"),
            *await undo_button(ctx, "claim"),
        ),
    )


async def _refuse(ctx: Context, opportunity_id: int, renewal: Renewal) -> None:
    now = await ctx.tx.opportunities.get(opportunity_id)
    if now is None or now.stage.decided:
        raise already_decided(renewal)
    if now.claimed_by_id == ctx.viewer.id:
        raise Refused("claim.yours_already", code=now.code, account=renewal.account.name)
    if now.claimed_at is None:  # given back between the two looks
        raise Refused("error.changed_meanwhile", account=renewal.account.name)
    winner = await ctx.tx.people.get(now.claimed_by_id) if now.claimed_by_id else None
    raise AlreadyClaimed(
        "error.already_claimed",
        account=renewal.account.name,
        who=winner.name if winner else ctx.t("common.unknown"),
        on=ctx.phrases.day(now.claimed_at.astimezone(ctx.rules.zone).date()),
        at=ctx.phrases.clock(now.claimed_at, ctx.rules.zone),
    )
