"""Answers that WeCom comes back for: begun here or by another replica, asked for anywhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.wecom.aibot_json import stream_reply
from bot.wecom.heard import Chat, Polled
from bot.wecom.replies import set_within
from bot.wecom.small_talk import SmallTalk
from messages.limits import WECOM_STREAM_S
from scoring.errors import StoreUnavailable
from storage.store import Store
from storage.streams import Stream

log = structlog.get_logger()

Json = dict[str, Any]

POLL_S = 2.5
"""How long a question for more waits for the end, where that is made in this process."""

STREAM_LIFE = timedelta(seconds=WECOM_STREAM_S - 15)
"""A little less than WeCom allows, so that the last word is ours."""


class OpenStreams:
    """Keeps streams in the database, where every replica finds them."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        talk: SmallTalk,
        *,
        poll_s: float = POLL_S,
    ) -> None:
        self._store = store
        self._clock = clock
        self._talk = talk
        self._poll_s = poll_s
        self._here: dict[str, asyncio.Event] = {}

    async def begin(self, stream_id: str, chat: Chat, words: str) -> bool:
        """Whether it is kept, so that somebody may come back for the rest."""
        try:
            async with self._store.begin() as tx:
                await tx.streams.begin(
                    stream_id,
                    place=chat.group_id or "",
                    sender=chat.userid,
                    content=words,
                    at=self._clock(),
                )
        except StoreUnavailable as fault:
            log.warning("a stream was not kept", reason=fault.reason)
            return False
        self._here[stream_id] = asyncio.Event()
        return True

    async def finish(self, stream_id: str, content: str, card: Json | None) -> bool:
        """Give it its end; False when nobody asks for it any more, or it could not be kept."""
        try:
            async with self._store.begin() as tx:
                return await tx.streams.finish(stream_id, content, card)
        except StoreUnavailable as fault:
            log.warning("the end of a stream was not kept", reason=fault.reason)
            return False
        finally:
            event = self._here.pop(stream_id, None)
            if event is not None:
                event.set()

    async def poll(self, polled: Polled) -> Json:
        """What there is of it, as the answer to a question for more."""
        event = self._here.get(polled.stream_id)
        if event is not None:
            await set_within(event, self._poll_s)
        try:
            async with self._store.read() as tx:
                stream = await tx.streams.get(polled.stream_id)
        except StoreUnavailable:
            words = self._talk.words(polled.chat, "wecom.looking_up")
            return stream_reply(polled.stream_id, words, False)
        if stream is None or not _of(stream, polled.chat):
            words = self._talk.words(polled.chat, "wecom.stream_gone")
            return stream_reply(polled.stream_id, words, True)
        if stream.finished or self._clock() - stream.at < STREAM_LIFE:
            return stream_reply(stream.id, stream.content, stream.finished, stream.card)
        words = self._talk.words(polled.chat, "wecom.took_too_long")
        await self.finish(stream.id, words, None)
        return stream_reply(stream.id, words, True)


def _of(stream: Stream, chat: Chat) -> bool:
    return stream.place == (chat.group_id or "") and stream.sender == chat.userid
