"""One thing heard, from who did it to its answer; what is told again acts once.

What was begun is never broken off by the few seconds that Slack waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import structlog

from bot.exchanges import Exchange, Exchanges
from bot.slack.answering import Answered, Answering
from bot.slack.drawing import post_of
from bot.slack.heard import Commanded, Reacted, Said, Submitted
from bot.slack.meeting import Met
from bot.slack.once import InHands, Once, Turn
from bot.slack.posting import Mouth
from bot.slack.replies import Reply, Saying
from bot.slack.seams import Give, Identify
from bot.slack.talk import Talk
from bot.slack.ways_back import WaysBack
from messages.i18n import Phrasebook
from scoring.errors import DeliveryError, NotLinked, OutcomeUnknown, StoreUnavailable
from storage.origin import current_origin

log = structlog.get_logger()


class Dialogues:
    """Answers what is answered with words. `spoke` is told of each answer of the dispatcher."""

    def __init__(
        self,
        ways: WaysBack,
        answering: Answering,
        talk: Talk,
        mouth: Mouth,
        once: Once,
        met: Met,
        exchanges: Exchanges[Reply],
        *,
        identify: Identify,
        give: Give,
        spoke: Callable[[Saying], None],
    ) -> None:
        self._ways = ways
        self._answering = answering
        self._talk = talk
        self._mouth = mouth
        self._once = once
        self._met = met
        self._exchanges = exchanges
        self._identify = identify
        self._give = give
        self._spoke = spoke

    async def answered(self, heard: Answered) -> dict[str, Any] | None:
        """The body of the acknowledgement, within the patience of the way back.

        InHands where another replica may have died over an event: Slack tells those again.
        """
        key = f"{type(heard).__name__}:{heard.where.team}:{heard.id}"
        speaker = f"{heard.where.team}:{heard.where.user}"
        book = self._talk.guess(heard.where)
        exchange = self._exchanges.find(key) if heard.id else None
        if exchange is None:
            reply = self._ways.back(heard)
            if self._exchanges.full(speaker):
                return await self._turned_away(heard, reply)
            exchange = self._exchanges.begin(key, speaker, reply, partial(self._answer, heard))
        await self._wait(exchange, book)
        if exchange.elsewhere:
            raise InHands
        return exchange.reply.ack.body

    async def _wait(self, exchange: Exchange[Reply], book: Phrasebook) -> None:
        """Until the acknowledgement is there, within the patience of the way."""
        loop = asyncio.get_running_loop()
        reply, begun = exchange.reply, loop.time()
        if not await _within(exchange.known, reply.patience.sign_s):
            self._exchanges.also(_held(reply, book))
        await _within(reply.ack.given, reply.patience.end_s - (loop.time() - begun))
        reply.ack.give()

    async def _answer(self, heard: Answered, exchange: Exchange[Reply]) -> None:
        """One thing from who did it to its answer."""
        reply, answered, turn = exchange.reply, False, None
        try:
            turn = await self._turn(heard)
            if turn is None:
                log.info("that was answered elsewhere", what=type(heard).__name__)
            else:
                saying = await self._saying(heard)
                exchange.known.set()
                if saying is not None:
                    await reply.say(saying)
                    await self._given(heard, saying)
                # What was refused stays in its form, and may be right when it is handed in again.
                exchange.lost = isinstance(heard, Submitted) and bool(saying and saying.refused)
            answered = not exchange.lost
        except InHands:
            # Taps and forms are told once: whoever has them is all there is to hope for.
            exchange.elsewhere = exchange.lost = isinstance(heard, Said | Reacted)
            log.info("that is being answered elsewhere", what=type(heard).__name__)
        except DeliveryError as fault:
            # What may have arrived is not said once more.
            answered = isinstance(fault, OutcomeUnknown)
            exchange.lost = not answered
            log.warning(
                "an answer is lost, or it is unknown whether it arrived: it is not tried again",
                what=type(heard).__name__,
                fault=type(fault).__name__,
                code=fault.code,
                detail=fault.detail,
            )
        finally:
            exchange.known.set()
            if turn is not None:
                await turn.over(answered=answered)
            reply.ack.give(_closing(heard) if not exchange.lost else None)

    async def _turn(self, heard: Answered) -> Turn | None:
        """The right to answer; a command is answered where it was told, each time alike."""
        if isinstance(heard, Commanded) or not heard.id:
            return Turn(self._once, "", "")
        return await self._once.take(f"{type(heard).__name__}:{heard.where.team}:{heard.id}")

    async def _saying(self, heard: Answered) -> Saying | None:
        """What to say; None to those whom a pin under a message concerns in no way."""
        book = self._talk.guess(heard.where)
        silent = isinstance(heard, Reacted)
        try:
            speaker = await self._identify(heard.where)
        except DeliveryError as fault:
            log.warning("nobody knows who that is", code=fault.code, fault=type(fault).__name__)
            return None if silent else self._talk.saying(book, "slack.who_is_it")
        if not speaker.admitted:
            return None if silent else self._talk.saying(book, "slack.guest")
        # What the bot is told of a conversation of two people does not make it theirs with us.
        self._exchanges.also(self._met.note(heard.where, own=isinstance(heard, Said)))
        if silent:  # and nobody is introduced for a pin
            speaker = replace(speaker, name="")
        try:
            saying = await self._answering.saying(heard, speaker)
        except StoreUnavailable as fault:
            log.warning("store unavailable", reason=fault.reason)
            return self._talk.saying(book, f"error.store.{fault.reason}")
        except Exception:
            # A part of the edge of dispatch: whatever goes wrong around a line is said.
            log.exception("a line could not be answered")
            return self._talk.saying(book, "error.bug", reference=current_origin())
        self._spoke(saying)
        return None if silent and isinstance(saying.fault, NotLinked) else saying

    async def _given(self, heard: Answered, saying: Saying) -> None:
        """The files of an answer, in the person's own conversation."""
        for file in saying.message.attachments:
            try:
                await self._give(heard.where, file)
            except DeliveryError as fault:
                log.warning("a file could not be given", code=fault.code, detail=fault.detail)
                told = saying.book.t("slack.file_not_given", name=file.name)
                sorry = post_of(told, saying.book)
                await self._mouth.direct(heard.where, sorry, anew=True)

    async def _turned_away(self, heard: Answered, reply: Reply) -> dict[str, Any] | None:
        """Too much is under way: say so, and forget that it was heard."""
        log.warning("too many lines at once", what=type(heard).__name__)
        saying = self._talk.saying(self._talk.guess(heard.where), "slack.busy")
        try:
            async with asyncio.timeout(reply.patience.end_s):
                await reply.say(saying)
        except (DeliveryError, TimeoutError):
            log.info("not even that could be said")
        reply.ack.give()
        return reply.ack.body


def _closing(heard: Answered) -> dict[str, Any] | None:
    """What lets a form go that was answered elsewhere."""
    return {"response_action": "clear"} if isinstance(heard, Submitted) else None


async def _held(reply: Reply, book: Phrasebook) -> None:
    try:
        await reply.hold(book)
    except DeliveryError as fault:
        log.info("a sign of life did not arrive", fault=type(fault).__name__, code=fault.code)


async def _within(event: asyncio.Event, seconds: float) -> bool:
    """Whether it is set in time; never breaks off who sets it."""
    if event.is_set():
        return True
    try:
        async with asyncio.timeout(max(seconds, 0.0)):
            await event.wait()
    except TimeoutError:
        return False
    return True
