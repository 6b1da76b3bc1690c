"""Days in digits alone: ISO, 20260310, 3/5, 3.10.

Month before day, as both Chinese and American lines have it; day first only where the first
number cannot be a month (15/3). The importer, which sees whole columns, refuses such cells; a chat
line shows what it understood and is mended with one tap.
"""

from __future__ import annotations

import re
from datetime import date

from handlers.reading.day_rules import before, rule
from handlers.reading.spans import Reading, day_of, day_without_year, fixed

_DIGITS = "0123456789"
_NO_UNIT = (
    r"(?!\s?[\d.%万亿折倍kmwx元个分天周年人家点版小美]|\s?(?:days?|weeks?|months?|hours?|pm|am)\b)"
)


def _full(found: re.Match[str], today: date) -> Reading | None:
    on = day_of(int(found["y"]), int(found["m"]), int(found["d"]))
    return fixed(on) if on else None


def _short(found: re.Match[str], today: date) -> Reading | None:
    if before(found) and before(found) in "/.-:¥$€":
        return None
    first, second = int(found["a"]), int(found["b"])
    if found["y"]:
        year = int(found["y"]) + (2000 if len(found["y"]) == 2 else 0)
        on = day_of(year, first, second) or day_of(year, second, first)
        return fixed(on) if on else None
    if (first, second) == (24, 7):
        return None
    month, day = (first, second) if first <= 12 else (second, first)
    return day_without_year(today, month, day) if 1 <= month <= 12 else None


def _doubtful(found: re.Match[str], today: date) -> Reading | None:
    if before(found) and before(found) in "/.-:¥$€v约降涨差":
        return None
    month, day = int(found["a"]), int(found["b"])
    return (
        day_without_year(today, month, day, sure=bool(found["mark"])) if 1 <= month <= 12 else None
    )


RULES = (
    rule(_DIGITS, r"(?P<y>20\d\d)(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})(?!\d)", _full),
    rule(_DIGITS, r"(?P<y>20\d\d)(?P<m>[01]\d)(?P<d>[0-3]\d)(?!\d)", _full),
    rule(
        _DIGITS,
        r"(?P<a>\d{1,2})/(?P<b>\d{1,2})(?:/(?P<y>20\d\d|\d\d))?(?![\d/])[号日]?"
        r"(?:\s?[-~到至]\s?\d{1,2}(?:/\d{1,2})?(?!\d))?",
        _short,
    ),
    rule(
        _DIGITS,
        rf"(?P<a>\d{{1,2}})(?P<sep>[.-])(?P<b>\d{{1,2}}){_NO_UNIT}(?P<mark>[号日])?",
        _doubtful,
    ),
)
