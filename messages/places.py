"""How places are written, and what kind of place a name means.

Slack: `#name` or a channel id (`C…`, `G…`), a person's id (`U…`, `W…`, `D…`) for a direct
message. WeCom: `robot:NAME` (group robot of the configuration), `user:ID` (direct message of the
app), `appchat:ID` (group made by the app), `group:ID` and `bot:ID` (group and direct chat of the
AI bot).
"""

from __future__ import annotations

from messages.abilities import PlaceKind
from scoring.model import Person, Platform

_WECOM = {
    "robot": PlaceKind.WECOM_ROBOT,
    "user": PlaceKind.WECOM_APP,
    "appchat": PlaceKind.WECOM_APPCHAT,
    "group": PlaceKind.WECOM_AIBOT_GROUP,
    "bot": PlaceKind.WECOM_AIBOT_DM,
}


def kind_of_place(platform: str, place: str) -> PlaceKind:
    """What kind of place a stored address is; ValueError for one that is none."""
    if platform == Platform.TEXT:
        return PlaceKind.TEXT
    if platform == Platform.SLACK:
        return PlaceKind.SLACK_DM if place[:1] in "UWD" else PlaceKind.SLACK_CHANNEL
    kind = _WECOM.get(place.partition(":")[0])
    if kind is None:
        raise ValueError(f"{platform}:{place} is not a place; write robot:NAME, user:ID, group:ID")
    return kind


def direct_place(person: Person, platform: str, *, wecom: str = "user") -> str | None:
    """Where a person gets direct messages on a platform, None when they are not there.

    `wecom` is the way there: `user` through the app, `bot` in the AI bot's direct chat.
    """
    if platform == Platform.SLACK:
        return person.slack_id
    if platform == Platform.WECOM and person.wecom_id:
        return f"{wecom}:{person.wecom_id}"
    return None
