"""`cancel`: leave a question unanswered."""

from __future__ import annotations

from handlers.asking import asked_there
from handlers.context import Context
from handlers.registry import Group, command
from handlers.replies import said
from messages.model import Message
from scoring.permissions import Right


@command("cancel", right=Right.OWN_SETTINGS, group=Group.SELF, changes=True)
async def cancel(ctx: Context) -> Message:
    """Drop what the bot has asked here; whatever was already done stays done."""
    dropped = await ctx.tx.questions.drop(*asked_there(ctx.incoming))
    return said(ctx.t("cancel.done" if dropped else "cancel.nothing"))
