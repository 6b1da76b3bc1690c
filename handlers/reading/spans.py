"""Steps on the calendar: weeks start on Monday, months and quarters clip at their end."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Reading:
    """What one expression may mean.

    `on` is the day for something still to come, `past_on` for something that happened; they differ
    only where the words leave the year or the week open. `precise` is false for a whole month,
    quarter or year; `sure` is false for shapes that are often no date at all (3.10, 3-10).
    """

    on: date
    past_on: date
    precise: bool = True
    sure: bool = True
    weekday: bool = False
    week: bool = False


def fixed(on: date, *, precise: bool = True, week: bool = False) -> Reading:
    """A reading that leaves nothing open."""
    return Reading(on, on, precise=precise, week=week)


def day_of(year: int, month: int, day: int) -> date | None:
    """The date, or None where the calendar has none or it is outside 1900 to 2199."""
    if not (1900 <= year <= 2199 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]):
        return None
    return date(year, month, day)


def month_end(on: date) -> date:
    """The last day of the month."""
    return on.replace(day=monthrange(on.year, on.month)[1])


def add_months(on: date, months: int) -> date:
    """The same day so many months on, clipped to the month's end (31 Jan + 1 = 28 Feb)."""
    index = on.year * 12 + on.month - 1 + months
    year, month = divmod(index, 12)
    year = min(max(year, 1), 9999)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def add_days(on: date, days: int) -> date:
    """So many days on, held inside what `date` can say."""
    ordinal = min(max(on.toordinal() + days, 1), date.max.toordinal())
    return date.fromordinal(ordinal)


def add_working_days(on: date, days: int) -> date:
    """So many Mondays to Fridays on; public holidays are not known here."""
    step = 1 if days >= 0 else -1
    for _ in range(abs(days)):
        on = add_days(on, step)
        while on.weekday() > 4 and date.min < on < date.max:
            on = add_days(on, step)
    return on


def week_day(today: date, weeks: int, weekday: int) -> date:
    """The weekday (0 = Monday) of the calendar week so many weeks from today's."""
    return add_days(today, 7 * weeks + weekday - today.weekday())


def coming(today: date, weekday: int) -> Reading:
    """The weekday said without a week: one to seven days ahead, or one to seven days ago.

    On that very weekday it is a week away: whoever means today says today.
    """
    ahead = (weekday - today.weekday()) % 7 or 7
    behind = (today.weekday() - weekday) % 7 or 7
    return Reading(add_days(today, ahead), add_days(today, -behind), weekday=True)


def day_without_year(today: date, month: int, day: int, *, sure: bool = True) -> Reading | None:
    """The nearest such day to come (today counts), and the nearest that has been."""
    years = range(today.year, today.year + 5)  # 29 February waits for its year
    ahead = next((d for y in years if (d := day_of(y, month, day)) and d >= today), None)
    years = range(today.year, today.year - 5, -1)
    behind = next((d for y in years if (d := day_of(y, month, day)) and d <= today), None)
    if ahead is None or behind is None:
        return None
    return Reading(ahead, behind, sure=sure)


def day_of_month(today: date, day: int) -> Reading | None:
    """The next such day of a month; 31 in a month of 30 days is its last day.

    Clipped, because whoever says the 31st in April means the end of this month, not of the next.
    """
    if not 1 <= day <= 31:
        return None
    this = today.replace(day=min(day, month_end(today).day))
    first = today.replace(day=1)
    after, before = add_months(first, 1), add_months(first, -1)
    ahead = this if this >= today else after.replace(day=min(day, month_end(after).day))
    behind = this if this <= today else before.replace(day=min(day, month_end(before).day))
    return Reading(ahead, behind)


def quarter_start(on: date) -> date:
    """The first day of the quarter."""
    return date(on.year, 3 * ((on.month - 1) // 3) + 1, 1)


def quarter_end(on: date) -> date:
    """The last day of the quarter."""
    return month_end(add_months(quarter_start(on), 2))


def part_of_month(first: date, part: str) -> date:
    """The day meant by start, middle, late or end of the month that begins on `first`."""
    return {
        "start": first,
        "middle": first.replace(day=15),
        "late": first.replace(day=21),
        "end": month_end(first),
    }[part]


def month_part(today: date, month: int, year: int | None, part: str | None) -> Reading | None:
    """A named month or a part of it; without a year the next to come.

    A whole month that is already running ends, rather than begins, in the future.
    """
    if not 1 <= month <= 12:
        return None
    first = day_of(year if year is not None else today.year, month, 1)
    if first is None:
        return None
    if part is None and month_end(first) >= today:
        on = first if first > today else month_end(first)
    else:
        on = part_of_month(first, part or "start")
    if year is not None:
        return fixed(on, precise=part is not None)
    ahead = on
    if on < today:
        ahead = part_of_month(add_months(first, 12), part or "start")
    behind = part_of_month(first, part or "start")
    if behind > today:
        behind = part_of_month(add_months(first, -12), part or "start")
    return Reading(ahead, behind, precise=part is not None)


def quarter_part(today: date, quarter: int, year: int | None, part: str | None) -> Reading | None:
    """A numbered quarter or a part of it; without a year the next to come or the running one."""
    start = day_of(year if year is not None else today.year, 3 * quarter - 2, 1)
    if start is None:
        return None
    if year is None and quarter_end(start) < today:
        start = add_months(start, 12)
    return fixed(_part_of_quarter(start, part, today), precise=part is not None)


def _part_of_quarter(start: date, part: str | None, today: date) -> date:
    if part in ("end", "late"):
        return quarter_end(start)
    if part == "middle":
        return add_months(start, 1).replace(day=15)
    return start if start > today or part == "start" else quarter_end(start)


def quarter_from(today: date, quarters: int, part: str | None) -> Reading:
    """The quarter so many from the running one, or a part of it."""
    start = add_months(quarter_start(today), 3 * quarters)
    return fixed(_part_of_quarter(start, part, today), precise=part is not None)


def year_part(today: date, years: int, part: str | None) -> Reading:
    """Start, middle or end of this or another year; a whole year is where it begins to count."""
    year = min(max(today.year + years, 1), 9999)
    months = {"start": (1, 1), "middle": (6, 30), "late": (12, 1), "end": (12, 31)}
    month, day = months[part or ("start" if years > 0 else "end")]
    return fixed(date(year, month, day), precise=part is not None)
