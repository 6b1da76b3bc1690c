"""When somebody may be disturbed: `9-18`, `09:30 to 18:00`, `9am-6pm`, `9点半到18点`, `default`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time

from handlers.reading.digits import fold
from scoring.workdays import QuietHours

DEFAULT = "default"

_DEFAULTS = frozenset({DEFAULT, "usual", "standard", "house", "默认", "默认时间", "跟随公司"})

_CLOCK = (
    r"(?P<{0}half>上午|早上|中午|下午|晚上)?(?P<{0}hour>\d{{1,2}})"
    r"(?:[:点时h.](?:(?P<{0}minute>\d{{1,2}})分?|(?P<{0}thirty>半))?)?(?P<{0}m>am|pm)?"
)
_HOURS = re.compile(
    _CLOCK.format("a") + r"(?:-|–|—|~|～|至|到|to|until|till)+" + _CLOCK.format("b")
)
_AFTERNOON = frozenset({"下午", "晚上", "pm"})


@dataclass(frozen=True, slots=True)
class OwnHours:
    """A person's choice; `hours` None goes back to the hours of the house."""

    hours: QuietHours | None

    def __str__(self) -> str:
        return str(self.hours) if self.hours else DEFAULT


def read_hours(text: str) -> OwnHours | None:
    """The hours that a text says; None when it says none, or ends before it starts."""
    said = fold(text).replace(" ", "")
    if said in _DEFAULTS:
        return OwnHours(None)
    found = _HOURS.fullmatch(said)
    if found is None:
        return None
    start, end = _clock(found, "a"), _clock(found, "b")
    if start is None or end is None or start >= end:
        return None
    return OwnHours(QuietHours(start, end))


def _clock(found: re.Match[str], which: str) -> time | None:
    hour, minute = int(found[f"{which}hour"]), int(found[f"{which}minute"] or 0)
    minute = 30 if found[f"{which}thirty"] else minute
    late = found[f"{which}half"] in _AFTERNOON or found[f"{which}m"] in _AFTERNOON
    if late and hour < 12:
        hour += 12
    if (hour, minute) == (24, 0):
        return time(23, 59)
    return time(hour, minute) if hour < 24 and minute < 60 else None
