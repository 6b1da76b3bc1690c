"""Answers over the long connection: on the request's own id while that is good, else as a message.

A stream is replaced by each of its contents, so finishing it can be tried again without harm; a
card or a message cannot, and is not repeated where nobody knows whether it arrived.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import structlog

from bot.adapters.base import Payload
from bot.wecom.aibot_json import card_reply, card_update, stream_reply, welcome
from bot.wecom.frames import RESPOND, UPDATE, WELCOME
from bot.wecom.heard import Entered, Said, Tapped
from bot.wecom.places import address_of, place_of
from bot.wecom.replies import (
    ANSWER_MOST_S,
    PAUSES_S,
    Patience,
    Posting,
    Saying,
    Sleep,
    Speaking,
    as_text,
    give_files,
)
from messages.render.words import flat
from scoring.errors import DeliveryError, OutcomeUnknown, Retryable, Undeliverable

log = structlog.get_logger()

Json = dict[str, Any]

SAYING_PATIENCE = Patience(sign_s=1.5, end_s=4.0)
"""Nothing is repeated here, but silence looks dead: a sign of life within two seconds."""

STREAM_OVER = "846608"

TAP_PATIENCE = Patience(sign_s=3.0, end_s=ANSWER_MOST_S)
"""A card can be changed for five seconds after it was tapped (101463)."""

Face = Callable[[Tapped], Awaitable[Json | None]]
"""The tapped card as it looks now; None when it is an answer, which nobody keeps up to date."""


class Connection(Protocol):
    """The part of the long connection that answers."""

    async def request(
        self,
        cmd: str,
        body: Json,
        *,
        req_id: str | None = None,
        chat: str | None = None,
        timeout_s: float = 5.0,
    ) -> Json:
        """Send a frame and wait for its acknowledgement; raises the DeliveryError tree."""


class ConnectionReply:
    """The answer to one thing heard."""

    def __init__(
        self,
        heard: Said | Tapped | Entered,
        connection: Connection,
        bot: Speaking,
        *,
        face: Face,
        patience: Patience | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        usual = TAP_PATIENCE if isinstance(heard, Tapped) else SAYING_PATIENCE
        self.patience = patience or usual
        self.said = asyncio.Event()
        self.stream_id = secrets.token_hex(12)
        self._heard = heard
        self._connection = connection
        self._bot = bot
        self._face = face
        self._sleep = sleep
        self._turn = asyncio.Lock()
        self._begun = False
        self._shown = False

    async def hold(self, words: str) -> None:
        """Begin a stream with these words; show a tapped card as it is, or else say them."""
        async with self._turn:
            if self.said.is_set():
                return
            match self._heard:
                case Said():
                    self._begun = True
                    body = stream_reply(self.stream_id, words, False)
                    try:
                        await self._request(RESPOND, body)
                    finally:
                        self.said.set()
                case Tapped():
                    shown = await self._show(self._heard)
                    self.said.set()
                    if not shown:
                        chat = self._heard.chat
                        address = address_of(chat, place_of(chat, chat.userid))
                        payload = {"msgtype": "markdown", "markdown": {"content": words}}
                        await self._bot.send(address, payload, self._heard.id)
            self.said.set()

    async def prepared(self, saying: Saying) -> Saying:
        """As it is."""
        return saying

    async def say(self, saying: Saying) -> int:
        """Give the answer."""
        async with self._turn:
            try:
                posts = await self._say(saying)
            finally:
                self.said.set()
        return posts + await give_files(self._bot, saying, sleep=self._sleep)

    def close(self) -> None:
        """Nothing waits at the other end of a connection."""
        self.said.set()

    async def _say(self, saying: Saying) -> int:
        if isinstance(self._heard, Entered):
            body = welcome(as_text(saying))
            await self._request(WELCOME, body)
            return 1
        payloads = self._bot.render(saying.message, saying.address, saying.book, saying.key)
        if isinstance(self._heard, Tapped):
            shown = await self._show(self._heard)
            self.said.set()
            return shown + await self._post(saying, payloads)
        return await self._answer(saying, payloads)

    async def _show(self, tapped: Tapped) -> int:
        """Give the tapped card its face of now, once, for everybody in the chat."""
        if self._shown or not tapped.task_id:
            return 0
        self._shown = True
        card = await self._face(tapped)
        if card is None:
            return 0
        body = card_update(None, card)
        try:
            await self._request(UPDATE, body)
        except DeliveryError as fault:
            # The answer tells what happened; an old card refuses what cannot be done any more.
            log.warning("a tapped card was not changed", fault=str(fault), code=fault.code)
            return 0
        return 1

    async def _answer(self, saying: Saying, payloads: Sequence[Payload]) -> int:
        """A stream with the first page, then the other pages and the card."""
        pages = [payload for payload in payloads if payload["msgtype"] == "markdown"]
        card = next((each for each in payloads if each["msgtype"] == "template_card"), None)
        if card is not None and not pages and not self._begun:
            if await self._card_taken(card):
                return 1
            pages, card = list(self._bot.simplified(card)), None
        content = str(pages[0]["markdown"]["content"]) if pages else flat(saying.message.summary)
        if not await self._finished(content):
            return await self._post(saying, payloads)
        self.said.set()
        posts = 1 + await self._post(saying, pages[1:])
        if card is None:
            return posts
        if await self._card_taken(card):
            return posts + 1
        return posts + await self._post(saying, self._bot.simplified(card))

    async def _finished(self, content: str) -> bool:
        """Whether the stream took its last content; tried again, for it can only replace itself.

        A stream that is over after a try of unknown outcome is over because of that one.
        """
        body = stream_reply(self.stream_id, content, True)
        in_doubt = False
        for pause_s in (*PAUSES_S, None):
            try:
                await self._request(RESPOND, body)
            except Undeliverable as fault:
                if in_doubt and fault.code != STREAM_OVER:
                    raise
                return in_doubt
            except (Retryable, OutcomeUnknown) as fault:
                in_doubt = in_doubt or isinstance(fault, OutcomeUnknown)
                if pause_s is None:
                    raise
                await self._sleep(pause_s)
            else:
                return True
        raise AssertionError("unreachable")

    async def _card_taken(self, payload: Payload) -> bool:
        """Whether the card was taken as an answer, so far as anybody knows."""
        try:
            await self._request(RESPOND, card_reply(payload["template_card"]))
        except OutcomeUnknown:
            raise
        except DeliveryError as fault:
            log.info("a card was refused as an answer", code=fault.code)
            return False
        return True

    async def _request(self, cmd: str, body: Json) -> None:
        """Answer on the id of what was heard, after what was said in that chat before."""
        chat = self._heard.chat
        await self._connection.request(
            cmd,
            body,
            req_id=self._heard.reply_to,
            chat=chat.group_id or chat.as_given or chat.userid,
        )

    async def _post(self, saying: Saying, payloads: Sequence[Payload]) -> int:
        if not payloads:
            return 0
        posting = Posting(self._bot, saying.address, payloads, saying.key, sleep=self._sleep)
        await posting.insist()
        return posting.done
