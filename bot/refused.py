"""What came in from outside and is not acted on."""

from __future__ import annotations

BAD_REQUEST = 400
UNAUTHORIZED = 401
TIMED_OUT = 408
TOO_LARGE = 413


class Refused(Exception):
    """What came in is not the platform's or not well-formed: answer `status` (4xx), no more.

    `reason` is a word for the log, never part of what came in.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status
        self.reason = reason
