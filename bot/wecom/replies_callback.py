"""Answers to an AI bot's callback: streams that WeCom comes back for, cards, one late post.

Such a bot cannot speak first. What does not fit into the answer of the callback goes to the
`response_url` that came with it, which takes one post within the hour; what fits neither is cut
with a word about it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from bot.wecom.aibot_json import card_reply, card_update, stream_reply, welcome
from bot.wecom.heard import Entered, Said, Tapped
from bot.wecom.open_streams import OpenStreams
from bot.wecom.replies import ANSWER_MOST_S, Patience, Saying, Speaking, as_text, told
from messages.limits import WECOM_AIBOT_MARKDOWN_BYTES, cut, octets
from messages.render.wecom import render_wecom
from messages.render.wecom_card import AIBOT_CARD
from messages.render.wecom_notice import face_card, told_whole
from messages.render.words import flat
from scoring.errors import DeliveryError, Rejected

log = structlog.get_logger()

Json = dict[str, Any]

CALLBACK_PATIENCE = Patience(sign_s=3.5, end_s=ANSWER_MOST_S)
"""WeCom repeats what is not answered (101033)."""

LatePost = Callable[[str, Json], Awaitable[None]]
"""Posts a body to a response_url; raises the DeliveryError tree."""


class CallbackReply:
    """The answer to one thing heard; `body` goes back with the callback, None is empty."""

    def __init__(
        self,
        heard: Said | Tapped | Entered,
        streams: OpenStreams,
        *,
        late_post: LatePost,
        app: Speaking | None = None,
        patience: Patience = CALLBACK_PATIENCE,
    ) -> None:
        self.patience = patience
        self.said = asyncio.Event()
        self.body: Json | None = None
        self.stream_id = secrets.token_hex(12)
        self._heard = heard
        self._streams = streams
        self._late_post = late_post
        self._app = app
        self._streaming = False
        self._holding = asyncio.Lock()

    async def hold(self, words: str) -> None:
        """Begin a stream with these words; a tap can only be answered by a card, so by nothing."""
        if not isinstance(self._heard, Said):
            return self.close()
        async with self._holding:
            if self.said.is_set():
                return None
            kept = await self._streams.begin(self.stream_id, self._heard.chat, words)
            # Where it is not kept nobody could come back: the rest goes to the response_url.
            begun = self._answer(stream_reply(self.stream_id, words, not kept))
            self._streaming = begun and kept
        return None

    async def prepared(self, saying: Saying) -> Saying:
        """Hand files over by the app, since a callback takes none, and say where they are."""
        if not saying.message.attachments:
            return saying
        words = [as_text(saying)]
        for file in saying.message.attachments:
            given = await self._given(saying, file)
            key = "wecom.file_elsewhere" if given else "wecom.file_nowhere"
            words.append(saying.book.t(key, name=file.name))
        return told(saying, "\n".join(words))

    async def say(self, saying: Saying) -> int:
        """Give the answer; returns 0, for nothing of it counts as a push."""
        async with self._holding:
            if isinstance(self._heard, Entered):
                self._answer(welcome(as_text(saying)))
            elif isinstance(self._heard, Tapped):
                await self._new_face(self._heard, saying)
            else:
                await self._streamed(saying)
        return 0

    def close(self) -> None:
        """Answer the callback empty, unless it was answered."""
        self._answer(None)

    def _answer(self, body: Json | None) -> bool:
        if self.said.is_set():
            return False
        self.body = body
        self.said.set()
        return True

    async def _streamed(self, saying: Saying) -> None:
        pages, card = _parts(saying)
        if self._streaming:
            content = pages[0] if pages else flat(saying.message.summary)
            if not await self._streams.finish(self.stream_id, content, card):
                return await self._later(saying, pages)
        elif card is not None and not pages:
            if not self._answer(card_reply(card)):
                return await self._later(saying, pages)
        elif not self._answer(stream_reply(self.stream_id, pages[0], True, card)):
            return await self._later(saying, pages)
        return await self._later(saying, pages[1:]) if pages[1:] else None

    async def _new_face(self, tapped: Tapped, saying: Saying) -> None:
        """The answer as the new face of the card, in full where that is short enough."""
        face = face_card(saying.message, AIBOT_CARD, tapped.task_id)
        chat = tapped.chat
        # What the others look at changes only by what was done, not by whoever taps.
        whom = None if saying.for_all else [chat.as_given or chat.userid]
        shown = bool(tapped.task_id) and self._answer(card_update(whom, face["template_card"]))
        if not (shown and told_whole(saying.message, AIBOT_CARD, face)):
            pages, _ = _parts(saying, with_cards=False)
            try:
                await self._later(saying, pages)
            except DeliveryError:
                if not shown:
                    raise
                log.info("only the card shows the answer", place=saying.place.id)

    async def _later(self, saying: Saying, pages: list[str]) -> None:
        """One post to the response_url; what is longer ends with a word about it."""
        if isinstance(self._heard, Entered) or not self._heard.response_url:
            raise Rejected("there is no way to say it later")
        content = pages[0] if pages else _parts(saying, with_cards=False)[0][0]
        if len(pages) > 1:
            more = saying.book.t("render.shortened")
            room = WECOM_AIBOT_MARKDOWN_BYTES - octets(more) - 2
            content = f"{cut(content, room, octets)}\n\n{more}"
        body = {"msgtype": "markdown", "markdown": {"content": content}}
        await self._late_post(self._heard.response_url, body)

    async def _given(self, saying: Saying, file: Any) -> bool:
        if self._app is None:
            return False
        try:
            await self._app.give(f"user:{saying.sender}", file)
        except DeliveryError as fault:
            log.warning("a file could not be given", fault=str(fault))
            return False
        return True


def _parts(saying: Saying, *, with_cards: bool = True) -> tuple[list[str], Json | None]:
    """The pages of an answer, and its card."""
    payloads = render_wecom(
        saying.message, saying.place.kind, saying.book, task_id=saying.key, with_cards=with_cards
    )
    pages = [str(p["markdown"]["content"]) for p in payloads if p["msgtype"] == "markdown"]
    cards = [p["template_card"] for p in payloads if p["msgtype"] == "template_card"]
    return pages, dict(cards[-1]) if cards else None
