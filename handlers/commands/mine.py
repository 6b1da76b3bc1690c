"""`mine`: what I own or claimed, for the next quarter, and what I promised to do."""

from __future__ import annotations

from dataclasses import replace

from handlers import due_lists
from handlers.context import Context
from handlers.due_reading import read_due_words
from handlers.registry import Text, command
from handlers.veiling import shown_here, veil_line
from messages.cards.expansion import whose_part
from messages.model import Bullets, Button, Message, Paragraph, Span, bold
from scoring.lists import DueScope, ExpansionAsk
from scoring.permissions import Right, reach_of
from storage.views.expansions import ExpansionLines

DAYS = 90

MOST_EXPANSIONS = 3
"""The largest; `expansion mine` has the others."""


@command("mine", right=Right.READ_BOOK)
async def mine(ctx: Context, words: Text | None = None, *, page: int = 1) -> Message:
    """List one's own renewals; the first page has the next steps that are due and expansions."""
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
    if page > 1 or not ctx.viewer.id:
        return message
    return await _with_expansions(ctx, await _with_promises(ctx, message))


async def _with_promises(ctx: Context, message: Message) -> Message:
    """The next steps that are due, above everything."""
    promises = await ctx.tx.promises.of_person(ctx.viewer.id, ctx.today)
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


async def _with_expansions(ctx: Context, message: Message) -> Message:
    """The largest of one's expansions, below the renewals."""
    found = await ExpansionLines(ctx.tx.connection).page(
        ExpansionAsk(
            today=ctx.today,
            scope=DueScope.MINE,
            person_id=ctx.viewer.id,
            page_size=MOST_EXPANSIONS,
        ),
        reach_of(ctx.viewer),
    )
    if not found.rows:
        return message
    shows = shown_here(ctx)
    found = replace(found, rows=tuple(veil_line(row, shows) for row in found.rows))
    blocks, see_all = whose_part(ctx.phrases, found)
    buttons = (*message.buttons, see_all)
    return replace(message, blocks=(*message.blocks, *blocks), buttons=buttons)
