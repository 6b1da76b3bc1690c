"""`expansion mine`: customers that grow, what speaks for selling more, and what it may be worth."""

from __future__ import annotations

from dataclasses import replace

from handlers.context import Context
from handlers.due_lists import LONGEST_REPEAT
from handlers.due_reading import read_due_words
from handlers.registry import Text, command
from handlers.taps import only_allowed
from handlers.veiling import shown_here, veil_line
from messages.cards.expansion import expansion_list
from messages.model import Button, Message
from scoring.errors import BadArgument
from scoring.lists import DueScope, ExpansionAsk
from scoring.model import Money
from scoring.permissions import Field, Right, reach_of
from storage.views.expansions import ExpansionLines


@command("expansion", right=Right.READ_BOOK)
async def expansion(ctx: Context, words: Text | None = None, *, page: int = 1) -> Message:
    """List undecided expansions, the largest value first; words say whose and how large."""
    typed = " ".join((words or "").split())
    asked = await read_due_words(ctx, typed)
    if asked.period is not None:
        raise BadArgument("expansion.bad_period")
    mine = asked.scope is DueScope.MINE
    ask = ExpansionAsk(
        today=ctx.today,
        scope=asked.scope,
        person_id=ctx.viewer.id if mine else (asked.person.id if asked.person else None),
        team=asked.team,
        segment=asked.segment,
        amount_from=asked.amount.amount if asked.amount else None,
        currency=asked.amount.currency if asked.amount else "",
        amounts_of=reach_of(ctx.viewer, Field.AMOUNT),
        unclaimed=asked.unclaimed,
        snoozed=mine,
        page=max(page, 1),
        page_size=ctx.rules.page_size,
    )
    found = await ExpansionLines(ctx.tx.connection).page(ask, reach_of(ctx.viewer))
    shows = shown_here(ctx)
    found = replace(found, rows=tuple(veil_line(row, shows) for row in found.rows))
    switch = None
    if mine:
        switch = Button(ctx.t("button.all"), "expansion")
    elif ctx.viewer.id and asked.person is None:
        switch = Button(ctx.t("button.mine"), "expansion mine")
    repeated = f"expansion {typed}".strip()
    message = expansion_list(
        found,
        ctx.phrases,
        filters=_filters(ctx, found.ask, asked.person.name if asked.person else ""),
        more=f"{repeated} page={found.ask.page + 1}" if len(repeated) <= LONGEST_REPEAT else "",
        switch=switch,
    )
    return only_allowed(ctx, message)


def _filters(ctx: Context, ask: ExpansionAsk, person: str) -> list[str]:
    """What narrows the list, in words."""
    said = [ctx.t("due.mine") if ask.scope is DueScope.MINE else person]
    if ask.scope is DueScope.TEAM and ask.team:
        said.append(ask.team)
    if ask.segment is not None:
        said.append(ctx.phrases.label(ask.segment))
    if ask.amount_from is not None:
        amount = ctx.phrases.money(Money(ask.amount_from, ask.currency))
        said.append(ctx.t("due.at_least", amount=amount, currency=ask.currency))
    if ask.unclaimed:
        said.append(ctx.t("card.unclaimed"))
    return [one for one in said if one]
