"""What XML and JSON from WeCom have in common: ids that can be trusted, instants, digests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from bot.refused import BAD_REQUEST, Refused
from messages.limits import WECOM_BUTTON_KEY_BYTES, WECOM_TASK_ID_BYTES

# The longest of them; userids have 64 letters (90195), encrypted ones more.
MOST_ID = WECOM_TASK_ID_BYTES
MOST_KEY = WECOM_BUTTON_KEY_BYTES

_LAST_INSTANT = 253_402_300_799  # the year 9999, where datetime ends


def identifier(text: str, most: int = MOST_ID) -> str:
    """An id or key as it may be kept and compared: printable, at most `most` bytes; may be empty."""
    if not text.isprintable() or len(text.encode()) > most:
        raise Refused(BAD_REQUEST, "id")
    return text


def needed(text: str, reason: str) -> str:
    """An id that may not be empty."""
    if not text:
        raise Refused(BAD_REQUEST, reason)
    return identifier(text)


def instant(text: str) -> datetime | None:
    """Seconds since 1970 as an instant in UTC; None where WeCom gives none."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise Refused(BAD_REQUEST, "time")
    seconds = int(text)
    if seconds > _LAST_INSTANT:
        raise Refused(BAD_REQUEST, "time")
    return datetime.fromtimestamp(seconds, UTC)


def digest(parts: Iterable[tuple[str, str]]) -> str:
    """A name for an event that has none: equal for the same names and values in the same order."""
    running = hashlib.sha256()
    for part in parts:
        for text in part:
            content = text.encode("utf-8", "surrogatepass")
            running.update(len(content).to_bytes(8, "big") + content)
    return "event-" + running.hexdigest()[:32]
