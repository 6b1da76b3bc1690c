"""From what was heard to what is said, the same for every way in.

The answer is the acknowledgement: a line is run first and answered within the way's window. When
it takes longer the person gets a sign of life and the answer after it. Nothing that was begun is
ever broken off by a window; what is told again is answered again, and acts once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog

from bot.adapters.base import Adapters
from bot.delivery.steady import SteadyClock, steady_time
from bot.dispatcher import Dispatcher
from bot.exchanges import Exchange, Exchanges
from bot.wecom.addressing import addressed
from bot.wecom.aibot_json import without_mention
from bot.wecom.files import Files
from bot.wecom.heard import Chat, ContactChanged, Entered, Said, Tapped, Way
from bot.wecom.places import place_of
from bot.wecom.replies import ANSWER_MOST_S, Reply, Saying, set_within
from bot.wecom.small_talk import Addressed, SmallTalk
from handlers.answering import Answer
from handlers.asking_first import asked_first
from handlers.registry import Group
from handlers.rules import Rules
from messages.incoming import Incoming, InFile, Place
from messages.limits import WECOM_CARD_HOURS
from messages.render.wecom_form_card import line_of_selection
from scoring.errors import DeliveryError, StoreUnavailable, UserError
from scoring.model import Platform
from storage.dispatches import PlaceName
from storage.origin import current_origin
from storage.store import Store

log = structlog.get_logger()

Identify = Callable[[Chat], Awaitable[str]]
"""The plain user id, in lower case, of who speaks in a chat; as heard when nobody knows better."""

OnContactChange = Callable[[ContactChanged], Awaitable[None]]

DRAIN_S = 5.0
"""How long answers that are under way may still take when the service stops."""


NameOf = Callable[[str], Awaitable[str]]
"""What the directory calls somebody whom the book does not know; empty for everybody else."""

Met = Callable[[Chat, str], Coroutine[Any, Any, None]]
"""Notes that somebody of a plain user id was heard in a chat."""


async def as_heard(chat: Chat) -> str:
    """The id as it came."""
    return chat.userid


async def no_directory(changed: ContactChanged) -> None:
    """Nobody wants to know."""


async def nobodys_name(userid: str) -> str:
    """There is no directory."""
    return ""


async def not_noted(chat: Chat, userid: str) -> None:
    """Nobody looks at it."""


class Reception:
    """Hears what came in on any way and answers it.

    `steady` is the time that paces are kept by; `aibot_name` is what people type after the @.
    """

    def __init__(
        self,
        store: Store,
        dispatcher: Dispatcher,
        rules: Rules,
        clock: Callable[[], datetime],
        *,
        files: Files,
        talk: SmallTalk | None = None,
        adapters: Adapters | None = None,
        identify: Identify = as_heard,
        on_contact_change: OnContactChange = no_directory,
        aibot_name: str = "",
        spoke: Callable[[], None] = lambda: None,
        name_of_unknown: NameOf = nobodys_name,
        met: Met = not_noted,
        steady: SteadyClock = steady_time,
        exchanges: Exchanges[Reply] | None = None,
    ) -> None:
        self._store = store
        self._dispatcher = dispatcher
        self._clock = clock
        self._files = files
        self._adapters = adapters or Adapters(())
        self._identify = identify
        self._on_contact_change = on_contact_change
        self._aibot_name = aibot_name
        self._spoke = spoke
        self._name_of_unknown = name_of_unknown
        self._met = met
        self._steady = steady
        self._exchanges: Exchanges[Reply] = exchanges or Exchanges()
        self._talk = talk or SmallTalk(store, rules)

    async def hear(self, heard: Addressed, reply: Reply) -> Reply:
        """Answer, or tell that it takes longer; what is under way goes on after this returns.

        For a repeat that is the reply of the first time: say the same again.
        """
        chat = heard.chat
        key = f"{chat.way}:{heard.id}"
        exchange = self._exchanges.find(key)
        if exchange is None:
            if self._exchanges.full(chat.userid):
                return await self._turn_away(heard, reply)
            exchange = self._exchanges.begin(key, chat.userid, reply, partial(self._answer, heard))
        await self._wait(exchange, self._talk.words(chat, "wecom.looking_up"))
        return exchange.reply

    async def hear_of_contact(self, changed: ContactChanged) -> None:
        """Take in a change of the directory; StoreUnavailable asks to be told again."""
        work = asyncio.ensure_future(self._on_contact_change(changed))
        done, _ = await asyncio.wait({work}, timeout=ANSWER_MOST_S)
        if done:
            work.result()
        else:
            self._exchanges.also(_result_of(work))

    async def who(self, chat: Chat) -> str:
        """The plain user id of who speaks there; as heard where it cannot be asked."""
        try:
            return await self._identify(chat)
        except DeliveryError as fault:
            log.warning("a user id was not converted", fault=type(fault).__name__, code=fault.code)
            return chat.userid

    async def place(self, chat: Chat) -> Place:
        """The place of a chat."""
        return place_of(chat, await self.who(chat))

    async def drain(self) -> None:
        """Finish what is under way, within seconds."""
        await self._exchanges.drain(DRAIN_S)

    async def _wait(self, exchange: Exchange[Reply], words: str) -> None:
        """Until something was said, within the patience of the way."""
        loop = asyncio.get_running_loop()
        reply, begun = exchange.reply, loop.time()
        if not await set_within(exchange.known, reply.patience.sign_s):
            self._exchanges.also(_held(reply, words))
        await set_within(reply.said, reply.patience.end_s - (loop.time() - begun))
        reply.close()

    async def _answer(self, heard: Addressed, exchange: Exchange[Reply]) -> None:
        """One line from its sender to its answer."""
        as_told = place_of(heard.chat, heard.chat.userid)
        try:
            saying = await exchange.reply.prepared(await self._saying(heard))
        except StoreUnavailable as fault:
            log.warning("store unavailable", reason=fault.reason, way=heard.chat.way)
            saying = self._talk.quick(heard, as_told, f"error.store.{fault.reason}")
        except Exception:
            # A part of the edge of dispatch: whatever goes wrong around a line is said.
            log.exception("a line could not be answered")
            saying = self._talk.quick(heard, as_told, "error.bug", reference=current_origin())
        exchange.known.set()
        try:
            posts = await exchange.reply.say(saying)
        except DeliveryError as fault:
            exchange.lost = True
            log.warning(
                "an answer is lost: it did not arrive and is not tried again",
                place=saying.address,
                fault=type(fault).__name__,
                code=fault.code,
                detail=fault.detail,
            )
        else:
            await self._count(saying, posts)
        finally:
            exchange.reply.close()

    async def _saying(self, heard: Addressed) -> Saying:
        sender = await self.who(heard.chat)
        self._exchanges.also(self._met(heard.chat, sender))
        place = place_of(heard.chat, sender)
        match heard:
            case Entered():
                return await self._talk.welcome(heard, sender, place)
            case Said() if heard.unread and not heard.text.strip() and heard.file is None:
                return await self._talk.short(heard, sender, place, "wecom.unread")
            case Said():
                text = self._line(heard)
                files: tuple[InFile, ...] = ()
                if heard.file is not None:
                    try:
                        files = (await self._files.fetch(heard.file),)
                    except UserError as fault:
                        return await self._talk.short(
                            heard, sender, place, fault.key, **fault.params
                        )
            case Tapped():
                await self._keep_code(heard, place)
                text, files = line_of_selection(heard.key, heard.selected), ()
        incoming = Incoming(
            platform=Platform.WECOM,
            sender=sender,
            text=text,
            place=place,
            id=f"{heard.chat.way}:{heard.id}",
            files=files,
            sender_name=await self._name_of_unknown(sender),
            said_at=heard.at,
        )
        answer = await self._dispatcher.dispatch(incoming, self._clock())
        self._spoke()
        self._talk.remember(heard.chat, answer.locale)
        message = answer.message
        if isinstance(heard, Tapped) and heard.chat.group_id is not None:
            message = await addressed(self._store, sender, message)
        saying = self._talk.saying(heard, sender, place, message, answer.locale)
        return replace(saying, for_all=isinstance(heard, Tapped) and self._done(text, answer))

    def _done(self, line: str, answer: Answer) -> bool:
        """Whether a button's line changed the book, rather than asked, or was asked or refused."""
        command = self._dispatcher.desk.grammar.by_name.get(line.partition(" ")[0])
        if command is None or not command.changes or command.group is Group.SELF:
            return False
        return not (answer.refused or answer.fault or asked_first(line))

    def _line(self, said: Said) -> str:
        if said.chat.way is Way.APP:
            return said.text
        return without_mention(said.text, self._aibot_name, group=said.chat.group_id is not None)

    async def _keep_code(self, tapped: Tapped, place: Place) -> None:
        """A tap brings a fresh code to change its card with: kept before anything is repainted."""
        if not tapped.response_code or not tapped.task_id:
            return
        async with self._store.read() as tx:
            post = await tx.posts.at(place.platform, place.id, tapped.task_id)
        if post is None:
            return
        until = (tapped.at or self._clock()) + timedelta(hours=WECOM_CARD_HOURS)
        async with self._store.begin() as tx:
            await tx.posts.edited(post.id, response_code=tapped.response_code, editable_until=until)

    async def _turn_away(self, heard: Addressed, reply: Reply) -> Reply:
        """Too much is under way: say so, and forget that it was heard."""
        log.warning("too many lines at once", way=heard.chat.way)
        place = place_of(heard.chat, heard.chat.userid)
        saying = self._talk.quick(heard, place, "wecom.busy")
        try:
            async with asyncio.timeout(reply.patience.end_s):
                await reply.say(saying)
        except (DeliveryError, TimeoutError):
            log.info("not even that could be said")
        reply.close()
        return reply

    async def _count(self, saying: Saying, posts: int) -> None:
        """Let an answer count against the pace of its place; it is never held up by it."""
        adapter = self._adapters.to(PlaceName(Platform.WECOM, saying.place.id))
        paces = list(adapter.pace(saying.place.id)) * posts if adapter else []
        if not paces:
            return
        try:
            async with self._store.begin() as tx:
                await tx.pacing.spend(Platform.WECOM, paces, steady=await self._steady(tx))
        except StoreUnavailable as fault:
            log.info("an answer was not counted", reason=fault.reason)


async def _held(reply: Reply, words: str) -> None:
    try:
        await reply.hold(words)
    except DeliveryError as fault:
        log.info("a sign of life did not arrive", fault=type(fault).__name__, code=fault.code)


async def _result_of(work: Awaitable[None]) -> None:
    await work
