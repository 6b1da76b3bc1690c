"""Parts of Slack's payloads by name; what is missing or of another kind is empty."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.refused import BAD_REQUEST, Refused

Json = Mapping[str, Any]

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
_EVENT = re.compile(r"[\x21-\x7e]{1,255}")
_TS = re.compile(r"\d{1,10}\.\d{1,9}")
_LATEST = 253_402_300_799  # the last second of the year 9999


def text_of(container: Json, name: str) -> str:
    """The text of that name as it is."""
    value = container.get(name)
    return value if isinstance(value, str) else ""


def part_of(container: Json, name: str) -> Json:
    """The object of that name."""
    value = container.get(name)
    return value if isinstance(value, Mapping) else {}


def parts_of(container: Json, name: str) -> Iterator[Json]:
    """The objects in the list of that name."""
    value = container.get(name)
    for each in value if isinstance(value, list) else ():
        if isinstance(each, Mapping):
            yield each


def texts_of(container: Json, name: str) -> Iterator[str]:
    """The texts in the list of that name."""
    value = container.get(name)
    for each in value if isinstance(value, list) else ():
        if isinstance(each, str) and each:
            yield each


def id_of(container: Json, *names: str) -> str:
    """The first of these that is an id as Slack spells them; empty when none is."""
    for name in names:
        value = text_of(container, name)
        if _IDENTIFIER.fullmatch(value):
            return value
    return ""


def ts_of(container: Json, *names: str) -> str:
    """The first of these that is a message's time stamp, such as 1700000000.000100."""
    for name in names:
        value = text_of(container, name)
        if _TS.fullmatch(value):
            return value
    return ""


def event_id(*candidates: str) -> str:
    """The first that can name an event; Refused when none can, for then nothing acts once."""
    for candidate in candidates:
        if _EVENT.fullmatch(candidate):
            return candidate
    raise Refused(BAD_REQUEST, "id")


def named_by(*parts: str) -> str:
    """An id out of parts that name something only together; empty when one of them is missing."""
    return ":".join(parts) if all(parts) else ""


def instant_of(ts: str) -> datetime | None:
    """When a message was written, by its time stamp."""
    if not ts:
        return None
    seconds, _, fraction = ts.partition(".")
    if int(seconds) > _LATEST:
        return None
    return datetime.fromtimestamp(int(seconds), UTC).replace(microsecond=int(f"{fraction:0<6}"[:6]))
