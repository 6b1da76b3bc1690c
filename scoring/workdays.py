"""When people work: working days, quiet hours, and the moment an alert should reach somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_SPREAD_MINUTES = 14  # :01 to :14 after the full or half hour, so that the next one is never met


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """One country's (or office's) working days.

    `weekdays` counts from Monday = 0. `off_days` are holidays; `make_up_days` are days worked in
    exchange (调休) and win over both. Days outside the years loaded follow `weekdays` alone.
    """

    weekdays: frozenset[int] = frozenset(range(5))
    off_days: frozenset[date] = frozenset()
    make_up_days: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= frozenset(range(7)):
            raise ValueError("weekdays: one to seven numbers, Monday = 0")

    def is_working_day(self, day: date) -> bool:
        """Whether people are at work that day."""
        if day in self.make_up_days:
            return True
        return day.weekday() in self.weekdays and day not in self.off_days

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after `day` (before it when n < 0); `day` itself when n is 0."""
        step = _DAY if n > 0 else -_DAY
        left = abs(n)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days pass from `start` (not counted) to `end` (counted).

        Negative, and counted the other way round, when `end` is earlier.
        """
        sign, step = (1, _DAY) if end >= start else (-1, -_DAY)
        count, day = 0, start
        while day != end:
            day += step
            count += self.is_working_day(day)
        return sign * count


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The local hours in which people may be disturbed: `start` included, `end` not."""

    start: time = time(9)
    end: time = time(18)

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError("the working hours of a day start before they end")

    @classmethod
    def of(cls, text: str | None) -> QuietHours | None:
        """The hours that `09:00-18:00` says; None for what says none."""
        first, dash, last = (text or "").partition("-")
        try:
            return cls(time.fromisoformat(first), time.fromisoformat(last)) if dash else None
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"

    def shifted(self, minutes: int) -> QuietHours | None:
        """As long, that much later; None where that is another day."""
        first = self.start.hour * 60 + self.start.minute + minutes
        last = self.end.hour * 60 + self.end.minute + minutes
        if first < 0 or last >= 24 * 60:
            return None
        return QuietHours(time(*divmod(first, 60)), time(*divmod(last, 60)))

    def allow(self, at: datetime) -> bool:
        """Whether the wall clock of `at`, which is local, is within the hours."""
        return self.start <= at.time() < self.end


def next_working_moment(
    at: datetime, *, zone: ZoneInfo, hours: QuietHours, calendar: WorkCalendar
) -> datetime:
    """The next instant that is within the hours of a working day in the zone.

    That is `at` itself when it is already inside, otherwise the next opening, in UTC.
    """
    local = at.astimezone(zone)
    if hours.allow(local) and calendar.is_working_day(local.date()):
        return at
    day = local.date()
    while True:
        if calendar.is_working_day(day):
            opening = _opening(day, at, zone, hours)
            if opening is not None:
                return opening
        day += _DAY


def deliver_at(
    now: datetime,
    *,
    zone: ZoneInfo,
    hours: QuietHours,
    calendar: WorkCalendar,
    limit_on: date | None,
    avoid_half_hours: bool,
    key: str = "",
) -> datetime:
    """When an alert should go out: the next working moment, but never after the day `limit_on`.

    Where working days would carry it past the limit, it goes within the hours of the limit day
    while they are still ahead, and at once after that. `avoid_half_hours` moves it off the minutes
    :00 and :30, by one to fourteen minutes that hang on `key` alone: WeCom asks for that, because
    everybody sends then.
    """
    moment = next_working_moment(now, zone=zone, hours=hours, calendar=calendar)
    if limit_on is not None and moment.astimezone(zone).date() > limit_on:
        moment = _last_call(now, zone, hours, limit_on)
    return _off_the_half_hour(moment, zone, hours, key) if avoid_half_hours else moment


def _last_call(now: datetime, zone: ZoneInfo, hours: QuietHours, limit_on: date) -> datetime:
    local = now.astimezone(zone)
    if local.date() > limit_on or (local.date() == limit_on and hours.allow(local)):
        return now
    return _opening(limit_on, now, zone, hours) or now


def _opening(day: date, at: datetime, zone: ZoneInfo, hours: QuietHours) -> datetime | None:
    """When the hours of `day` begin, not before `at`; None when they are over or never come.

    Clock changes can repeat the start (the second one counts if `at` is past the first), move it
    (a start that does not exist falls as much later as the clock jumps) or drop the whole day.
    """
    for fold in (0, 1):
        start = datetime.combine(day, hours.start, zone).replace(fold=fold).astimezone(UTC)
        local = start.astimezone(zone)
        if start >= at and local.date() == day and hours.allow(local):
            return start
    return None


def _off_the_half_hour(moment: datetime, zone: ZoneInfo, hours: QuietHours, key: str) -> datetime:
    # The platform is busy on the full and half hours of its own clock, so UTC's minutes decide,
    # also for readers whose zone is shifted by a quarter of an hour.
    if moment.astimezone(UTC).minute % 30:
        return moment
    before = moment.astimezone(zone)
    for minutes in (1 + crc32(key.encode()) % _SPREAD_MINUTES, 1):
        moved = moment + timedelta(minutes=minutes)
        after = moved.astimezone(zone)
        if after.date() == before.date() and hours.allow(after) == hours.allow(before):
            return moved
    return moment
