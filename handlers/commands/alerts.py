"""`alerts`: what one was alerted of lately, all of it, where a message named only ten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from handlers.announcing import alert_views, lines_about
from handlers.announcing_truth import ALERTS
from handlers.announcing_warnings import digest_lines, warned_by
from handlers.context import Context
from handlers.registry import command
from handlers.taps import only_allowed
from handlers.veiling import shown_here
from messages.cards.digest import DigestLine
from messages.cards.heard import heard_list
from messages.model import Message
from scoring.permissions import PlaceScope, Right, reach_of
from scoring.views import RenewalLine
from storage.outbox import Delivery
from storage.views.heard import Heard

DAYS = 7


@command("alerts", right=Right.READ_BOOK)
async def alerts(ctx: Context, *, page: int = 1) -> Message:
    """List the alerts of the last days: one's own, in a channel those that it was told."""
    rows = await _rows(ctx)
    lines = await lines_about(ctx.tx, rows)
    readable = [row for row in rows if row.about in lines and _reads(ctx, lines[row.about])]
    warned = await warned_by(ctx.tx, readable)
    shows = shown_here(ctx)
    views = alert_views(readable, lines, shows, ctx.today)
    told: list[DigestLine] = []
    for message in _messages(readable):
        told += digest_lines(message, views, lines, warned, shows, ctx.phrases, ctx.today)
    return only_allowed(ctx, heard_list(told, ctx.phrases, page=max(page, 1), days=DAYS))


async def _rows(ctx: Context) -> list[Delivery]:
    heard = Heard(ctx.tx.connection)
    since = ctx.now - timedelta(days=DAYS)
    if ctx.place.scope in (PlaceScope.SHARED, PlaceScope.ASIDE):
        rows = await heard.in_place(ctx.place.platform, ctx.place.id, ALERTS, since=since)
        if rows:
            return rows
    return await heard.by_person(ctx.viewer.id, ALERTS, since=since)


def _reads(ctx: Context, line: RenewalLine) -> bool:
    """Whether the viewer may still read the customer: teams change."""
    if ctx.viewer.id in (line.owner_id, line.claimed_by_id):
        return True
    return reach_of(ctx.viewer).covers(team=line.team, owner_id=line.owner_id)


def _messages(rows: Sequence[Delivery]) -> list[list[Delivery]]:
    """The rows by message; within one, the gravest are first in the message, too."""
    found: dict[str, list[Delivery]] = {}
    for row in rows:
        found.setdefault(row.batch or row.key, []).append(row)
    return list(found.values())
