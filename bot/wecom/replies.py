"""How an answer gets back to where something was said: what every way has in common."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from bot.adapters.base import Adapter, Payload
from messages.i18n import Phrasebook
from messages.incoming import Place
from messages.limits import WECOM_ANSWER_S, WECOM_TEXT_BYTES, cut, octets
from messages.model import Attachment, Message, Paragraph, plain
from messages.render.text import render_text
from scoring.errors import DeliveryError, OutcomeUnknown, RateLimited, Rejected, Retryable

log = structlog.get_logger()

PAUSES_S = (1.0, 3.0, 9.0, 27.0)
"""Before an answer that certainly did not arrive is tried again; then it is given up."""

PAUSE_MOST_S = 60.0

ANSWER_MOST_S = WECOM_ANSWER_S - 0.8
"""Until WeCom asks again or a card cannot be changed any more, less the way there and back."""

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a way waits: seconds until a sign of life is due, and until it hangs up."""

    sign_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Saying:
    """What is to be said, where, and in which language. `address` is what sends it there.

    `key` names the answer to platforms that drop repeats; the same for the same thing heard.
    `for_all`: it tells of a change, so that a card it becomes the face of changes for everybody.
    """

    message: Message
    book: Phrasebook
    place: Place
    address: str
    sender: str
    key: str
    for_all: bool = False


class Speaking(Adapter, Protocol):
    """A way to post that can hand over files, too."""

    async def give(self, place: str, attachment: Attachment) -> object:
        """Put a file there; raises the DeliveryError tree."""


class Reply(Protocol):
    """The way back of one thing heard."""

    patience: Patience
    said: asyncio.Event
    """Set as soon as whoever waits at the other end may be let go."""

    async def hold(self, words: str) -> None:
        """Tell that the answer takes longer."""

    async def prepared(self, saying: Saying) -> Saying:
        """The answer once everything is done that it has to tell about."""

    async def say(self, saying: Saying) -> int:
        """Give the answer, at once or after a sign of life; returns how many posts it was.

        Raises the DeliveryError that kept it from arriving.
        """

    def close(self) -> None:
        """The other end does not wait any longer; what is said from now on goes another way."""


class Posting:
    """Some posts for one place, and how far they have come."""

    def __init__(
        self,
        adapter: Adapter,
        address: str,
        payloads: Sequence[Payload],
        key: str,
        *,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._adapter = adapter
        self._address = address
        self._left = list(payloads)
        self._key = key
        self._sleep = sleep
        self._in_doubt = False
        self.done = 0

    async def once(self) -> None:
        """Post what is left, each once, plainer where it is refused; stops at the first fault."""
        while self._left:
            try:
                await self._adapter.send(self._address, self._left[0], f"{self._key}.{self.done}")
            except OutcomeUnknown:
                self._in_doubt = True
                raise
            except Rejected:
                # What may be there already is not told once more in other words.
                plainer = self._adapter.simplified(self._left[0])
                if not plainer or self._in_doubt:
                    raise
                self._left[:1] = plainer
                continue
            self._in_doubt = False
            self.done += 1
            del self._left[0]

    async def insist(self) -> None:
        """The same, and again after a while where a repetition cannot be seen twice.

        That is where certainly nothing has arrived, or the platform drops what it has already.
        """
        for pause_s in PAUSES_S:
            try:
                return await self.once()
            except RateLimited as fault:
                pause_s = min(max(pause_s, fault.retry_after_s), PAUSE_MOST_S)
            except Retryable:
                pass
            except OutcomeUnknown:
                if not self.repeatable:
                    raise
            await self._sleep(pause_s)
        return await self.once()

    @property
    def repeatable(self) -> bool:
        """Whether the platform drops a repetition of the same bytes."""
        return self._adapter.ability(self._address).dedupe


async def give_files(adapter: Speaking | None, saying: Saying, *, sleep: Sleep) -> int:
    """Hand over the files of an answer; where that fails, the person is told. Counts posts."""
    if adapter is None:
        return 0
    posts = 0
    for file in saying.message.attachments:
        try:
            await adapter.give(saying.address, file)
        except DeliveryError as fault:
            log.warning("a file could not be given", place=saying.address, fault=str(fault))
            sorry = sentence(saying, "wecom.file_not_given", name=file.name)
            payloads = adapter.render(sorry.message, saying.address, saying.book, "")
            posting = Posting(adapter, saying.address, payloads, f"{saying.key}-f", sleep=sleep)
            await posting.once()
        posts += 1
    return posts


def sentence(saying: Saying, key: str, **params: object) -> Saying:
    """Something short to the same place."""
    return told(saying, saying.book.t(key, **params))


def told(saying: Saying, text: str) -> Saying:
    """Those words to the same place."""
    message = Message(text, (Paragraph(plain(text)),))
    return replace(saying, message=message)


def as_text(saying: Saying) -> str:
    """The whole answer as one text without any style, within WeCom's limit."""
    text = render_text(saying.message, saying.book).replace("<", "＜").replace("://", "：//")
    return cut(text, WECOM_TEXT_BYTES, octets)


async def set_within(event: asyncio.Event, seconds: float) -> bool:
    """Whether it is set in time; never breaks off who sets it."""
    if event.is_set():
        return True
    try:
        async with asyncio.timeout(max(seconds, 0.0)):
            await event.wait()
    except TimeoutError:
        return False
    return True
