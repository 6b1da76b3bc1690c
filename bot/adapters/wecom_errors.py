"""WeCom's error codes as what they mean for a message (its documentation: 90313, 90312, 91770)."""

from __future__ import annotations

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
"""The window of 45009 for robots: the limit is counted by the minute (91770)."""

_BUSY = frozenset({-1, 6000})
_CREDENTIALS = frozenset(
    {40001, 40013, 40014, 40091, 41001, 42001, 43012, 48002, 50002, 60011, 60020, 93000, 301002}
)
_PAYLOAD = frozenset(
    {40003, 40004, 40007, 40008, 40058, 41016, 44004, 45002, 45008, 82004, *range(42014, 42020)}
)
_GONE = frozenset({40050, 46004, 49008, 60111, 81013, 86001, 86003, 86008, 93001, 93006, 93008})


def raise_for_code(answer: dict[str, Any], *, window_s: float = MINUTE_S) -> None:
    """Raise what an answer of WeCom means; nothing for errcode 0.

    A code we do not know is a refusal all the same, so nothing was sent: a plain Retryable.
    """
    code = answer.get("errcode")
    if not isinstance(code, int) or isinstance(code, bool):
        raise OutcomeUnknown("the answer has no error code")
    if code:
        raise _fault(code, flat(str(answer.get("errmsg", "")))[:200], window_s)


def _fault(code: int, detail: str, window_s: float) -> DeliveryError:
    name = str(code)
    if code in _BUSY:
        return PlatformDown(detail, code=name)
    if code == 45009:
        return RateLimited(detail, retry_after_s=window_s, code=name)
    if code == 45033:
        return RateLimited(detail, retry_after_s=2.0, code=name)
    if code in _CREDENTIALS:
        return BadCredentials(detail, code=name)
    if code in _PAYLOAD:
        return Rejected(detail, code=name)
    if code in _GONE:
        return RecipientGone(detail, code=name)
    return Retryable(detail, code=name)
