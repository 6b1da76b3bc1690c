"""`show 华为`: the customer in one card. A line that is only a customer's name means the same."""

from __future__ import annotations

from dataclasses import replace

from handlers.context import Context
from handlers.expansion_cards import with_expansions
from handlers.previews import link_to
from handlers.registry import Group, command
from handlers.subjects import Customer, account_word
from handlers.taps import asking, only_allowed
from handlers.veiling import shown_here, veil_customer
from messages.cards.customer import customer_card
from messages.model import Message, Note, Span
from scoring.errors import NotFound
from scoring.model import Platform
from scoring.offers import features_of
from scoring.permissions import Right


@command("show", right=Right.READ_BOOK, group=Group.CUSTOMER)
async def show(ctx: Context, customer: Customer) -> Message:
    """Everything known of a customer that the viewer may see here."""
    offers = ctx.rules.offers
    view = await ctx.tx.customers.view(customer.account.id, ctx.today, features_of(offers))
    if view is None:
        raise NotFound("error.no_such_code", code=account_word(customer.account.id))
    view = veil_customer(view, shown_here(ctx))
    renewal = customer.renewal
    focus = next(
        (r for r in view.renewals if renewal and r.contract_id == renewal.contract.id), None
    )
    asks = asking(ctx.phrases)
    card = customer_card(view, ctx.phrases, ctx.today, focus=focus, asks=asks, offers=offers)
    card = await with_expansions(ctx, card, customer)
    return only_allowed(ctx, _with_link(ctx, card, customer.account.id))


def _with_link(ctx: Context, card: Message, account_id: int) -> Message:
    """The card with its link where sharing one shows a preview."""
    link = link_to(account_id, ctx.rules.public_url)
    if not link or ctx.place.platform is not Platform.SLACK:
        return card
    return replace(card, blocks=(*card.blocks, Note((Span(ctx.t("links.link"), link=link),))))
