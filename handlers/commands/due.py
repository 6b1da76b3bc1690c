"""`due 30d mine`: what has to be renewed, the most urgent value first."""

from __future__ import annotations

from handlers import due_lists
from handlers.context import Context
from handlers.due_reading import DEFAULT_DAYS
from handlers.registry import Text, command
from messages.model import Message
from scoring.permissions import Right


@command("due", right=Right.READ_BOOK)
async def due(
    ctx: Context, words: Text | None = None, *, product: Text | None = None, page: int = 1
) -> Message:
    """List what ends in a window; words in any order say which, whose and how large."""
    typed = await due_lists.read_typed(ctx, "due", words, product)
    return await due_lists.answer(
        ctx,
        typed.words.ask(ctx, days=DEFAULT_DAYS, page=max(page, 1), product=product),
        verb="due",
        words=typed.repeated,
        switch=typed.switch,
        labels=typed.labels,
    )
