"""How often each way into WeCom may be posted to, in the scopes that its limits are counted by.

The numbers are those of messages/limits.py. An address may call 20,000 times a minute
(WECOM_ADDRESS_PER_MINUTE): app and appchat share one corp's 10,000 here, although WeCom counts each API
apart, and it would take five hundred robots at their limit to make up the rest.
"""

from __future__ import annotations

from messages.limits import (
    WECOM_APP_PER_SEAT_AND_DAY,
    WECOM_APPCHAT_CORP_PER_MINUTE,
    WECOM_APPCHAT_MEMBER_PER_DAY,
    WECOM_APPCHAT_MEMBER_PER_MINUTE,
    WECOM_CHAT_PER_HOUR,
    WECOM_CHAT_PER_MINUTE,
    WECOM_CORP_PER_HOUR,
    WECOM_CORP_PER_MINUTE,
    WECOM_PERSON_PER_HOUR,
    WECOM_PERSON_PER_MINUTE,
    WECOM_ROBOT_PER_MINUTE,
)
from storage.windows import WIDE, Pace, Window

CORP = f"{WIDE}corp"
APP = f"{WIDE}app"
APPCHATS = f"{WIDE}appchats"

# A second more, because a post arrives a little after its turn was taken: two that are a minute
# apart here may be less than that apart there.
_MINUTE_S = 61.0
_HOUR_S = 3_601.0
_DAY_S = 86_401.0

_CORP = Pace(CORP, (Window(WECOM_CORP_PER_MINUTE, _MINUTE_S), Window(WECOM_CORP_PER_HOUR, _HOUR_S)))
_ROBOT = (Window(WECOM_ROBOT_PER_MINUTE, _MINUTE_S),)
_PERSON = (Window(WECOM_PERSON_PER_MINUTE, _MINUTE_S), Window(WECOM_PERSON_PER_HOUR, _HOUR_S))
_AIBOT = (Window(WECOM_CHAT_PER_MINUTE, _MINUTE_S), Window(WECOM_CHAT_PER_HOUR, _HOUR_S))
_GROUP = (
    Window(WECOM_APPCHAT_MEMBER_PER_MINUTE, _MINUTE_S),
    Window(WECOM_APPCHAT_MEMBER_PER_DAY, _DAY_S),
)
_GROUPS = (Window(WECOM_APPCHAT_CORP_PER_MINUTE, _MINUTE_S),)


def robot_pace(place: str) -> tuple[Pace, ...]:
    """A group robot: by its key."""
    return (Pace(place, _ROBOT),)


def app_pace(place: str, *, seats: int | None = None) -> tuple[Pace, ...]:
    """The app to one person; `seats` is how many accounts the corp has, where that is known."""
    own = (Pace(place, _PERSON), _CORP)
    if seats is None:
        return own
    day = Window(seats * WECOM_APP_PER_SEAT_AND_DAY, _DAY_S)
    return (*own, Pace(APP, (day,)))


def appchat_pace(place: str, *, members: int) -> tuple[Pace, ...]:
    """A group the app made: every post reaches all of its members."""
    return (Pace(place, _GROUP), _CORP, Pace(APPCHATS, _GROUPS, cost=members))


def aibot_pace(place: str) -> tuple[Pace, ...]:
    """The AI bot in one chat; a person it reaches as `user:ID` is spoken to in `bot:ID`."""
    kind, _, chat = place.partition(":")
    return (Pace(f"bot:{chat}" if kind == "user" else place, _AIBOT),)
