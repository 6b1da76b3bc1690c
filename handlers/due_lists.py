"""A page of renewals as an answer: asked from the book, veiled, drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from handlers.context import Context
from handlers.due_reading import LATE_DAYS, DueWords, read_due_words
from handlers.taps import only_allowed
from handlers.veiling import shown_here, veil_line
from messages.cards.due import due_list
from messages.lines import quoted
from messages.model import Button, Message
from scoring.health.model import Band
from scoring.lists import DueAsk, DueScope
from scoring.model import Money
from scoring.permissions import reach_of

LONGEST_REPEAT = 120
"""Characters of the typed words that a "more" button repeats."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What a line asks for, how it is said again, and the tap that leads to the other scope."""

    words: DueWords
    repeated: str
    labels: tuple[str, ...]
    switch: Button | None


async def read_typed(ctx: Context, verb: str, words: str | None, product: str | None) -> Typed:
    """Read the words after `verb`; whose list it is says its label or the tap to one's own."""
    typed = " ".join((words or "").split())
    asked = await read_due_words(ctx, typed)
    repeated = f"{typed} product={quoted(product)}" if product else typed
    if asked.scope is DueScope.MINE:
        switch = Button(ctx.t("button.all"), verb)
        return Typed(asked, repeated, (ctx.t("due.mine"),), switch)
    if asked.person is not None:
        return Typed(asked, repeated, (asked.person.name,), None)
    mine = f"{verb} {repeated} mine".replace("  ", " ")
    switch_to = Button(ctx.t("button.mine"), mine) if ctx.viewer.id else None
    return Typed(asked, repeated, (), switch_to)


async def answer(
    ctx: Context,
    ask: DueAsk,
    *,
    verb: str,
    words: str,
    switch: Button | None = None,
    labels: Sequence[str] = (),
) -> Message:
    """The page that `ask` wants; `verb` and `words` are how its next page is asked for."""
    page = await ctx.tx.due.page(ask, reach_of(ctx.viewer))
    shows = shown_here(ctx)
    page = replace(page, rows=tuple(veil_line(row, shows) for row in page.rows))
    repeated = f"{verb} {words}".strip()
    more = f"{repeated} page={page.ask.page + 1}" if len(repeated) <= LONGEST_REPEAT else ""
    message = due_list(
        page,
        ctx.phrases,
        ctx.today,
        title=title_of(ctx, ask),
        filters=[*labels, *filters_of(ctx, ask)],
        more=more,
        switch=switch,
    )
    return only_allowed(ctx, message)


def title_of(ctx: Context, ask: DueAsk) -> str:
    """The window in words."""
    days = (ask.to_on - ctx.today).days
    if ask.from_on == ctx.today - timedelta(days=LATE_DAYS) and days > 0:
        return ctx.phrases.tn("due.within", days)
    return ctx.t("due.between", first=ask.from_on, last=ask.to_on)


def filters_of(ctx: Context, ask: DueAsk) -> list[str]:
    """What narrows the list, in words."""
    found = []
    if ask.scope is DueScope.TEAM and ask.team:
        found.append(ask.team)
    if ask.segment is not None:
        found.append(ctx.phrases.label(ask.segment))
    if ask.product:
        found.append(ask.product)
    if ask.amount_from is not None:
        amount = ctx.phrases.money(Money(ask.amount_from, ask.currency))
        found.append(ctx.t("due.at_least", amount=amount, currency=ask.currency))
    found += [ctx.phrases.label(band) for band in Band if band in ask.bands]
    if ask.p_from is not None:
        found.append(ctx.t("due.p_from", share=ctx.phrases.percent(ask.p_from)))
    if ask.p_below is not None:
        found.append(ctx.t("due.p_below", share=ctx.phrases.percent(ask.p_below)))
    if ask.unclaimed:
        found.append(ctx.t("card.unclaimed"))
    return found
