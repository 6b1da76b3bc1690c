"""Reading spans of time: 30d, 未来30天, 本季度, next month, 3月."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from handlers.reading.day_rules import one_of
from handlers.reading.day_words import COUNTS_EN, MONTHS_EN
from handlers.reading.digits import clean, fold, read_count
from handlers.reading.spans import (
    add_days,
    add_months,
    day_of,
    month_end,
    quarter_end,
    quarter_start,
    week_day,
)


@dataclass(frozen=True, slots=True)
class Period:
    """A span of days, both ends included."""

    from_on: date
    to_on: date


_COUNTED = re.compile(
    rf"(?:(?P<back>last|past|previous|过去|最近|近|前)|next|in|within|coming|the next|未来|接下来|今后|往后|后"
    rf")?\s?(?P<n>\d{{1,4}}|[一二两三四五六七八九十]{{1,3}}|半|{one_of(COUNTS_EN)})\s?"
    r"(?P<unit>days?|d|weeks?|wks?|w|months?|mths?|mo|m|quarters?|q|years?|y"
    r"|天|日|个?星期|个?礼拜|周|个月|(?<=半)月|个季度|年)"
    r"(?P<ago>之?以?内| ago|后|之后)?"
)
_REL = re.compile(
    r"(?:the )?(?P<rel>this|next|nxt|last|previous|current|本|这个?|下一?个?|下下个?|上一?个?|当)\s?"
    r"(?P<unit>week|month|quarter|year|周|星期|礼拜|月|季度?|年度?)"
)
_YEAR = re.compile(r"(?P<rel>今年|明年|后年|去年|本年度?)|(?:fy\s?)?(?P<y>20\d\d)年?")
_HALF = re.compile(
    r"(?:(?P<y>20\d\d|今|明|去)年?\s?)?(?:h(?P<h>[12])|(?P<zh>[上下])半年)(?:\s(?P<z>20\d\d))?"
)
_QUARTER = re.compile(
    r"(?:(?P<y>20\d\d|今|明|去)年?\s?)?(?:q(?P<q>[1-4])|第?(?P<zh>[一二三四1-4])季度?)(?:\s(?P<z>20\d\d))?"
)
_MONTH = re.compile(
    rf"(?:(?P<y>20\d\d|今|明|去)年?[\s-]?)?(?:(?P<en>{one_of(MONTHS_EN)})\.?"
    r"|(?P<m>\d{1,2}|[一二三四五六七八九十]{1,3})月份?)(?:,?\s(?P<z>20\d\d))?"
)
_ISO_MONTH = re.compile(r"(?P<y>20\d\d)[-/](?P<m>\d{1,2})")
_STEPS = {"本": 0, "这": 0, "当": 0, "this": 0, "current": 0, "下": 1, "next": 1, "nxt": 1}
_STEPS |= {"下下": 2, "上": -1, "last": -1, "previous": -1}
_YEARS = {"今": 0, "本": 0, "明": 1, "后": 2, "去": -1}


def read_period(text: str, today: date) -> Period | None:
    """The span a whole phrase means, else None.

    So many days count from today, today included (30d ends 30 days on); 本月 and this quarter are
    whole calendar periods; a month or quarter without a year is the running or the next to come.
    Counts go up to 3,660 days or as many weeks and months as that is.
    """
    phrase = fold(clean(text)).strip(" .")
    if not phrase or len(phrase) > 40:
        return None
    phrase = re.sub(r"^(?:in|within|during|for) (?=this|next|the|last|q|h|20)", "", phrase)
    for pattern, reader in _READERS:
        if found := pattern.fullmatch(phrase):
            return reader(found, today)
    return None


def _counted(found: re.Match[str], today: date) -> Period | None:
    count, unit = found["n"], found["unit"].removeprefix("个")
    letter = {
        "天": "d",
        "日": "d",
        "星期": "w",
        "礼拜": "w",
        "周": "w",
        "月": "m",
        "季度": "q",
        "年": "y",
    }
    step = letter.get(unit, unit[0])
    if count == "半":
        amount, step = {"m": (15, "d"), "y": (6, "m")}.get(step, (0, "d"))
    else:
        number = int(count) if count.isdigit() else COUNTS_EN.get(count) or read_count(count)
        if number is None:
            return None
        amount = number
    days = {"d": 1, "w": 7, "m": 31, "q": 92, "y": 366}[step] * amount
    if not 0 < days <= 3_660:
        return None
    sign = -1 if found["back"] or found["ago"] == " ago" else 1
    if step in "dw":
        far = add_days(today, sign * days)
    else:
        far = add_months(today, sign * amount * {"m": 1, "q": 3, "y": 12}[step])
    return Period(min(today, far), max(today, far))


def _relative(found: re.Match[str], today: date) -> Period:
    steps = _STEPS[re.sub(r"[一个]", "", found["rel"])]
    unit = found["unit"]
    if unit in ("week", "周", "星期", "礼拜"):
        return Period(week_day(today, steps, 0), week_day(today, steps, 6))
    if unit in ("month", "月"):
        first = add_months(today.replace(day=1), steps)
        return Period(first, month_end(first))
    if unit in ("quarter", "季", "季度"):
        first = add_months(quarter_start(today), 3 * steps)
        return Period(first, quarter_end(first))
    return _year_span(today.year + steps)


def _year_span(year: int) -> Period:
    return Period(date(year, 1, 1), date(year, 12, 31))


def _year(found: re.Match[str], today: date) -> Period:
    return _year_span(int(found["y"]) if found["y"] else today.year + _YEARS[found["rel"][0]])


def _named_year(found: re.Match[str], today: date) -> int | None:
    named = found["y"] or found["z"]
    if not named:
        return None
    return int(named) if named.isdigit() else today.year + _YEARS[named]


def _span(found: re.Match[str], today: date, month: int, months: int) -> Period | None:
    year = _named_year(found, today)
    first = day_of(year if year is not None else today.year, month, 1)
    if first is None:
        return None
    last = month_end(add_months(first, months - 1))
    if year is None and last < today:
        first = add_months(first, 12)
        last = month_end(add_months(first, months - 1))
    return Period(first, last)


def _half(found: re.Match[str], today: date) -> Period | None:
    return _span(found, today, 1 if found["h"] == "1" or found["zh"] == "上" else 7, 6)


def _quarter(found: re.Match[str], today: date) -> Period | None:
    number = read_count(found["q"] or found["zh"])
    return _span(found, today, 3 * number - 2, 3) if number else None


def _month(found: re.Match[str], today: date) -> Period | None:
    month = MONTHS_EN[found["en"]] if found["en"] else read_count(found["m"])
    return _span(found, today, month, 1) if month else None


def _iso_month(found: re.Match[str], today: date) -> Period | None:
    first = day_of(int(found["y"]), int(found["m"]), 1)
    return Period(first, month_end(first)) if first else None


_READERS = (
    (_REL, _relative),
    (_COUNTED, _counted),
    (_YEAR, _year),
    (_HALF, _half),
    (_QUARTER, _quarter),
    (_ISO_MONTH, _iso_month),
    (_MONTH, _month),
)
