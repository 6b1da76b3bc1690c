"""`mine`: what I own or claimed, for the next quarter, and what I promised to do."""

from __future__ import annotations

from dataclasses import replace

from handlers import due_lists
from handlers.context import Context
from handlers.due_reading import read_due_words
from handlers.registry import Text, command
from messages.model import Bullets, Button, Message, Paragraph, Span, bold
from scoring.permissions import Right
from scoring.views import DueScope

DAYS = 90


@command("mine", right=Right.READ_BOOK)
async def mine(ctx: Context, words: Text | None = None, *, page: int = 1) -> Message:
    """List one's own renewals; the first page begins with the next steps that are due."""
    typed = " ".join((words or "").split())
    asked = await read_due_words(ctx, typed)
    asked.scope, asked.person = DueScope.MINE, None
    message = await due_lists.answer(
        ctx,
        asked.ask(ctx, days=DAYS, page=max(page, 1), product=None),
        verb="mine",
        words=typed,
        switch=Button(ctx.t("button.due"), "due"),
        labels=[ctx.t("due.mine")],
    )
    promises = await ctx.tx.promises.of_person(ctx.viewer.id, ctx.today) if page <= 1 else []
    if not promises:
        return message
    items = tuple(
        (
            Span(ctx.phrases.days_away((promise.next_on - ctx.today).days), bold=True),
            Span(f" · {promise.account} · {ctx.phrases.label(promise.kind)}"),
            Span(f" · {promise.contact}" if promise.contact else ""),
        )
        for promise in promises
    )
    heading, *rest = message.blocks
    blocks = (heading, Paragraph(bold(ctx.t("mine.promised"))), Bullets(items), *rest)
    return replace(message, blocks=blocks)
