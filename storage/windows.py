"""How much of a rate limit is spent: exact instants for small windows, counts for large ones.

A large window is cut into sub-windows whose posts are only counted. Those of the sub-window that
is just leaving count until all of it has left, so the error is on the safe side alone: a full
window is free again up to a sixtieth of its length late, and never holds more than its limit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

EXACT_MOST = 60
"""Windows of up to so many posts keep each instant."""

SUB_WINDOWS = 60
"""Larger ones are counted in so many parts."""

AHEAD_S = 15.0
"""Others may have read the clock so much later and still written first; later is no time of ours."""

WIDE = "*"
"""How the names of scopes that hold more than one place begin."""

_SECOND = 1_000_000
_AHEAD = int(AHEAD_S * _SECOND)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """At most `posts` within any `seconds`."""

    posts: int
    seconds: float

    @property
    def exact(self) -> bool:
        """Whether every post in it is kept with its instant."""
        return self.posts <= EXACT_MOST

    @property
    def length(self) -> int:
        """Its length in microseconds."""
        return round(self.seconds * _SECOND)

    @property
    def step(self) -> int:
        """The length of a sub-window in microseconds; sixty of them are never shorter than it."""
        return -(-self.length // SUB_WINDOWS)


@dataclass(frozen=True, slots=True)
class Pace:
    """The limits of one scope that a post counts against, `cost` times.

    The scope is a place by its name, or begins with WIDE and holds many places (a corp, an app).
    """

    scope: str
    windows: tuple[Window, ...]
    cost: int = 1

    @property
    def wide(self) -> bool:
        """Whether other places count against it too."""
        return self.scope.startswith(WIDE)


@dataclass(frozen=True, slots=True)
class Spent:
    """What was posted in a scope lately, in microseconds of steady time.

    `posted` are instants for the small windows. `counted` are posts by sub-window for the large
    ones: for the length of a sub-window the number of the first one, and the posts of each.
    """

    posted: tuple[int, ...] = ()
    counted: Mapping[int, tuple[int, tuple[int, ...]]] = field(default_factory=dict)

    @classmethod
    def from_json(cls, posted: Sequence[float], counted: Mapping[str, Any] | None) -> Spent:
        """What a row says; its instants are seconds."""
        return cls(
            tuple(sorted(round(at * _SECOND) for at in posted)),
            {int(step): (row[0], tuple(row[1:])) for step, row in (counted or {}).items()},
        )

    def as_json(self) -> tuple[list[float], dict[str, list[int]]]:
        """The form in which a row keeps it."""
        return (
            [at / _SECOND for at in self.posted],
            {str(step): [first, *posts] for step, (first, posts) in self.counted.items()},
        )

    def wait_s(self, pace: Pace, now: int) -> float:
        """Seconds until a post fits into all windows; one larger than a window needs it empty."""
        seen = self.seen(pace, now)
        waits = [seen._wait(window, min(pace.cost, window.posts), now) for window in pace.windows]
        return max([0, *waits]) / _SECOND

    def plus(self, pace: Pace, now: int) -> Spent:
        """After a post, without what no window looks back on any more."""
        seen = self.seen(pace, now)
        exact = [window for window in pace.windows if window.exact]
        most = max((window.posts for window in exact), default=0)
        posted = sorted((*seen.posted, *(now for _ in range(min(pace.cost, most)))))
        counted = {
            window.step: _added(seen.counted.get(window.step), now // window.step, pace.cost)
            for window in pace.windows
            if not window.exact
        }
        return Spent(tuple(posted[-most:] if most else ()), counted)

    def seen(self, pace: Pace, now: int) -> Spent:
        """What the windows of a pace still look back on.

        Posts of a time that is not ours (SQLite's steady clock starts anew with the machine) may
        have been at any moment: the latest one is this very moment.
        """
        longest = max((window.length for window in pace.windows if window.exact), default=0)
        mine = [at if at <= now + _AHEAD else now for at in self.posted]
        counted = {
            window.step: _seen(row, window.step, now)
            for window in pace.windows
            if not window.exact and (row := self.counted.get(window.step)) is not None
        }
        return Spent(tuple(sorted(at for at in mine if at > now - longest)), counted)

    def foreign(self, now: int) -> bool:
        """Whether some of it is of a time that is not ours."""
        latest = [(first + len(posts) - 1) * step for step, (first, posts) in self.counted.items()]
        return any(at > now + _AHEAD for at in (*self.posted, *latest))

    def _wait(self, window: Window, cost: int, now: int) -> int:
        room = window.posts - cost
        if window.exact:
            recent = [at for at in self.posted if at > now - window.length]
            leaving = len(recent) - room
            return max(0, recent[leaving - 1] + window.length - now) if leaving > 0 else 0
        first, posts = self.counted.get(window.step, (0, ()))
        left, gone = sum(posts), 0
        while left > room:
            left -= posts[gone]
            gone += 1
        return max(0, (first + gone + SUB_WINDOWS) * window.step - now) if gone else 0


def micros(steady: datetime) -> int:
    """Steady time as whole microseconds."""
    return (steady - _EPOCH) // timedelta(microseconds=1)


def _seen(row: tuple[int, tuple[int, ...]], step: int, now: int) -> tuple[int, tuple[int, ...]]:
    first, posts = row
    here, last = now // step, (now + _AHEAD) // step
    kept: dict[int, int] = {}
    for number, count in enumerate(posts, first):
        if number >= here - SUB_WINDOWS and count:
            at = number if number <= last else here
            kept[at] = kept.get(at, 0) + count
    if not kept:
        return here, ()
    begin = min(kept)
    return begin, tuple(kept.get(number, 0) for number in range(begin, max(kept) + 1))


def _added(
    row: tuple[int, tuple[int, ...]] | None, here: int, cost: int
) -> tuple[int, tuple[int, ...]]:
    first, posts = row if row and row[1] else (here, ())
    counts = dict(enumerate(posts, first))
    counts[here] = counts.get(here, 0) + cost
    begin = min(counts)
    return begin, tuple(counts.get(number, 0) for number in range(begin, max(counts) + 1))
