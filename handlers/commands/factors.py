"""`factors`: which signals go with renewal, by what the book's own outcomes say."""

from __future__ import annotations

from handlers.context import Context
from handlers.registry import Group, command
from messages.cards.factors import factors_card
from messages.model import Message
from scoring.permissions import Field, PlaceScope, Right, reach_of, shows


@command("factors", right=Right.READ_REPORTS, group=Group.TEAM)
async def factors(ctx: Context) -> Message:
    """The key factors of renewal with effect, range and sample, or that there are none."""
    # Imported here: learning needs numpy, which a chat line about something else does not wait for.
    from handlers.learning import factors as find
    from handlers.learning import lesson_of

    lesson = await lesson_of(ctx.tx, ctx.rules, ctx.now)
    found = await find(lesson)
    currency = ctx.rules.base_currency if _amounts_shown(ctx) else None
    return factors_card(lesson.n, lesson.lost_n, found, ctx.phrases, currency=currency)


def _amounts_shown(ctx: Context) -> bool:
    """What the weak third is worth goes to who may read every amount, where all may read it."""
    shared = ctx.place.scope is PlaceScope.SHARED
    if shared and not shows(Field.AMOUNT, ctx.rules.amounts_in_shared_places):
        return False
    return reach_of(ctx.viewer, Field.AMOUNT).every_team
