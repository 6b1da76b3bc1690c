"""`risk mine`: the work list of the week, by value × risk × time, with reasons and plays."""

from __future__ import annotations

from dataclasses import replace

from handlers import due_lists
from handlers.context import Context
from handlers.due_lists import LONGEST_REPEAT
from handlers.registry import Text, command
from handlers.taps import only_allowed
from handlers.veiling import shown_here, veil_line
from handlers.work_list import risk_rows
from messages.cards.risk import risk_list
from messages.model import Message
from scoring.permissions import Right, reach_of
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
    typed = await due_lists.read_typed(ctx, "risk", words, product)
    said = typed.words.ask(ctx, days=HORIZON_DAYS, page=max(page, 1), product=product)
    ask = replace(
        said,
        bands=said.bands or RISKY,
        page_size=min(said.page_size, PAGE_SIZE),
        open_ended=typed.words.period is None,
    )
    found = await ctx.tx.due.page(ask, reach_of(ctx.viewer))
    shows = shown_here(ctx)
    rows = await risk_rows(ctx.tx, [veil_line(row, shows) for row in found.rows])
    line = f"risk {typed.repeated}".strip()
    more = f"{line} page={found.ask.page + 1}" if len(line) <= LONGEST_REPEAT else ""
    message = risk_list(
        found,
        rows,
        ctx.phrases,
        ctx.today,
        filters=[*typed.labels, *due_lists.filters_of(ctx, said)],
        more=more,
        switch=typed.switch,
    )
    return only_allowed(ctx, message)
