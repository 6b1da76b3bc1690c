"""How an answer gets back to where something was said: one way for each kind of thing heard.

A way has an acknowledgement, which Slack waits for, and whatever it says after that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from bot.adapters.base import Payload
from bot.slack.drawing import post_of, posts_of
from bot.slack.heard import Where
from bot.slack.posting import Mouth
from messages.i18n import Phrasebook
from messages.model import Message
from scoring.errors import (
    Ambiguous,
    MissingArgument,
    NotFound,
    UserError,
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds until a sign of life is due, and until Slack is answered whatever there is to say."""

    sign_s: float
    end_s: float


PATIENCE = Patience(sign_s=2.2, end_s=2.5)
"""Slack hangs up after 3 s; the way there and back takes some of them."""

TAKEN_IN_S = 0.5
"""Until Slack has surely shown an acknowledgement that something else is to replace."""

LOOKING_UP = "slack.looking_up"

FORM_PATIENCE = Patience(sign_s=1.0, end_s=2.5)
"""A form can be opened for 3 s after the tap: when it takes longer, an empty one opens first."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What is to be said, and in which language. `verb` is the command that was obeyed, if any.

    `share` is the line that makes the answer anew for everybody; empty where that is not offered.
    """

    message: Message
    book: Phrasebook
    verb: str = ""
    refused: bool = False
    fault: UserError | None = None
    share: str = ""

    def replaces(self, line: str) -> bool:
        """Whether what is tapped here is answered in the place of this answer.

        A question by whatever was chosen, a list by its next page; what a list leads to is not.
        """
        offered = isinstance(self.fault, Ambiguous | NotFound)
        asked = any(button.line == "cancel" for button in self.message.buttons)
        return offered or asked or (bool(self.verb) and line.partition(" ")[0] == self.verb)


Opens = Callable[[Saying], Awaitable[bool]]
"""Opens the form of an answer; false when it could not be."""


class Ack:
    """The body of the acknowledgement, given once."""

    def __init__(self) -> None:
        self.body: dict[str, Any] | None = None
        self.given = asyncio.Event()
        self._given_at = 0.0

    @property
    def open(self) -> bool:
        """Whether Slack still waits for it."""
        return not self.given.is_set()

    def give(self, body: dict[str, Any] | None = None) -> bool:
        """Let Slack go with this; false when it has gone already."""
        if not self.open:
            return False
        self.body = body
        self._given_at = asyncio.get_running_loop().time()
        self.given.set()
        return True

    async def taken_in(self) -> None:
        """Wait until Slack shows what was given: what follows must not be overtaken by it."""
        left = self._given_at + TAKEN_IN_S - asyncio.get_running_loop().time()
        if left > 0:
            await asyncio.sleep(left)


class Reply(Protocol):
    """The way back of one thing heard."""

    patience: Patience
    ack: Ack

    async def hold(self, book: Phrasebook) -> None:
        """Tell that the answer takes longer."""

    async def say(self, saying: Saying) -> None:
        """Give the answer; raises the DeliveryError that kept it from arriving."""


class CommandReply:
    """A slash command: the answer is the acknowledgement, what is left follows by its address.

    `opens` opens the form for what the line lacks, while there is time.
    """

    def __init__(
        self,
        mouth: Mouth,
        where: Where,
        url: str,
        *,
        opens: Opens | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        self.patience = patience
        self.ack = Ack()
        self._mouth = mouth
        self._where = where
        self._url = url
        self._opens = opens
        self._held = False

    async def hold(self, book: Phrasebook) -> None:
        """The words are the acknowledgement."""
        self._held = self.ack.give({"response_type": "ephemeral", "text": book.t(LOOKING_UP)})

    async def say(self, saying: Saying) -> None:
        """The first part with the acknowledgement while Slack waits, all else after it."""
        lacking = isinstance(saying.fault, MissingArgument) and self.ack.open
        if lacking and self._opens is not None and await self._opens(saying):
            self.ack.give()
            return
        first, *more = drawn(self._mouth, self._where, saying)
        if not self.ack.give({"response_type": "ephemeral", **first}):
            await self.ack.taken_in()
            await self._mouth.aside(self._where, self._url, first, replace=self._held)
        for part in more:
            await self._mouth.aside(self._where, self._url, part)


class AsideReply:
    """A mention, a reaction or a tap in a channel: only who did it sees the answer.

    `in_place`: what was tapped is a message only they see, and the answer takes its place.
    """

    def __init__(
        self,
        mouth: Mouth,
        where: Where,
        url: str = "",
        *,
        in_place: bool = False,
        patience: Patience = PATIENCE,
    ) -> None:
        self.patience = patience
        self.ack = Ack()
        self._mouth = mouth
        self._where = where
        self._url = url
        self._in_place = in_place and bool(url)
        self._turn = asyncio.Lock()
        self._answered = False

    async def hold(self, book: Phrasebook) -> None:
        """The words, where the answer will be."""
        self.ack.give()
        async with self._turn:
            if not self._answered:
                part = post_of(book.t(LOOKING_UP), book)
                await self._mouth.aside(self._where, self._url, part, replace=self._in_place)

    async def say(self, saying: Saying) -> None:
        """Each part as a message of its own."""
        async with self._turn:
            self._answered = True
            replace = self._in_place
            for part in drawn(self._mouth, self._where, saying):
                await self._mouth.aside(self._where, self._url, part, replace=replace)
                replace = False
        self.ack.give()


class DirectReply:
    """A line or tap in somebody's conversation with the bot.

    `instead_of` is the ts of the answer of ours whose place the new one takes.
    """

    def __init__(
        self,
        mouth: Mouth,
        where: Where,
        *,
        instead_of: str = "",
        patience: Patience = PATIENCE,
    ) -> None:
        self.patience = patience
        self.ack = Ack()
        self._mouth = mouth
        self._where = where
        self._instead_of = instead_of
        self._turn = asyncio.Lock()
        self._answered = False

    async def hold(self, book: Phrasebook) -> None:
        """The words as a post that becomes the answer."""
        self.ack.give()
        async with self._turn:
            if not self._answered:
                part = post_of(book.t(LOOKING_UP), book)
                self._instead_of = await self._mouth.direct(
                    self._where, part, instead_of=self._instead_of
                )

    async def say(self, saying: Saying) -> None:
        """Each part as a post."""
        async with self._turn:
            self._answered = True
            instead_of = self._instead_of
            for part in drawn(self._mouth, self._where, saying):
                await self._mouth.direct(self._where, part, instead_of=instead_of)
                instead_of = ""
        self.ack.give()


def drawn(mouth: Mouth, where: Where, saying: Saying) -> list[Payload]:
    """The posts of an answer, as its workspace draws them."""
    return posts_of(
        saying.message,
        saying.book,
        share="" if where.direct or not where.channel else saying.share,
        tables=mouth.draws_tables(where.team),
        replaces=saying.replaces,
    )
