"""From what Slack told us to what is said there, the same over HTTP and over Socket Mode.

The answer is the acknowledgement where that can carry one; otherwise what was heard is acknowledged
once it is answered, or when Slack would not wait any longer. What was begun is never broken off,
and what is told again acts once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from typing import Any, TypeVar

import structlog

from bot.delivery.steady import SteadyClock, steady_time
from bot.dispatcher import Dispatcher
from bot.exchanges import Exchanges
from bot.slack.answering import PIN, Answering
from bot.slack.asides import Asides
from bot.slack.dialogues import Dialogues
from bot.slack.heard import (
    Heard,
    HomeOpened,
    Joined,
    LinkShared,
    PersonChanged,
    Reacted,
    Removed,
    Sought,
    Tapped,
    Unheeded,
)
from bot.slack.homes import Homes
from bot.slack.meeting import Met
from bot.slack.mending import INVITED, mended
from bot.slack.once import Once
from bot.slack.posting import Mouth, Sleep
from bot.slack.replies import FORM_PATIENCE, PATIENCE, Patience, Reply, Saying
from bot.slack.response_urls import ResponseUrls
from bot.slack.seams import Calls, Fetch, Give, Identify, OnPersonChanged, OnRemoved
from bot.slack.searches import Searches
from bot.slack.talk import Talk
from bot.slack.ways_back import WaysBack
from handlers.rules import Rules
from scoring.errors import DeliveryError, StoreUnavailable
from storage.store import Store

log = structlog.get_logger()

H = TypeVar("H", LinkShared, PersonChanged, Removed)

_NOTHING: dict[str, Any] = {"options": []}

DRAIN_S = 5.0
"""How long answers that are under way may still take when the service stops."""


class SlackReception:
    """Hears what came in and answers it; `hear` returns within 2.5 s, what takes longer goes on.

    `identify` says who somebody is, `fetch` gets dropped files and `give` hands files over; `pin`
    is the reaction that files a message.
    """

    def __init__(
        self,
        store: Store,
        dispatcher: Dispatcher,
        rules: Rules,
        clock: Callable[[], datetime],
        api: Calls,
        *,
        identify: Identify,
        fetch: Fetch,
        give: Give,
        homes: Homes | None = None,
        api_url: str = "https://slack.com/api/",
        on_person_changed: OnPersonChanged | None = None,
        on_removed: OnRemoved | None = None,
        pin: str = PIN,
        spoke: Callable[[], None] = lambda: None,
        steady: SteadyClock = steady_time,
        sleep: Sleep = asyncio.sleep,
        patience: Patience = PATIENCE,
        form_patience: Patience = FORM_PATIENCE,
        exchanges: Exchanges[Reply] | None = None,
    ) -> None:
        self._store = store
        self._identify = identify
        self._homes = homes
        self._on_person_changed = on_person_changed
        self._on_removed = on_removed
        self._pin = pin
        self._spoke = spoke
        self._patience = patience
        self._searches = Searches()
        self._opening: set[tuple[str, str]] = set()
        self._response_urls = ResponseUrls(api_url)
        self._once = Once(store, clock, steady=steady)
        self._met = Met(store, clock)
        self._exchanges: Exchanges[Reply] = exchanges or Exchanges()
        talk, mouth = Talk(rules), Mouth(api, self._response_urls, sleep=sleep)
        self._asides = Asides(dispatcher, clock, api, talk)
        self._answering = Answering(store, rules, dispatcher, clock, api, talk, fetch)
        self._dialogues = Dialogues(
            WaysBack(api, mouth, patience=patience, form_patience=form_patience),
            self._answering,
            talk,
            mouth,
            self._once,
            self._met,
            self._exchanges,
            identify=identify,
            give=give,
            spoke=self._answered,
        )

    async def hear(self, heard: Heard) -> dict[str, Any] | None:
        """The body of the acknowledgement, None for an empty one.

        StoreUnavailable asks to be told again.
        """
        match heard:
            case Unheeded():
                pass
            case Sought():
                return await self._found(heard)
            case HomeOpened():
                await self._shown(heard)
            case LinkShared():
                await self._told(self._previewed, heard)
            case Joined():
                await self._meanwhile(self._invited(heard))
            case PersonChanged():
                await self._told(self._on_person_changed, heard)
            case Removed():
                if heard.bot and self._homes is not None:
                    await self._meanwhile(self._homes.removed(heard.team))
                await self._told(self._on_removed, heard)
            case Reacted() if heard.name.partition("::")[0] != self._pin:
                pass
            case Tapped() if not heard.line:
                pass  # a field of a form that was filled in
            case _:
                return await self._dialogues.answered(heard)
        return None

    async def drain(self) -> None:
        """Finish what is under way, within seconds."""
        await self._exchanges.drain(DRAIN_S)

    async def close(self) -> None:
        """End the connections."""
        await self._response_urls.close()

    def _answered(self, saying: Saying) -> None:
        self._spoke()
        if self._homes is not None and self._answering.changes(saying):
            self._homes.changed()

    async def _invited(self, joined: Joined) -> None:
        """What waited for an invitation goes out, wherever it waited for one."""
        await self._met.note(joined.where, own=False)
        if not joined.left and await mended(self._store, INVITED):
            self._spoke()

    async def _found(self, sought: Sought) -> dict[str, Any] | None:
        try:
            async with asyncio.timeout(self._patience.end_s):
                speaker = await self._identify(sought.where)
                where = sought.where
                async with self._searches.turn(where.team, where.user) as newest:
                    return await self._asides.options(sought, speaker) if newest else _NOTHING
        except (DeliveryError, TimeoutError) as fault:
            log.info("a search was not answered", fault=type(fault).__name__)
            return _NOTHING

    async def _shown(self, opened: HomeOpened) -> None:
        """Once at a time for one person: whoever opens it again meanwhile sees the same."""
        key = (opened.where.team, opened.where.user)
        if key in self._opening:
            return
        self._opening.add(key)
        await self._meanwhile(self._opened(opened))

    async def _opened(self, opened: HomeOpened) -> None:
        try:
            await self._looked_at(opened)
        finally:
            self._opening.discard((opened.where.team, opened.where.user))

    async def _looked_at(self, opened: HomeOpened) -> None:
        speaker = await self._identify(opened.where)
        if speaker.admitted:
            await self._met.note(opened.where, own=False)
        if self._homes is not None and opened.tab == "home":
            await self._homes.opened(opened.where, speaker)

    async def _previewed(self, shared: LinkShared) -> None:
        """Show what is behind links; a preview that Slack refuses is done without."""
        turn = await self._once.take(f"LinkShared:{shared.where.team}:{shared.id}")
        if turn is None:
            return
        answered = False
        try:
            speaker = await self._identify(shared.where)
            if speaker.admitted:
                await self._asides.preview(shared, speaker)
            answered = True
        except DeliveryError as fault:
            log.warning("a link has no preview", fault=type(fault).__name__, why=str(fault))
        finally:
            await turn.over(answered=answered)

    async def _told(self, listener: Callable[[H], Awaitable[None]] | None, heard: H) -> None:
        """Somebody else takes that in; StoreUnavailable asks to be told again."""
        if listener is None:
            return
        work = asyncio.ensure_future(listener(heard))
        done, _ = await asyncio.wait({work}, timeout=self._patience.end_s)
        if done:
            work.result()
        else:
            self._exchanges.also(_result_of(work))

    async def _meanwhile(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it, and let Slack go at the latest when it would hang up."""
        task = self._exchanges.also(_quietly(work))
        await asyncio.wait({task}, timeout=self._patience.end_s)


async def _quietly(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except (DeliveryError, StoreUnavailable) as fault:
        log.warning(
            "something heard was not followed up", fault=type(fault).__name__, why=str(fault)
        )


async def _result_of(work: Awaitable[None]) -> None:
    await work
