"""Acknowledgements, each given to the request it belongs to."""

from __future__ import annotations

import asyncio
import time
from collections import deque

from bot.wecom.frames import Ack, Body
from scoring.errors import OutcomeUnknown

LATE_S = 15.0
"""How long after it was given up on an acknowledgement may still come."""

LATE_MOST = 256
"""So many requests given up on are remembered."""


class Acks:
    """The requests of one connection that wait for their acknowledgement, by `req_id`.

    Answers to a callback share its `req_id`, one after the other. When one was given up on, the
    next acknowledgement may be the late one of that: it is never taken for its successor's.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[Body]] = {}
        self._late: deque[tuple[float, str]] = deque(maxlen=LATE_MOST)

    def expect(self, req_id: str) -> asyncio.Future[Body]:
        """The acknowledgement to come; one request a `req_id` at a time."""
        if req_id in self._waiting:
            raise ValueError("a request with this id is under way")
        answer = self._waiting[req_id] = asyncio.get_running_loop().create_future()
        return answer

    def give_up(self, req_id: str) -> None:
        """Wait no longer, though the request may be acknowledged still."""
        answer = self._waiting.pop(req_id, None)
        if answer is not None:
            answer.cancel()
            self._late.append((time.monotonic() + LATE_S, req_id))

    def withdraw(self, req_id: str) -> None:
        """The request never left: nothing will come."""
        answer = self._waiting.pop(req_id, None)
        if answer is not None:
            answer.cancel()

    def arrived(self, ack: Ack) -> bool:
        """Hand an acknowledgement over; False when nobody waits for it."""
        now = time.monotonic()
        while self._late and self._late[0][0] < now:
            self._late.popleft()
        for given_up in self._late:
            if given_up[1] == ack.req_id:
                self._late.remove(given_up)
                return False
        answer = self._waiting.pop(ack.req_id, None)
        if answer is None or answer.done():
            return False
        answer.set_result(ack.whole)
        return True

    def break_off(self, why: str) -> None:
        """The connection has ended: whoever waits will never know."""
        waiting, self._waiting = self._waiting, {}
        for answer in waiting.values():
            if not answer.done():
                answer.set_exception(OutcomeUnknown(why))
