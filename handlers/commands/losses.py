"""`losses last quarter`: why customers left, by reason, segment, product and owner."""

from __future__ import annotations

from datetime import date, timedelta

from handlers.context import Context
from handlers.due_reading import DueWords, read_due_words
from handlers.losses import USUAL_DAYS, losses_of
from handlers.registry import Group, Text, command
from handlers.veiling import amounts_read_here
from messages.cards.losses import losses_card
from messages.model import Message
from scoring.lists import DueScope
from scoring.permissions import Right, reach_of
from storage.views.losses import LossAsk


@command("losses", right=Right.READ_REPORTS, group=Group.TEAM)
async def losses(ctx: Context, words: Text | None = None) -> Message:
    """The loss reasons of a period, the last twelve months unless the line says otherwise."""
    asked = await read_due_words(ctx, " ".join((words or "").split()))
    from_on, to_on = _span(asked, ctx.today)
    own = ctx.viewer.id if asked.scope is DueScope.MINE else None
    ask = LossAsk(
        from_on,
        to_on,
        person_id=own or (asked.person.id if asked.person else None),
        team=asked.team if asked.scope is DueScope.TEAM else None,
        segment=asked.segment,
    )
    report = await losses_of(ctx.tx, ask, reach_of(ctx.viewer), amounts_read_here(ctx))
    filters = [ctx.t("due.mine")] if own else []
    filters += [asked.person.name] if asked.person else []
    filters += [asked.team] if ask.team and asked.team else []
    filters += [ctx.phrases.label(asked.segment)] if asked.segment else []
    return losses_card(report, ctx.phrases, filters=filters)


def _span(asked: DueWords, today: date) -> tuple[date, date]:
    """What lies ahead is nothing that was lost: `90` and `next 90 days` mean the last ones."""
    period = asked.period
    if period is None:
        return today - timedelta(days=USUAL_DAYS), today
    if period.from_on >= today:
        return today - (period.to_on - today), today
    return period.from_on, min(period.to_on, today)
