"""Home tabs: shown when they are opened, and again when what they show is not true any more.

A change shows at once on a tab that was just opened and after that every half minute at most; a
tab that would look the same is left alone. Any number of replicas may look after them.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.slack.heard import Where
from bot.slack.identity import kept_profile
from bot.slack.seams import Calls, Speaker
from handlers.home import home_of
from handlers.rules import Rules
from handlers.taps import asking
from messages.cards.home import home_page, stranger_page
from messages.i18n import Phrasebook
from messages.render.slack_home import home_view
from scoring.errors import DeliveryError, RateLimited, StoreUnavailable, Undeliverable
from scoring.model import Locale, Platform
from storage.slack_homes import SlackHome
from storage.store import Store
from storage.transaction import Tx

log = structlog.get_logger()

REST = timedelta(seconds=30)
"""A tab is shown anew at most so often."""

LOOKED_AT = timedelta(days=7)
"""Tabs that were not opened for longer are shown anew when they are opened."""

AT_ONCE = 40
"""Shown anew in one round: Slack takes about a hundred a minute."""

PER_TAB_S = 0.75
"""So long a tab keeps the next round waiting, of which there may be one after every change."""

CALM_MOST_S = 600.0
"""Longer than this Slack asks nobody to wait."""

POLL_S = 30.0
SOON_S = 5.0
SETTLE_S = 1.0
"""What changes together is shown together."""


class Homes:
    """Publishes Home tabs. The paces are for tests that are in a hurry."""

    def __init__(
        self,
        store: Store,
        api: Calls,
        rules: Rules,
        clock: Callable[[], datetime],
        *,
        poll_s: float = POLL_S,
        soon_s: float = SOON_S,
        settle_s: float = SETTLE_S,
    ) -> None:
        self._store = store
        self._api = api
        self._rules = rules
        self._clock = clock
        self._poll_s = poll_s
        self._soon_s = soon_s
        self._settle_s = settle_s
        self._hint = asyncio.Event()
        self._stop = asyncio.Event()
        self._calm_until = 0.0
        self._state = ""

    async def opened(self, where: Where, speaker: Speaker) -> None:
        """Show somebody their Home tab as things stand, unless it shows that already."""
        if not speaker.admitted:
            book = self._book(speaker.locale)
            view = home_view(stranger_page(book, admitted=False), book)
            await self._publish(where.user, where.team, view)
            async with self._store.begin() as tx:
                await tx.slack_homes.forget(where.user)
            return
        async with self._store.read() as tx:
            view = await self._drawn(tx, where, speaker.locale)
            known = await tx.slack_homes.get(where.user)
        digest = _digest(view)
        if known is None or known.team != where.team or known.digest != digest:
            await self._publish(where.user, where.team, view)
        async with self._store.begin() as tx:
            await tx.slack_homes.opened(
                SlackHome(where.user, where.team, digest, speaker.locale or ""), at=self._clock()
            )

    def changed(self) -> None:
        """Something in the book changed: look soon which Home tabs are out of date."""
        self._hint.set()

    async def removed(self, team: str) -> None:
        """A workspace removed the app: nobody there has a Home tab any more."""
        async with self._store.begin() as tx:
            await tx.slack_homes.forget_team(team)

    async def run(self, stop: asyncio.Event) -> None:
        """Keep the Home tabs that were opened lately up to date, until `stop`."""
        self._stop = stop
        stopped = asyncio.create_task(stop.wait())
        try:
            pause_s = self._poll_s
            while not stop.is_set():
                hinted = asyncio.create_task(self._hint.wait())
                await asyncio.wait(
                    {hinted, stopped}, timeout=pause_s, return_when=asyncio.FIRST_COMPLETED
                )
                hinted.cancel()
                settle_s = self._settle_s if self._hint.is_set() else 0.0
                calm_s = max(settle_s, self._calm_until - _steady_s())
                if calm_s > 0:
                    await asyncio.wait({stopped}, timeout=calm_s)
                if not stop.is_set():
                    pause_s = await self._tended()
        finally:
            stopped.cancel()

    async def refresh(self) -> bool:
        """Show anew what is out of date and has rested; whether some are left for later."""
        self._hint.clear()
        now = self._clock()
        state = f"{now.astimezone(self._rules.zone).date()}"
        async with self._store.read() as tx:
            state += f"/{await tx.slack_homes.state_of_book()}"
        if state != self._state:
            async with self._store.begin() as tx:
                await tx.slack_homes.doubt(opened_since=now - LOOKED_AT)
            self._state = state
        before = now - REST
        async with self._store.read() as tx:
            due = await tx.slack_homes.due(shown_before=before, now=now, limit=AT_ONCE)
        for home in due:
            if self._stop.is_set():
                break
            async with self._store.begin() as tx:
                taken = await tx.slack_homes.take(home.user, shown_before=before, now=now)
            if taken and not await self._shown_anew(home):
                break
        async with self._store.read() as tx:
            return await tx.slack_homes.any_in_doubt()

    async def _tended(self) -> float:
        """One round; returns the seconds until the next one."""
        try:
            return self._soon_s if await self.refresh() else self._poll_s
        except StoreUnavailable as fault:
            log.warning("Home tabs were not looked at", reason=fault.reason)
        except Exception:
            # The edge of a loop: one page that cannot be drawn must not end all of them.
            log.exception("Home tabs could not be shown anew")
        return self._poll_s

    async def _shown_anew(self, home: SlackHome) -> bool:
        """Show one anew where it looks otherwise now; false when Slack takes no more for a while."""
        async with self._store.read() as tx:
            where = Where(home.team, home.user)
            heard = Locale(home.locale) if home.locale else None
            view = await self._drawn(tx, where, heard, anew=True)
        digest = _digest(view)
        if digest == home.digest:
            async with self._store.begin() as tx:
                await tx.slack_homes.looks_the_same(home.user)
            return True
        self._calm_until = max(self._calm_until, _steady_s()) + PER_TAB_S
        try:
            await self._publish(home.user, home.team, view)
        except Undeliverable as fault:
            log.info("a Home tab is shown no more", code=fault.code, detail=fault.detail)
            async with self._store.begin() as tx:
                await tx.slack_homes.forget(home.user)
        except DeliveryError as fault:
            log.info("a Home tab was not shown anew", code=fault.code, fault=type(fault).__name__)
            if isinstance(fault, RateLimited):
                self._calm_until = _steady_s() + min(fault.retry_after_s, CALM_MOST_S)
            async with self._store.begin() as tx:
                await tx.slack_homes.put_back(home.user)
            return False
        else:
            async with self._store.begin() as tx:
                await tx.slack_homes.shows(home.user, digest=digest)
        return True

    async def _drawn(
        self, tx: Tx, where: Where, heard: Locale | None, *, anew: bool = False
    ) -> dict[str, Any]:
        """`anew`: nobody opened it just now, so what Slack said of the account last counts."""
        kept = await kept_profile(tx, where) if anew else None
        if kept is not None and not kept[0].admitted:
            book = self._book(heard)
            return home_view(stranger_page(book, admitted=False), book)
        person = await tx.people.by_sender(Platform.SLACK, where.user)
        if person is None or not person.linked:
            book = self._book(heard)
            return home_view(stranger_page(book), book)
        book = self._book(person.locale or heard)
        view = await home_of(tx, person, self._rules, self._clock())
        return home_view(home_page(view, book, asks=asking(book)), book)

    async def _publish(self, user: str, team: str, view: dict[str, Any]) -> None:
        await self._api.call("views.publish", {"user_id": user, "view": view}, team=team)

    def _book(self, locale: Locale | None) -> Phrasebook:
        return Phrasebook(locale or self._rules.locale, self._rules.zone)


def _steady_s() -> float:
    return asyncio.get_running_loop().time()


def _digest(view: dict[str, Any]) -> str:
    spelled = json.dumps(view, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(spelled.encode(errors="replace")).hexdigest()[:32]
