"""A customer's expansions below its card, and the taps of the one that was asked for."""

from __future__ import annotations

from dataclasses import replace

from handlers.context import Context
from handlers.subjects import Customer
from handlers.taps import asking
from handlers.veiling import shown_here, veil_line
from messages.cards.expansion import because, expansions_part
from messages.cards.parts import action_buttons
from messages.model import Message
from storage.views.expansions import ExpansionLines


async def with_expansions(ctx: Context, card: Message, customer: Customer) -> Message:
    """The card of a customer with what may be sold besides.

    A line that names an expansion (`show E-43`) gets its reasons and its buttons.
    """
    lines = ExpansionLines(ctx.tx.connection)
    shows = shown_here(ctx)
    asked = customer.renewal.opportunity if customer.renewal else None
    found = await lines.of_account(customer.account.id)
    if asked is not None and asked.expansion:
        named = veil_line((await lines.of([asked.id]))[asked.id], shows)
        others = [line for line in found if line.opportunity_id != asked.id]
        blocks = [
            *expansions_part(ctx.phrases, [named, *others]),
            *([] if named.decided else because(ctx.phrases, named)),
        ]
        buttons = action_buttons(ctx.phrases, named, asking(ctx.phrases), summary=False)
        return replace(card, blocks=(*card.blocks, *blocks), buttons=buttons or card.buttons)
    if not found:
        return card
    part = expansions_part(ctx.phrases, [veil_line(line, shows) for line in found])
    return replace(card, blocks=(*card.blocks, *part))
