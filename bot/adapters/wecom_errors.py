"""WeCom's error codes as what they mean for a message (its documentation: 90313, 90312, 91770).

One table for everything we call: robots, the app, its groups, the AI bot. Where the documentation
is silent about what the AI bot answers, what its users report stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from messages.render.words import flat
from scoring.errors import (
    BadCredentials,
    DeliveryError,
    OutcomeUnknown,
    PlatformDown,
    RateLimited,
    RecipientGone,
    Rejected,
    Retryable,
)

MINUTE_S = 60.0
"""The window of 45009 where nothing else is known: limits are counted by the minute (90312)."""

TOKEN_REFUSED = frozenset({"40014", "41001", "42001"})
"""The access token is not (any more) one: a fresh one, and once again."""

NOT_SPOKEN_TO = "846607"
"""Somebody has to write to the AI bot in that chat before it may push there; until then it waits.

`delivery.code.846607` tells people what to do.
"""

CARD_SPENT = frozenset({"42014", "42015", "42016", "42017", "42022"})
"""A card cannot be updated (any more): its code is used or old, or its task is not known."""

MEDIA_GONE = "40007"
"""A media id that is older than its three days, or was another way's."""

_BUSY_S = 2.0

MEANINGS: Mapping[int, type[DeliveryError]] = MappingProxyType(
    {
        # Nothing was done, later it may be.
        -1: PlatformDown,  # busy
        6000: PlatformDown,  # somebody else is changing the same
        45009: RateLimited,  # too many; lifts after the window it was counted in
        45033: RateLimited,  # too many at once
        846609: PlatformDown,  # AI bot: the connection is not subscribed (any more)
        # Somebody has to set something up; the message can wait.
        40001: BadCredentials,  # secret
        40013: BadCredentials,  # corp id
        40014: BadCredentials,  # access token
        40056: BadCredentials,  # agent id
        40091: BadCredentials,  # secret
        41001: BadCredentials,  # no access token
        41002: BadCredentials,  # no corp id
        41004: BadCredentials,  # no secret
        41011: BadCredentials,  # no agent id
        42001: BadCredentials,  # access token expired
        48002: BadCredentials,  # the app may not call this
        48005: BadCredentials,  # this API is switched off
        48006: BadCredentials,  # the permission was taken away
        50002: BadCredentials,  # the agent id is not this app's
        50003: BadCredentials,  # the app is disabled
        60011: BadCredentials,  # no right to these people
        60020: BadCredentials,  # not a trusted IP
        93000: BadCredentials,  # robot: key wrong or removed
        93004: BadCredentials,  # robot: disabled
        301002: BadCredentials,  # no right to this agent id
        846607: BadCredentials,  # AI bot: must be spoken to first
        # Said in this way it will never be taken.
        40004: Rejected,  # kind of media
        40005: Rejected,  # type
        40006: Rejected,  # size of a file
        40007: Rejected,  # media id
        40008: Rejected,  # msgtype
        40009: Rejected,  # size of an image
        40033: Rejected,  # characters
        40035: Rejected,  # parameter
        40058: Rejected,  # parameter, mostly one that is too long
        40063: Rejected,  # empty parameter
        40123: Rejected,  # format of an image
        41006: Rejected,  # no media id
        41016: Rejected,  # no title
        42014: Rejected,  # card: task id
        42015: Rejected,  # card: another app's
        42016: Rejected,  # card: no such task
        42017: Rejected,  # card: no such key
        42018: Rejected,  # card: key
        42019: Rejected,  # card: no key
        42020: Rejected,  # card: a button without a name
        42022: Rejected,  # code was used before
        43012: Rejected,  # cards to tap need a callback URL; without, lines to type do
        44001: Rejected,  # empty file
        44004: Rejected,  # empty content
        45001: Rejected,  # size of a file
        45002: Rejected,  # size of the content
        45008: Rejected,  # number of articles
        82004: Rejected,  # size of the content
        85002: Rejected,  # a word that is not allowed
        846605: Rejected,  # AI bot: the request is not (any more) one to answer
        846608: Rejected,  # AI bot: the stream is over
        # Nobody is there.
        40003: RecipientGone,  # user id
        40050: RecipientGone,  # chat id
        41054: RecipientGone,  # the member never logged in
        46004: RecipientGone,  # user id
        49008: RecipientGone,  # the group was dissolved
        60021: RecipientGone,  # not in the app's visible range
        60111: RecipientGone,  # user id
        81013: RecipientGone,  # all of the recipients
        82001: RecipientGone,  # no recipients
        86001: RecipientGone,  # chat id
        86003: RecipientGone,  # no such chat
        86008: RecipientGone,  # a group of another app
        92000: RecipientGone,  # not in the app's visible range
        93001: RecipientGone,  # AI bot: not in groups of this kind
        93006: RecipientGone,  # AI bot: chat id
        93008: RecipientGone,  # AI bot: not in the group
    }
)
"""A code that is not here is a plain Retryable: WeCom refused, so nothing was sent."""

_WINDOWS_S: Mapping[str, float] = MappingProxyType(
    {"appchat/create": 24 * 3_600.0}  # an organisation's apps make 1,000 groups a day (90245)
)
_OF_THE_CORP = frozenset({"message/send", "message/update_template_card", "appchat/send"})
"""Where one person's excess is dropped silently, so 45009 speaks of the whole organisation."""

_TAIL = re.compile(r",? ?(?:hint: \[[^\]]{0,80}\]|more info at \S{1,200})")
"""For Tencent's support; people read our own words for the code."""

_SECRETS = re.compile(r"\b(access_token|corpsecret|secret|key|debug)=[^&\s,;\"']*", re.IGNORECASE)


def raise_for_code(answer: dict[str, Any], *, api: str = "", hide: Iterable[str] = ()) -> None:
    """Raise what an answer of WeCom means; nothing for errcode 0.

    `api` is the path that was called, for the window of its limit; `hide` are secrets that the
    words of the answer must not show, should they quote them.
    """
    code = answer.get("errcode")
    if not isinstance(code, int) or isinstance(code, bool):
        raise OutcomeUnknown("the answer has no error code")
    if code:
        raise _fault(code, hidden(str(answer.get("errmsg", "")), hide), api)


def hidden(words: str, secrets: Iterable[str] = ()) -> str:
    """What a platform said, on one line of at most 200 characters and without secrets."""
    for secret in secrets:
        if secret:
            words = words.replace(secret, "***")
    return flat(_SECRETS.sub(r"\1=***", _TAIL.sub("", words)))[:200]


def _fault(code: int, detail: str, api: str) -> DeliveryError:
    name = str(code)
    meaning = MEANINGS.get(code, Retryable)
    if meaning is RateLimited:
        window_s = _BUSY_S if code == 45033 else _WINDOWS_S.get(api, MINUTE_S)
        whole = code == 45009 and api in _OF_THE_CORP
        return RateLimited(detail, retry_after_s=window_s, whole_platform=whole, code=name)
    return meaning(detail, code=name)
