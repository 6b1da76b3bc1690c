"""Slack's ids as places, posts and threads are written: `C0123/1700000000.000100` is a post."""

from __future__ import annotations

import re

_MESSAGE = re.compile(r"(?P<channel>[A-Z][A-Z0-9]{1,254})/(?P<ts>\d{1,16}\.\d{1,9})")
_ID = re.compile(r"[CDGUW][A-Z0-9]{1,254}")


def message_id(channel: str, ts: str) -> str:
    """A post by its channel (C…, G…, D…) and its time stamp; ValueError when these are none."""
    spelled = f"{channel}/{ts}"
    if _MESSAGE.fullmatch(spelled) is None:
        raise ValueError("that is no channel and time stamp of Slack's")
    return spelled


def parts_of(message_id: str) -> tuple[str, str]:
    """The channel and the time stamp of a post; ValueError when the id is none of Slack's."""
    found = _MESSAGE.fullmatch(message_id)
    if found is None:
        raise ValueError("that is no message id of Slack's")
    return found["channel"], found["ts"]


def is_person(place: str) -> bool:
    """Whether a place is a person's id (U…, W…), which stands for the conversation with them."""
    return _ID.fullmatch(place) is not None and place[0] in "UW"


def is_channel(place: str) -> bool:
    """Whether a place is an id that can be posted to as it is: a channel's or a conversation's."""
    return _ID.fullmatch(place) is not None and place[0] in "CDG"


def is_direct(place: str) -> bool:
    """Whether an id is that of a conversation with one person (D…)."""
    return _ID.fullmatch(place) is not None and place[0] == "D"


def channel_name(place: str) -> str | None:
    """The bare name behind `#name`, as Slack writes it; None when the place is no name."""
    name = place.removeprefix("#").strip().lower()
    return name if place.startswith("#") and name else None
