"""How often and how late things may happen: the real figures, and a clock's worth of counting."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE_S = 60.0
HOUR_S = 3_600.0
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `most` within any `seconds`."""

    most: int
    seconds: float


Rates = Sequence[Rate]


@dataclass(frozen=True, slots=True)
class Limits:
    """The pages' figures. An empty one means "as often as you like"."""

    robot: Rates = (Rate(20, MINUTE_S),)  # 91770
    member: Rates = (Rate(30, MINUTE_S), Rate(1_000, HOUR_S))  # 90236: dropped without a word
    appchat: Rates = (Rate(200, MINUTE_S), Rate(10_000, DAY_S))  # 90248: dropped without a word
    new_appchats: Rates = (Rate(1_000, DAY_S),)  # 90245
    chat: Rates = (Rate(30, MINUTE_S), Rate(1_000, HOUR_S))  # 101463: replies and pushes together
    uploads: Rates = (Rate(30, MINUTE_S), Rate(1_000, HOUR_S))  # 101463
    api: Rates = (Rate(10_000, MINUTE_S), Rate(150_000, HOUR_S))  # 90312: corporation and API


UNLIMITED = Limits((), (), (), (), (), (), ())
"""For a clock that is moved by months in seconds: limits by the minute would say nothing."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things last, in seconds. `callback_s` and `poll_s` pass on the machine's clock."""

    token_s: float = 7_200.0  # 91039
    media_s: float = 3 * DAY_S  # 90253
    response_code_s: float = 72 * HOUR_S  # 94888
    response_url_s: float = HOUR_S  # secondary; some say five minutes
    file_url_s: float = 300.0  # 100719
    welcome_s: float = 5.0  # 101463, answers to events
    reply_s: float = 24 * HOUR_S  # 101463, answers to messages
    stream_s: float = 360.0  # 101031: six minutes from the question
    upload_s: float = 1_800.0  # 101463, an upload in parts
    callback_s: float = 5.0  # 90238
    attempts: int = 3  # 90238
    echo_s: float = 1.0  # 90238
    poll_s: float = 1.0  # 101031: "about every second"


_EVER_S = 400 * DAY_S

UNHURRIED = Timing(token_s=_EVER_S, welcome_s=_EVER_S, reply_s=_EVER_S, stream_s=_EVER_S)
"""For a clock that may be moved while somebody waits for an answer.

Tokens, too: whoever holds one counts its hours by steady time, and would fetch one a day that
passes in a moment, which looks like hammering.
"""


class Counting:
    """What was let through when, by whatever is counted."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._seen: dict[tuple[str, ...], deque[datetime]] = defaultdict(deque)

    def admits(self, rates: Rates, *what: str) -> bool:
        """Count one more and say yes, or say no and count nothing."""
        if not rates:
            return True
        now = self._clock()
        seen = self._seen[what]
        longest = timedelta(seconds=max(rate.seconds for rate in rates))
        while seen and seen[0] <= now - longest:
            seen.popleft()
        for rate in rates:
            begun = now - timedelta(seconds=rate.seconds)
            if len(seen) >= rate.most and seen[-rate.most] > begun:
                return False
        seen.append(now)
        return True
