"""`health 华为`: how a customer is doing, why, what changed, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.context import Context
from handlers.health import health_of
from handlers.models.in_force import file_in_force
from handlers.registry import Group, command
from handlers.subjects import Customer, account_word
from handlers.taps import asking, only_allowed
from handlers.veiling import shown_here, veil_customer
from messages.model import Message
from scoring.errors import NotFound
from scoring.model import ContractStatus
from scoring.next_step import customer_step
from scoring.offers import features_of
from scoring.permissions import Right

if TYPE_CHECKING:
    from scoring.health.scored import HealthView

FEWEST_POINTS = 2
"""A course of fewer days is no picture."""


@command("health", right=Right.READ_BOOK, group=Group.CUSTOMER)
async def health(ctx: Context, customer: Customer) -> Message:
    """The health of a customer as of today, worked out anew and explained."""
    # They load the arithmetic, which `help` does without.
    from messages.cards.health import health_card

    account = customer.account
    offers = ctx.rules.offers
    _, file = await file_in_force(ctx.tx)
    view = await health_of(ctx.tx, ctx.rules, account.id, ctx.today)
    known = await ctx.tx.customers.view(account.id, ctx.today, features_of(offers))
    if view is None or known is None:
        raise NotFound("error.no_such_code", code=account_word(account.id))
    known = veil_customer(known, shown_here(ctx))
    running = [line for line in known.renewals if line.status is ContractStatus.ACTIVE]
    asked = customer.renewal.contract.id if customer.renewal else None
    renewal = next((line for line in running if line.contract_id == asked), None)
    renewal = renewal or (running[0] if running else None)
    card = health_card(
        view,
        account.name,
        ctx.phrases,
        step=customer_step(known, renewal, ctx.today, offers, file.plays, view.band),
        renewal=renewal,
        mood=known.mood,
        asks=asking(ctx.phrases),
        picture=_picture(ctx, view, account.name, file.model.edges),
    )
    return only_allowed(ctx, card)


def _picture(
    ctx: Context, view: HealthView, account: str, edges: tuple[float, float, float]
) -> bytes | None:
    """The course of the score over the bands of the model; nothing where a line shows nothing."""
    if len(view.history) < FEWEST_POINTS:
        return None
    from messages.charts.trend import trend_chart

    title = ctx.t("health.picture", account=account)
    return trend_chart(title, view.history, ctx.phrases, edges=edges)
