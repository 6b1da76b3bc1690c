"""`risk mine`: the work list of the week, by value × risk × time, with reasons and plays."""

from __future__ import annotations

from dataclasses import replace

from handlers import due_lists
from handlers.context import Context
from handlers.due_lists import LONGEST_REPEAT
from handlers.due_reading import read_due_words
from handlers.registry import Text, command
from handlers.taps import only_allowed
from handlers.veiling import shown_here, veil_line
from handlers.work_list import risk_rows
from messages.cards.risk import risk_list
from messages.lines import quoted
from messages.model import Button, Message
from scoring.permissions import Right, reach_of
from scoring.views import DueScope
from scoring.work_list import RISKY

HORIZON_DAYS = 365
"""Who may leave is work long before the end is near; the order says what comes first."""

PAGE_SIZE = 5
"""A line here is three: fewer of them fill a screen."""


@command("risk", right=Right.READ_BOOK)
async def risk(
    ctx: Context, words: Text | None = None, *, product: Text | None = None, page: int = 1
) -> Message:
    """List whose customers are at risk, what speaks against them, and what to do."""
    typed = " ".join((words or "").split())
    asked = await read_due_words(ctx, typed)
    repeated = f"{typed} product={quoted(product)}" if product else typed
    switch = None
    labels = []
    if asked.scope is DueScope.MINE:
        labels.append(ctx.t("due.mine"))
        switch = Button(ctx.t("button.all"), "risk")
    elif asked.person is not None:
        labels.append(asked.person.name)
    elif ctx.viewer.id:
        switch = Button(ctx.t("button.mine"), f"risk {repeated} mine".replace("  ", " "))
    said = asked.ask(ctx, days=HORIZON_DAYS, page=max(page, 1), product=product)
    ask = replace(
        said,
        bands=said.bands or RISKY,
        page_size=min(said.page_size, PAGE_SIZE),
        open_ended=asked.period is None,
    )
    found = await ctx.tx.due.page(ask, reach_of(ctx.viewer))
    shows = shown_here(ctx)
    rows = await risk_rows(ctx.tx, [veil_line(row, shows) for row in found.rows])
    line = f"risk {repeated}".strip()
    more = f"{line} page={found.ask.page + 1}" if len(line) <= LONGEST_REPEAT else ""
    message = risk_list(
        found,
        rows,
        ctx.phrases,
        ctx.today,
        filters=[*labels, *due_lists.filters_of(ctx, said)],
        more=more,
        switch=switch,
    )
    return only_allowed(ctx, message)
