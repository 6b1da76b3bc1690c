"""How English says a day; every pattern is bounded and tried only where a word begins."""

from __future__ import annotations

import re
from datetime import date

from handlers.reading.day_rules import one_of, rule
from handlers.reading.day_words import (
    COUNTS_EN,
    DOUBTFUL_MONTHS,
    MONTHS_EN,
    PARTS_EN,
    RELATIVE_EN,
    WEEKDAYS_EN,
    WEEKS_EN,
)
from handlers.reading.spans import (
    Reading,
    add_days,
    add_months,
    add_working_days,
    coming,
    day_of,
    day_of_month,
    day_without_year,
    fixed,
    month_end,
    month_part,
    part_of_month,
    quarter_end,
    quarter_from,
    quarter_part,
    week_day,
    year_part,
)

_DAY = one_of(WEEKDAYS_EN)
_MONTH = one_of(MONTHS_EN)
_END = r"(?![a-z0-9])"
_REL = one_of([*WEEKS_EN, "this coming", "the following", "coming"])
_COUNT = rf"(?:\d{{1,3}}|{one_of(COUNTS_EN)})"
_UNIT = (
    r"(?:(?:business|working|biz|work)\s?days?|bdays?|days?|d|weeks?|wks?|w|months?|mths?|mos?"
    r"|quarters?|years?|yrs?|hours?|hrs?|h|fortnights?)"
)
_WEEK_AFTER = r"(?:the\s)?week\safter(?:\snext)?"
_NEXT_WEEK = rf"(?:(?:of\s)?(?:next|nxt|this|last|the\sfollowing)\s?(?:week|wk)|{_WEEK_AFTER})"
_EDGE = r"(?:end|start|beginning|middle|mid|early|late|first\sweek)"
_PERIODS = "(?:weekend|week|wk|month|mth|quarter|qtr|year|yr)"
_MONTH_LEADS = re.compile(
    r"(?:\b(?:in|by|until|till|til|before|after|since|for|from|this|next|last|during|around|of"
    r"|early|mid|late|end)[\s-]|^)$"
)


def _relative(found: re.Match[str], today: date) -> Reading:
    return fixed(add_days(today, RELATIVE_EN[re.sub(r"\s+", " ", found[0])]))


def _weeks(phrase: str) -> int:
    if "after" in phrase:
        return 2
    return -1 if "last" in phrase else 0 if "this" in phrase else 1


def _weekday(found: re.Match[str], today: date) -> Reading | None:
    weekday = WEEKDAYS_EN[found["day"]]
    if found["every"] or (found["day"] == "sat" and found["verb"] is not None):
        return None
    if found["wk"]:
        return fixed(week_day(today, _weeks(found["wk"]), weekday))
    rel = (found["rel"] or "").removeprefix("the ")
    if rel in WEEKS_EN:
        return fixed(week_day(today, WEEKS_EN[rel], weekday))
    return coming(today, weekday)


def _week(found: re.Match[str], today: date) -> Reading:
    weeks = _weeks(found["wk"])
    if found["day"]:
        return fixed(week_day(today, weeks, WEEKDAYS_EN[found["day"]]))
    return _whole_week(today, weeks)


def _whole_week(today: date, weeks: int) -> Reading:
    if weeks < 0:
        return fixed(week_day(today, weeks, 4), precise=False, week=True)
    if weeks == 0:
        return fixed(week_day(today, 0, 4 if today.weekday() <= 4 else 6), week=True)
    return fixed(week_day(today, weeks, 0), week=True)


def _counted(found: re.Match[str], today: date) -> Reading | None:
    lead, tail = found["lead"], found["tail"]
    if not (lead or tail):
        return None
    count = found["n"]
    number = int(count) if count.isdigit() else COUNTS_EN[count]
    sign = -1 if tail and any(word in tail for word in ("ago", "back", "前")) else 1
    unit = re.sub(r"\s", "", found["unit"])
    if unit.startswith(("business", "working", "biz", "work", "bday")):
        return fixed(add_working_days(today, sign * number))
    if unit.startswith("h"):
        return fixed(add_days(today, sign * -(-number // 24) if number >= 24 else 0))
    if unit.startswith("m"):
        return fixed(add_months(today, sign * number))
    if unit.startswith(("q", "y")):
        return fixed(add_months(today, sign * number * (3 if unit[0] == "q" else 12)))
    days = 7 if unit[0] == "w" else 14 if unit[0] == "f" else 1
    return fixed(add_days(today, sign * number * days))


def _period(found: re.Match[str], today: date) -> Reading | None:
    part = PARTS_EN.get(re.sub(r"\s+", " ", found["edge"] or ""))
    rel = found["rel"]
    if not part and rel not in WEEKS_EN:
        return None
    return _part(found["what"], WEEKS_EN.get(rel or "this", 0), part, today)


def _part(what: str, steps: int, part: str | None, today: date) -> Reading:
    if what == "weekend":
        weeks = steps or (1 if today.weekday() > 5 else 0)
        return fixed(week_day(today, weeks, 5))
    if what.startswith("w"):
        if part is None:
            return _whole_week(today, steps)
        return fixed(week_day(today, steps, {"start": 0, "middle": 2, "late": 3, "end": 4}[part]))
    if what.startswith("m"):
        first = add_months(today.replace(day=1), steps)
        if part:
            return fixed(part_of_month(first, part))
        return fixed(month_end(first) if steps <= 0 else first, precise=False)
    if what.startswith("q"):
        return quarter_from(today, steps, part)
    return year_part(today, steps, part)


def _edge_word(found: re.Match[str], today: date) -> Reading:
    letter = found["what"][0]
    if found["what"] == "weekend":
        return _part("weekend", 0 if today.weekday() < 5 else 1, None, today)
    ends = {"w": week_day(today, 0, 4), "m": month_end(today), "q": quarter_end(today)}
    on = ends.get(letter) or year_part(today, 0, "end").on
    return fixed(on if on >= today else week_day(today, 1, 4))


def _month(found: re.Match[str], today: date) -> Reading | None:
    month = MONTHS_EN[found["mon"]]
    year = int(found["y"]) if found["y"] else None
    if found["d"]:
        return _named_day(today, month, int(found["d"]), year)
    part = PARTS_EN.get(re.sub(r"\s+", " ", found["edge"] or ""))
    if not part and year is None and found["mon"] in DOUBTFUL_MONTHS:
        led = _MONTH_LEADS.search(found.string, max(0, found.start() - 8), found.start())
        if not led or (found.start() == 0 and len(found.string) > found.end()):
            return None
    if found["rel"] and month == today.month:  # next March, said in March, is next year's
        return month_part(today, month, today.year + 1, part)
    return month_part(today, month, year, part)


def _named_day(today: date, month: int, day: int, year: int | None) -> Reading | None:
    if year is None:
        return day_without_year(today, month, day)
    on = day_of(year, month, day)
    return fixed(on) if on else None


def _day_month(found: re.Match[str], today: date) -> Reading | None:
    year = int(found["y"]) if found["y"] else None
    return _named_day(today, MONTHS_EN[found["mon"]], int(found["d"]), year)


def _ordinal(found: re.Match[str], today: date) -> Reading | None:
    return day_of_month(today, int(found["d"]))


def _quarter(found: re.Match[str], today: date) -> Reading | None:
    part = PARTS_EN.get(re.sub(r"\s+", " ", found["edge"] or ""))
    year = int(found["y"]) % 100 + 2000 if found["y"] else None
    return quarter_part(today, int(found["q"]), year, part)


RULES = (
    rule(
        "tdlecy2",
        one_of(RELATIVE_EN).replace(r"\ ", r"\s") + _END,
        _relative,
    ),
    rule(
        "mtwfsenlpc",
        rf"(?:(?P<every>every|each)\s)?(?:(?P<rel>{_REL})\s)?(?P<day>{_DAY}){_END}"
        rf"(?:\s(?P<wk>{_NEXT_WEEK}){_END})?(?P<verb>(?=\s(?:down|with|in|through){_END}))?",
        _weekday,
    ),
    rule(
        "ntwlo",
        rf"(?P<wk>{_NEXT_WEEK}){_END}(?:(?:'s)?\s(?:on\s)?(?P<day>{_DAY}){_END})?",
        _week,
    ),
    rule(
        "iwao0123456789tcsenf",
        rf"(?:(?P<lead>in|within|after|another)\s)?(?:(?:about|around|approx|another|like|the\snext)"
        rf"\s)?(?P<n>{_COUNT})[\s-]?(?P<unit>{_UNIT}){_END}(?:'?s?\stime{_END})?"
        rf"(?P<tail>\s(?:later|from\snow|from\stoday|ago|back(?!\s(?:to|with))){_END}|\s?[之以]?[后内前])?",
        _counted,
    ),
    rule(
        "esbmlfntp",
        rf"(?:(?P<edge>{_EDGE})(?:\s(?:of\s)?|-))?(?:the\s)?(?:(?P<rel>{one_of(WEEKS_EN)})\s)?"
        rf"(?P<what>{_PERIODS}){_END}",
        _period,
    ),
    rule("e", rf"eo(?P<what>[wmqy]){_END}", _edge_word),
    rule("wmqy", rf"(?P<what>month|quarter|year)[\s-]end{_END}", _edge_word),
    rule("w", rf"(?P<what>weekend){_END}", _edge_word),
    rule(
        "jfmasondebl",
        rf"(?:(?P<edge>{_EDGE})(?:\s(?:of\s)?|-))?(?:(?P<rel>next)\s)?(?P<mon>{_MONTH})(?![a-z])\.?"
        r"(?:\s?(?:the\s)?(?P<d>\d{1,2})(?:st|nd|rd|th)?(?![\d:%]|\s?(?:am|pm|k|m|users?|seats?)\b)"
        r"(?:\s?-\s?\d{1,2}(?:st|nd|rd|th)?)?)?(?:,?\s(?P<y>20\d\d)(?!\d))?",
        _month,
    ),
    rule(
        "0123456789",
        rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:\sof)?[\s-]?(?P<mon>{_MONTH})(?![a-z])"
        r"(?:,?[\s-](?P<y>20\d\d)(?!\d))?",
        _day_month,
    ),
    rule(
        "t0123456789",
        r"(?:the\s)?(?P<d>(?:[1-3]?[4-9]|[123]0|1[1-3]))th(?![a-z0-9])(?!\s(?:floor|time|call|of))",
        _ordinal,
    ),
    rule(
        "t",
        r"the\s(?P<d>[23]?1(?=st)|2?2(?=nd)|2?3(?=rd))(?:st|nd|rd)(?![a-z0-9])"
        r"(?=\s(?:at|for|to|and|or|if|with|re|then|so|but)\b|\s?[,.;!?)]|\s?$)",
        _ordinal,
    ),
    rule(
        "esbmlfq",
        rf"(?:(?P<edge>{_EDGE})(?:\s(?:of\s)?|-))?q(?P<q>[1-4])(?!\d)(?:\s(?P<y>20\d\d)(?!\d))?",
        _quarter,
    ),
)
