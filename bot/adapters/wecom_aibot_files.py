"""Files over the AI bot's long connection: uploaded in pieces, then sent by their media id.

Nobody sees an upload, so whatever happens to it nothing was posted: every fault is one after which
the whole may be tried again.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from bot.wecom.frames import UPLOAD_BEGIN, UPLOAD_CHUNK, UPLOAD_END
from messages.limits import (
    WECOM_CHUNK_BYTES,
    WECOM_CHUNKS,
    WECOM_UPLOADS_PER_HOUR,
    WECOM_UPLOADS_PER_MINUTE,
)
from messages.model import Attachment
from messages.render.words import flat
from scoring.errors import OutcomeUnknown, RateLimited, Rejected, Retryable

TRIES = 3
"""So often a piece is sent."""

_PIECE_S = 15.0
_WINDOWS = ((WECOM_UPLOADS_PER_MINUTE, 61.0), (WECOM_UPLOADS_PER_HOUR, 3_601.0))

Sleep = Callable[[float], Awaitable[None]]


class Connection(Protocol):
    """The part of the long connection that uploads need."""

    async def request(
        self, cmd: str, body: dict[str, Any], *, timeout_s: float = 5.0
    ) -> dict[str, Any]:
        """Send and wait for the acknowledgement; raises the DeliveryError that fits."""


class Uploads:
    """Uploads of one bot, within 30 requests a minute and 1,000 an hour.

    Only the process that has the connection uploads, so counting here is counting all.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        sleep: Sleep = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connection = connection
        self._sleep = sleep
        self._clock = clock
        self._sent: deque[float] = deque(maxlen=WECOM_UPLOADS_PER_HOUR)

    async def upload(self, attachment: Attachment) -> str:
        """The media id of a file, good for three days; Rejected for one that is too large."""
        content = attachment.content
        size = WECOM_CHUNK_BYTES
        pieces = -(-len(content) // size)
        if not 0 < pieces <= WECOM_CHUNKS:
            raise Rejected(f"a file of {len(content)} bytes cannot be uploaded")
        digest = await asyncio.to_thread(hashlib.md5, content, usedforsecurity=False)
        begun = await self._ask(
            UPLOAD_BEGIN,
            {
                "type": "file",
                "filename": flat(attachment.name) or "file",
                "total_size": len(content),
                "total_chunks": pieces,
                "md5": digest.hexdigest(),
            },
        )
        upload_id = _id(begun, "upload_id")
        for index in range(pieces):
            piece = content[index * size : (index + 1) * size]
            await self._ask(
                UPLOAD_CHUNK,
                {
                    "upload_id": upload_id,
                    "chunk_index": index,
                    "base64_data": base64.b64encode(piece).decode(),
                },
            )
        return _id(await self._ask(UPLOAD_END, {"upload_id": upload_id}), "media_id")

    async def _ask(self, cmd: str, body: dict[str, Any]) -> dict[str, Any]:
        """One request of an upload, repeated a few times when it is refused for now."""
        for tried in range(1, TRIES + 1):
            await self._await_turn()
            try:
                return await self._connection.request(cmd, body, timeout_s=_PIECE_S)
            except OutcomeUnknown as fault:
                # A piece sent twice would be refused or stored twice; beginning anew is clear.
                raise Retryable(f"uploading: {fault.detail}") from None
            except Retryable as fault:
                # Without a code it was not the platform that refused: there is no connection.
                if tried == TRIES or isinstance(fault, RateLimited) or not fault.code:
                    raise
                await self._sleep(0.5 * 2**tried)
        raise AssertionError("unreachable")

    async def _await_turn(self) -> None:
        """Wait until the limits allow one more request."""
        while (wait_s := self._wait_s()) > 0:
            await self._sleep(wait_s)
        self._sent.append(self._clock())

    def _wait_s(self) -> float:
        now = self._clock()
        waits = (
            self._sent[-most] + seconds - now
            for most, seconds in _WINDOWS
            if len(self._sent) >= most
        )
        return max(waits, default=0.0)


def _id(ack: dict[str, Any], name: str) -> str:
    body = ack.get("body")
    value = body.get(name) if isinstance(body, dict) else None
    if not isinstance(value, str) or not value:
        raise Retryable(f"uploading: the answer has no {name}")
    return value
