"""How often and how late things may happen: Slack's published figures, as data."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from types import MappingProxyType

MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `most` within any `seconds`."""

    most: int
    seconds: float


Rates = Sequence[Rate]

_TIERS: Mapping[str, Rates] = MappingProxyType(
    {
        "t1": (Rate(1, MINUTE_S),),
        "t2": (Rate(20, MINUTE_S),),
        "t3": (Rate(50, MINUTE_S),),
        "t4": (Rate(100, MINUTE_S),),
        "t5": (Rate(600, MINUTE_S),),  # "hundreds of requests per minute"
    }
)


@dataclass(frozen=True, slots=True)
class Limits:
    """docs.slack.dev, rate limits. `tiers` count each method of a workspace for itself.

    `channel` and `workspace` are chat.postMessage's own: one message a second in a channel with
    short bursts, several hundred a minute in a workspace. An empty one means "as often as you
    like". `response_url` uses and `connections` are counts, not rates.
    """

    tiers: Mapping[str, Rates] = field(default_factory=lambda: _TIERS)
    channel: Rates = (Rate(3, 2.0), Rate(60, MINUTE_S))
    workspace: Rates = (Rate(300, MINUTE_S),)
    response_url: int = 5
    connections: int = 10
    history: int = 1_000


UNLIMITED = Limits(MappingProxyType({}), (), ())
"""For a clock that is moved by months in seconds: limits by the minute would say nothing."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things last, in seconds, by the cloud's clock.

    `ack_s`, `retries_s`, `ping_s` and `processing_s` pass on the machine's clock: the product
    answers in real time, and an upload is worked on for a real moment.
    """

    trigger_s: float = 3.0
    response_url_s: float = 1_800.0
    ticket_s: float = 30.0
    code_s: float = 600.0
    upload_url_s: float = 3_600.0
    ack_s: float = 3.0
    retries_s: tuple[float, ...] = (0.0, 60.0, 300.0)
    ping_s: float = 10.0
    processing_s: float = 0.0


_EVER_S = 400 * 86_400.0

UNHURRIED = Timing(trigger_s=_EVER_S, response_url_s=_EVER_S, ticket_s=_EVER_S, code_s=_EVER_S)
"""For a clock that may be moved while somebody waits for an answer."""


class Counting:
    """What was let through when, by whatever is counted."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._seen: dict[tuple[str, ...], deque[datetime]] = defaultdict(deque)

    def wait_s(self, rates: Rates, *what: str) -> int:
        """Count one more and give 0, or count nothing and give the seconds until it may be tried."""
        if not rates:
            return 0
        now = self._clock()
        seen = self._seen[what]
        longest = timedelta(seconds=max(rate.seconds for rate in rates))
        while seen and seen[0] <= now - longest:
            seen.popleft()
        waits = [self._wait(rate, seen, now) for rate in rates]
        if not any(waits):
            seen.append(now)
        return max(waits)

    @staticmethod
    def _wait(rate: Rate, seen: deque[datetime], now: datetime) -> int:
        window = timedelta(seconds=rate.seconds)
        if len(seen) < rate.most or seen[-rate.most] <= now - window:
            return 0
        return max(1, ceil((seen[-rate.most] + window - now).total_seconds()))
