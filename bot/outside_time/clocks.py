"""What other clocks said last, carried on by a clock of this machine that nobody sets."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.outside_time.verdict import Reading

KEPT_S = 86_400.0
"""A reading counts for a day: a machine's steady clock goes wrong by seconds in that time."""

Dated = Callable[[Mapping[str, str]], None]
"""Told the headers of an answer, for its Date."""


def undated(_headers: Mapping[str, str]) -> None:
    """Take no notice of when answers were given."""


def machine_time() -> datetime:
    """What this machine's clock says, whatever the business's clock was set to."""
    return datetime.now(UTC)


def steady_s() -> float:
    """Seconds that go on evenly, also while the machine sleeps."""
    # Linux's monotonic clock stands still while a machine is suspended.
    return (
        time.clock_gettime(time.CLOCK_BOOTTIME)
        if hasattr(time, "CLOCK_BOOTTIME")
        else time.monotonic()
    )


@dataclass(frozen=True, slots=True)
class _Said:
    at: datetime
    steady: float
    independent: bool


@dataclass(slots=True)
class OutsideClocks:
    """The last word of each other clock, by the name of its source."""

    machine: Callable[[], datetime] = machine_time
    steady: Callable[[], float] = steady_s
    _said: dict[str, _Said] = field(default_factory=dict)

    def heard(self, source: str, at: datetime, *, independent: bool = True) -> None:
        """Another clock says that it is `at`."""
        self._said[source] = _Said(at, self.steady(), independent)

    def dated(self, source: str) -> Dated:
        """Who is told the headers of that source's answers; what is no date is passed over."""

        def note(headers: Mapping[str, str]) -> None:
            at = date_of(headers)
            if at is not None:
                self.heard(source, at)

        return note

    def knows(self, source: str) -> bool:
        """Whether that clock was heard within the last day."""
        return source in {reading.source for reading in self.readings()}

    def readings(self) -> tuple[Reading, ...]:
        """How far the machine's clock is ahead of each of them now.

        What was heard before the machine's clock jumped counts all the same: since then the
        steady clock has gone on.
        """
        now, steady = self.machine(), self.steady()
        self._said = {
            source: said
            for source, said in self._said.items()
            if 0 <= steady - said.steady <= KEPT_S
        }
        return tuple(
            Reading(
                source,
                (now - said.at - timedelta(seconds=steady - said.steady)).total_seconds(),
                said.independent,
            )
            for source, said in sorted(self._said.items())
        )


def date_of(headers: Mapping[str, str]) -> datetime | None:
    """When an answer was given, None when it does not say.

    A cache on the way keeps the Date of the first time, and says in Age how many seconds ago that
    was (RFC 9111, 5.1).
    """
    at, age = date_in(headers.get("Date")), headers.get("Age", "")
    if at is None or not (age.isascii() and age.isdecimal()):
        return at
    try:
        return at + timedelta(seconds=int(age))
    except (ValueError, OverflowError):
        return None


def date_in(header: str | None) -> datetime | None:
    """The instant of a Date header, None when it is none."""
    try:
        read = parsedate_to_datetime(header or "")
        # At the ends of what can be written, another zone's instant is none of ours.
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None
