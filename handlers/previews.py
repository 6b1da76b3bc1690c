"""Links to customers, as they look where somebody shares them: `https://bot.example/c/A-12`."""

from __future__ import annotations

import re

from handlers.context import Context
from handlers.subjects import Customer
from handlers.veiling import shown_here, veil_line
from messages.cards.preview import preview_card
from messages.model import Message
from scoring.model import Account
from scoring.permissions import Right, may_start, reach_of

PATH = "/c/"
"""How the paths of links to customers begin; bot/web/links.py answers who opens one."""

MOST_RENEWALS = 3

MOST_LINKS = 5
"""Of one message; whoever pastes more of them pastes a list."""

_CODE = re.compile(r"([AER])-(\d{1,15})/?(?:[?#].*)?", re.IGNORECASE)


def link_to(account_id: int, public_url: str) -> str:
    """The link to a customer; empty where we have no address."""
    return f"{public_url}{PATH}A-{account_id}" if public_url else ""


async def preview_of(ctx: Context, url: str) -> Message | None:
    """What everybody in the place may see of the customer behind a link of ours.

    None for any other link, and for a customer whom the sharer may not read.
    """
    account = await _linked(ctx, url.strip())
    if account is None or not may_start(ctx.viewer, Right.READ_BOOK, place=ctx.place.scope).allowed:
        return None
    reach = reach_of(ctx.viewer)
    customer = Customer(account)
    renewals = await ctx.tx.renewal_lines.running([account.id], reach, per_account=MOST_RENEWALS)
    if not renewals and not reach.covers(team=customer.team, owner_id=customer.owner_id):
        return None
    shows = shown_here(ctx)
    lines = [veil_line(renewal, shows) for renewal in renewals]
    word = f"A#{account.id}"
    return preview_card(
        account.name, account.segment, account.team, word, lines, ctx.phrases, ctx.today
    )


async def _linked(ctx: Context, url: str) -> Account | None:
    """The customer of a link of ours; `R-42` is the customer of that renewal."""
    ours = ctx.rules.public_url + PATH
    if not ctx.rules.public_url or not url.lower().startswith(ours.lower()):
        return None
    code = _CODE.fullmatch(url[len(ours) :])
    if code is None:
        return None
    number = int(code[2])
    if code[1].upper() in ("R", "E"):
        opportunity = await ctx.tx.opportunities.get(number)
        if opportunity is None:
            return None
        number = opportunity.account_id
    return await ctx.tx.accounts.get(number)
