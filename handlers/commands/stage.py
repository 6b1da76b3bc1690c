"""`stage R-42 proposal`: how far it has come."""

from __future__ import annotations

from handlers.commands.won import won
from handlers.context import Context
from handlers.deciding import move, opportunity_of
from handlers.followups import tell_owner, tell_places
from handlers.registry import command
from handlers.replies import said
from handlers.subjects import Renewal
from handlers.undoing import undo_button
from messages.model import Button, Message
from scoring.errors import MissingArgument
from scoring.model import Stage
from scoring.permissions import Right
from storage.audit import Change


@command("stage", right=Right.CHANGE_STAGE, changes=True)
async def stage(ctx: Context, renewal: Renewal, to: Stage) -> Message:
    """Move a renewal on; won and lost are the commands of those names and ask what they need."""
    if to is Stage.WON:
        return await won.run(ctx, renewal)
    if to is Stage.LOST:
        asks = MissingArgument("lost", "reason")
        asks.given = (renewal.word,)
        raise asks
    opportunity = await opportunity_of(ctx, renewal)
    await move(ctx, renewal, opportunity, to)
    await ctx.record(
        Change(
            "stage",
            "opportunity",
            opportunity.id,
            {"stage": opportunity.stage, "reason": opportunity.reason},
            {"stage": to, "reason": None},
        )
    )
    how = {"stage": to.value}
    await tell_places(ctx, opportunity.id, "staged", who=ctx.viewer.name, how=how)
    if renewal.owner_id not in (None, ctx.viewer.id):
        await tell_owner(ctx, opportunity.id, renewal.owner_id, "staged", who=ctx.viewer.name)
    return said(
        ctx.t(
            "stage.done",
            code=opportunity.code,
            account=renewal.account.name,
            before=ctx.phrases.label(opportunity.stage),
            after=ctx.phrases.label(to),
        ),
        buttons=(
            Button(ctx.t("button.log"), f"log {opportunity.code}"),
            Button(ctx.t("button.won"), f"won {opportunity.code} ?"),
            *await undo_button(ctx, "stage"),
        ),
    )
