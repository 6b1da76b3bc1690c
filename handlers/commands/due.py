"""`due 30d mine`: what has to be renewed, the most urgent value first."""

from __future__ import annotations

from handlers import due_lists
from handlers.context import Context
from handlers.due_reading import DEFAULT_DAYS, read_due_words
from handlers.registry import Text, command
from messages.lines import quoted
from messages.model import Button, Message
from scoring.permissions import Right
from scoring.views import DueScope


@command("due", right=Right.READ_BOOK)
async def due(
    ctx: Context, words: Text | None = None, *, product: Text | None = None, page: int = 1
) -> Message:
    """List what ends in a window; words in any order say which, whose and how large."""
    typed = " ".join((words or "").split())
    asked = await read_due_words(ctx, typed)
    repeated = f"{typed} product={quoted(product)}" if product else typed
    switch = None
    labels = []
    if asked.scope is DueScope.MINE:
        labels.append(ctx.t("due.mine"))
        switch = Button(ctx.t("button.all"), "due")
    elif asked.person is not None:
        labels.append(asked.person.name)
    elif ctx.viewer.id:
        switch = Button(ctx.t("button.mine"), f"due {repeated} mine".replace("  ", " "))
    return await due_lists.answer(
        ctx,
        asked.ask(ctx, days=DEFAULT_DAYS, page=max(page, 1), product=product),
        verb="due",
        words=repeated,
        switch=switch,
        labels=labels,
    )
