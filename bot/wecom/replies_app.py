"""Answers to an app's callback: in the callback's own answer where one text says it all.

Cards and anything styled cannot go that way and are sent by the API before the callback is answered
empty, or after it when that takes too long. Where the API does not work (no trusted IP yet, a
wrong secret), the answer comes as a plain text instead of not at all.
"""

from __future__ import annotations

import asyncio

import structlog

from bot.adapters.base import Payload
from bot.wecom.heard import Entered, Said, Tapped
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
from messages.abilities import PlaceKind
from messages.render.wecom import render_wecom
from scoring.errors import DeliveryError, OutcomeUnknown, Rejected, Retryable

log = structlog.get_logger()

APP_PATIENCE = Patience(sign_s=3.0, end_s=ANSWER_MOST_S)
"""WeCom repeats what is not answered (90238)."""


class AppReply:
    """The answer to one message, tap or subscription; `text` goes back with the callback."""

    def __init__(
        self,
        heard: Said | Tapped | Entered,
        app: Speaking | None,
        *,
        patience: Patience = APP_PATIENCE,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.patience = patience
        self.said = asyncio.Event()
        self.text = ""
        self._heard = heard
        self._app = app
        # The tap of a card takes no text as its answer (90241).
        self._takes_text = not (isinstance(heard, Tapped) and heard.task_id)
        self._sleep = sleep

    async def hold(self, words: str) -> None:
        """The words as the callback's answer; as a message where it takes none."""
        if self._takes_text:
            self._answer(words)
            return
        self._answer("")
        if self._app is not None:
            payload = {"msgtype": "text", "text": {"content": words}}
            await self._app.send(f"user:{self._heard.chat.userid}", payload, self._heard.id)

    async def prepared(self, saying: Saying) -> Saying:
        """As it is."""
        return saying

    async def say(self, saying: Saying) -> int:
        """Give the answer. Files follow it."""
        payloads = self._payloads(saying)
        text = _single_text(payloads)
        if text and self._open and self._takes_text:
            self._answer(text)
            return await give_files(self._app, saying, sleep=self._sleep)
        posts = await self._posted(saying, payloads)
        self._answer("")
        return posts + await give_files(self._app, saying, sleep=self._sleep)

    def close(self) -> None:
        """Answer the callback empty, unless it was answered."""
        self._answer("")

    @property
    def _open(self) -> bool:
        return not self.said.is_set()

    def _answer(self, text: str) -> None:
        if self._open:
            self.text = text
            self.said.set()

    def _payloads(self, saying: Saying) -> tuple[Payload, ...]:
        if self._app is not None:
            return self._app.render(saying.message, saying.address, saying.book, saying.key)
        return render_wecom(saying.message, PlaceKind.WECOM_APP, saying.book, task_id=saying.key)

    async def _posted(self, saying: Saying, payloads: tuple[Payload, ...]) -> int:
        if self._app is None:
            return self._instead(saying, Rejected("the app has no secret to send with"))
        posting = Posting(self._app, saying.address, payloads, saying.key, sleep=self._sleep)
        try:
            await posting.once()
        except OutcomeUnknown:
            if not posting.repeatable:
                raise
            self._answer("")
            await self._sleep(PAUSES_S[0])
            await posting.insist()
        except DeliveryError as fault:
            if self._open and self._takes_text:
                return posting.done + self._instead(saying, fault)
            if not isinstance(fault, Retryable):
                raise
            self._answer("")
            await posting.insist()
        return posting.done

    def _instead(self, saying: Saying, fault: DeliveryError) -> int:
        """The answer as plain text with the callback, because it could not be sent."""
        if not (self._open and self._takes_text):
            raise fault
        log.warning("an answer went as plain text", fault=type(fault).__name__, code=fault.code)
        self._answer(as_text(saying))
        return 0


def _single_text(payloads: tuple[Payload, ...]) -> str:
    """The one unstyled text that says it all; empty when it takes more."""
    if len(payloads) != 1 or payloads[0].get("msgtype") != "text":
        return ""
    return str(payloads[0]["text"]["content"])
