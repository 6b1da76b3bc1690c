"""Dates in cells. What can be read in two ways is refused, never guessed."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from handlers.importing.raw import DATE_MARK, MARK, MOMENT_MARK, RawCell
from handlers.reading.digits import halfwidth


class DateOrder(StrEnum):
    """How the one who brings a file writes `03/04/2026` or `26/3/4`."""

    MDY = "mdy"
    DMY = "dmy"
    YMD = "ymd"


class UnreadableDate(ValueError):
    """A cell that is no date, or more than one; `key` and `params` name the sentence."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key)
        self.key = key
        self.params = params


FIRST_YEAR = 1990
LAST_YEAR = 2100

# Excel counts from 1899-12-30 (its 1900 was a leap year) or, on old Macs, from 1904-01-01.
_EPOCH_1900 = date(1899, 12, 30)
_EPOCH_1904 = date(1904, 1, 1)

_MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ],
        start=1,
    )
    for name in names.split()
}
_TIME = re.compile(
    r"(?P<day>.*?\S)(?:\s*t\s*|\s+)(?P<time>\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)"
    r"\s*(?P<half>am|pm)?\s*(?P<zone>z|utc|[+-]\d{2}:?\d{2})?"
)
_WEEKDAY = re.compile(
    r"[\s,(]*(?:(?:星期|周|礼拜)[一二三四五六日天]|"
    r"(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)(?:day|nesday|sday|rsday|urday)?)[\s,)]*"
)
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4})")
_SHORT_YEAR = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{1,2})")
_NAMED_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.?[\s-]*(\d{1,2})(?:st|nd|rd|th)?[\s,-]+(\d{4})")
_NAMED_MONTH_SECOND = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[\s,-]*(?:of\s+)?([a-z]{3,9})\.?[\s,-]*(\d{4}|\d{2})"
)


def read_date(raw: RawCell, order: DateOrder | None, *, epoch_1904: bool = False) -> date:
    """The day a cell names, its time of day dropped. UnreadableDate says what is wrong."""
    return _read(raw, order, epoch_1904)[0]


def read_moment(raw: RawCell, order: DateOrder | None, *, epoch_1904: bool = False) -> datetime:
    """Day and time of a cell, 00:00 when it names none; naive unless the cell names its zone."""
    day, clock, zone = _read(raw, order, epoch_1904)
    return datetime.combine(day, clock, zone)


def _read(
    raw: RawCell, order: DateOrder | None, epoch_1904: bool
) -> tuple[date, time, tzinfo | None]:
    if not isinstance(raw, str):
        return (*_from_number(raw, epoch_1904), None)
    if raw.startswith(MARK):
        moment = _marked(raw)
        return _plausible(moment.date(), moment.date().isoformat()), moment.time(), None
    if len(raw) > 60:
        raise UnreadableDate("import.cell.date", value=raw)
    text = halfwidth(raw).strip().casefold()
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        return (*_from_number(float(text), epoch_1904), None)
    clock, zone = time(), None
    with_time = _TIME.fullmatch(text) if ":" in text else None
    if with_time:
        clock, zone = _clock(with_time, raw)
        text = with_time["day"].rstrip(" ,")
    return _day(_WEEKDAY.sub(" ", text).strip(), raw, order), clock, zone


def _marked(raw: str) -> datetime:
    try:
        if raw.startswith((DATE_MARK, MOMENT_MARK)):
            return datetime.fromisoformat(raw[2:])
    except ValueError:
        pass
    raise UnreadableDate("import.cell.date", value=raw[2:])


def _from_number(number: float | int, epoch_1904: bool) -> tuple[date, time]:
    if number == int(number) and 19_000_101 <= number <= 21_991_231:
        whole = int(number)
        return _made(whole // 10_000, whole // 100 % 100, whole % 100, str(whole)), time()
    shown = str(int(number)) if number == int(number) else str(number)
    if not 20_000 <= number <= 100_000:
        raise UnreadableDate("import.cell.date", value=shown)
    days = int(number)
    seconds = round((number - days) * 86_400)
    moment = datetime.combine(_EPOCH_1904 if epoch_1904 else _EPOCH_1900, time())
    moment += timedelta(days=days, seconds=seconds)
    return _plausible(moment.date(), shown), moment.time()


def _clock(match: re.Match[str], raw: str) -> tuple[time, tzinfo | None]:
    text = match["time"]
    hour, rest = text.split(":", 1)
    if match["half"]:
        hour = str(int(hour) % 12 + (12 if match["half"] == "pm" else 0))
    zone = match["zone"] or ""
    if zone in ("z", "utc"):
        zone = "+00:00"
    try:
        clock = datetime.fromisoformat(f"2000-01-01T{int(hour):02d}:{rest}{zone}")
    except ValueError:
        raise UnreadableDate("import.cell.date", value=raw) from None
    return clock.time(), clock.tzinfo


def _day(text: str, raw: str, order: DateOrder | None) -> date:
    if match := _YEAR_FIRST.fullmatch(text):
        return _made(int(match[1]), int(match[2]), int(match[3]), raw)
    if re.fullmatch(r"\d{8}", text):
        return _made(int(text[:4]), int(text[4:6]), int(text[6:]), raw)
    if match := _YEAR_LAST.fullmatch(text):
        return _year_last(int(match[1]), int(match[3]), int(match[4]), raw, order)
    if match := _NAMED_MONTH_FIRST.fullmatch(text):
        if month := _MONTHS.get(match[1]):
            return _made(int(match[3]), month, int(match[2]), raw)
    elif (match := _NAMED_MONTH_SECOND.fullmatch(text)) and (month := _MONTHS.get(match[2])):
        if len(match[3]) == 4:
            return _made(int(match[3]), month, int(match[1]), raw)
        if order in (DateOrder.DMY, DateOrder.MDY):
            return _made(2000 + int(match[3]), month, int(match[1]), raw)
        raise UnreadableDate("import.cell.date_short_year", value=raw)
    elif match := _SHORT_YEAR.fullmatch(text):
        return _short_year(int(match[1]), int(match[3]), int(match[4]), raw, order)
    raise UnreadableDate("import.cell.date", value=raw)


def _year_last(first: int, second: int, year: int, raw: str, order: DateOrder | None) -> date:
    if first > 12 or (order is DateOrder.DMY and second <= 12):
        return _made(year, second, first, raw)
    if second > 12 or first == second or order is DateOrder.MDY:
        return _made(year, first, second, raw)
    raise UnreadableDate(
        "import.cell.date_ambiguous",
        value=raw,
        first=_made(year, first, second, raw),
        second=_made(year, second, first, raw),
    )


def _short_year(one: int, two: int, three: int, raw: str, order: DateOrder | None) -> date:
    match order:
        case DateOrder.YMD:
            return _made(2000 + one, two, three, raw)
        case DateOrder.DMY:
            return _made(2000 + three, two, one, raw)
        case DateOrder.MDY:
            return _made(2000 + three, one, two, raw)
    raise UnreadableDate("import.cell.date_short_year", value=raw)


def _made(year: int, month: int, day: int, raw: str) -> date:
    try:
        made = date(year, month, day)
    except ValueError:
        raise UnreadableDate("import.cell.date_impossible", value=raw) from None
    return _plausible(made, raw)


def _plausible(day: date, raw: str) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise UnreadableDate(
            "import.cell.date_implausible", value=raw, first=str(FIRST_YEAR), last=str(LAST_YEAR)
        )
    return day
