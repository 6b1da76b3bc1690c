"""Once a day what has served its time is dropped, so that tables do not grow for ever."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers import drafts
from handlers.link_codes import PREFIXES as CODE_PREFIXES
from handlers.link_codes import VALID_DAYS as CODE_DAYS
from handlers.rules import Rules
from storage.store import Store

NAME = "sweep"

EVENTS_KEPT = timedelta(days=7)
"""How long the reply to an event is kept; no platform repeats one after hours."""

FILES_KEPT = timedelta(days=7)
"""How long a previewed file waits for its yes."""

STREAMS_KEPT = timedelta(days=1)
"""How long an answer waits to be asked for; the platform does so for six minutes."""

QUESTIONS_KEPT = timedelta(days=1)
"""How long a question is kept; it can be answered for minutes (handlers/asking.py)."""

VANISHED_KEPT_DAYS = 90
"""How long it is known what was deleted by hand: twice as long as the auditor asks for it."""


async def run(store: Store, rules: Rules, now: datetime) -> None:
    """Drop old replies, drafts, codes, previews and finished parcels, on a new local day."""
    today = now.astimezone(rules.zone).date()
    async with store.read() as tx:
        last_on = (await tx.marks.look(NAME)).on
    if last_on == today:
        return
    async with store.begin() as tx:
        mark = await tx.marks.take(NAME)
        await tx.marks.put(NAME, on=today, rev=mark.rev, at=now)
        await tx.inbox.forget_before(now - EVENTS_KEPT)
        await tx.hearings.forget_before(now - EVENTS_KEPT)
        await tx.staged.forget_before(now - FILES_KEPT)
        await tx.streams.forget_before(now - STREAMS_KEPT)
        await tx.questions.forget_before(now - QUESTIONS_KEPT)
        await tx.settings.forget_before(drafts.PREFIX, now - drafts.KEPT_FOR)
        for prefix in CODE_PREFIXES:
            await tx.settings.forget_before(prefix, now - timedelta(days=CODE_DAYS))
        await tx.auditing.sweep_parcels()
        await tx.vanishing.forget_told(days=VANISHED_KEPT_DAYS)
