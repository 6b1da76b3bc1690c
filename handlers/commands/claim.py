"""`claim R-42`: this renewal is mine. Whoever is first has it."""

from __future__ import annotations

from handlers.context import Context
from handlers.followups import tell_owner, tell_places
from handlers.registry import command
from handlers.subjects import Renewal
from messages.model import Button, Message, Paragraph, plain
from scoring.errors import AlreadyClaimed, Refused
from scoring.permissions import Right
from storage.audit import Change


@command("claim", right=Right.CLAIM, changes=True)
async def claim(ctx: Context, renewal: Renewal) -> Message:
    """Claim by compare-and-set; the loser is told who has it and since when."""
    opportunity = renewal.opportunity or await ctx.tx.opportunities.open_for(
        renewal.contract.id, owner_id=renewal.owner_id, now=ctx.now
    )
    won = await ctx.tx.opportunities.claim(opportunity.id, ctx.viewer.id, at=ctx.now)
    if not won:
        await _refuse(ctx, opportunity.id, renewal)
    await ctx.record(
        Change(
            "claim",
            "opportunity",
            opportunity.id,
            {"claimed_by": None},
            {"claimed_by": ctx.viewer.name},
        )
    )
    await tell_places(ctx, opportunity.id, "claimed", who=ctx.viewer.name)
    if renewal.owner_id not in (None, ctx.viewer.id):
        await tell_owner(ctx, opportunity.id, renewal.owner_id, "claimed", who=ctx.viewer.name)
    sentence = ctx.t(
        "claim.done",
        code=opportunity.code,
        account=renewal.account.name,
        on=renewal.contract.countdown_on,
    )
    return Message(
        summary=sentence,
        blocks=(Paragraph(plain(sentence)),),
        buttons=(
            Button(ctx.t("button.log"), f"log {opportunity.code}"),
            Button(ctx.t("button.show"), f"show {opportunity.code}"),
            Button(ctx.t("button.release"), f"release {opportunity.code}"),
        ),
    )


async def _refuse(ctx: Context, opportunity_id: int, renewal: Renewal) -> None:
    now = await ctx.tx.opportunities.get(opportunity_id)
    if now is None or now.stage.decided:
        raise Refused("error.already_decided", account=renewal.account.name)
    if now.claimed_by_id == ctx.viewer.id:
        raise Refused("claim.yours_already", code=now.code, account=renewal.account.name)
    winner = await ctx.tx.people.get(now.claimed_by_id) if now.claimed_by_id else None
    raise AlreadyClaimed(
        "error.already_claimed",
        account=renewal.account.name,
        who=winner.name if winner else ctx.t("common.unknown"),
        at=ctx.phrases.instant(now.claimed_at, ctx.rules.zone) if now.claimed_at else "",
    )
