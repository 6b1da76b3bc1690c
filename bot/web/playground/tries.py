"""Three things a newcomer can try, made of what is in the book."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.loopback.room import Room
from bot.web.playground.state import Try, View
from messages.abilities import PlaceKind
from scoring.lists import DueAsk, DueScope
from scoring.permissions import reach_of
from storage.store import Store

AHEAD_DAYS = 120


async def suggestions(store: Store, view: View, now: datetime) -> list[Try]:
    """What is due in the team's channel, a customer by a few letters, a call in one line."""
    t = view.phrases.t
    found = [_due(view)]
    direct = _room(view, PlaceKind.WECOM_APP) or _room(view, PlaceKind.SLACK_DM)
    name = await _customer(store, view, now)
    if direct and name:
        found.append(Try(t("loopback.try.look"), name, direct.id))
        line = t("loopback.try.log_line", account=name)
        found.append(Try(t("loopback.try.log"), line, direct.id))
    return [one for one in found if one is not None]


def _due(view: View) -> Try | None:
    channel = _room(view, PlaceKind.SLACK_CHANNEL) or _room(view, PlaceKind.SLACK_DM)
    if channel is None:
        return None
    t = view.phrases.t
    return Try(t("loopback.try.due"), t("loopback.try.due_line"), channel.id)


def _room(view: View, kind: PlaceKind) -> Room | None:
    return next((room for room in view.rooms if room.kind is kind), None)


async def _customer(store: Store, view: View, now: datetime) -> str | None:
    """The most pressing customer that this person may read of: their own, else any."""
    today = now.astimezone(view.phrases.zone).date()
    reach = reach_of(view.person)
    window = DueAsk(today, today + timedelta(days=AHEAD_DAYS), page_size=1)
    own = replace(window, scope=DueScope.MINE, person_id=view.person.id)
    async with store.read() as tx:
        for ask in (own, window):
            page = await tx.due.page(ask, reach)
            if page.rows:
                return page.rows[0].account
    return None
