"""`factors`: which signals go with renewal, by what the book's own outcomes say."""

from __future__ import annotations

from handlers.context import Context
from handlers.registry import Group, command
from handlers.veiling import amounts_read_here
from messages.cards.factors import factors_card
from messages.model import Message
from scoring.permissions import Right


@command("factors", right=Right.READ_REPORTS, group=Group.TEAM, apart=True)
async def factors(ctx: Context) -> Message:
    """The key factors of renewal with effect, range and sample, or that there are none."""
    # Imported here: learning needs numpy, which a chat line about something else does not wait for.
    from handlers.kept_factors import factors_of_the_day

    kept = await factors_of_the_day(ctx.store, ctx.rules, ctx.now)
    # What the weak third is worth is a sum over the whole book.
    currency = ctx.rules.base_currency if amounts_read_here(ctx).every_team else None
    return factors_card(kept.n, kept.lost, kept.found, ctx.phrases, currency=currency)
