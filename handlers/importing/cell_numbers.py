"""Cells that hold dates, amounts and other numbers."""

from __future__ import annotations

import re
from decimal import Decimal

from handlers.importing import choices
from handlers.importing.amounts import read_amount
from handlers.importing.cell_reading import (
    SHOWN_CHARS,
    CellContext,
    CellRefused,
    Fault,
    is_unmarked,
    shorten,
    unmarked,
    word_of,
)
from handlers.importing.columns import Column
from handlers.importing.dates import read_date, read_moment
from handlers.importing.raw import MARK, RawCell
from handlers.reading.digits import halfwidth, read_count


def read_day(raw: RawCell, context: CellContext, _notices: list[Fault]) -> object:
    """A day; an end date may say in words that there is none."""
    text = word_of(raw)
    if text is not None and (not text or choices.stands_for_nothing(text)):
        return None
    if text is not None and context.column.name == "ends_on" and choices.is_open_ended(text):
        return None
    return read_date(raw if text is None else text, context.order, epoch_1904=context.epoch_1904)


def read_instant(raw: RawCell, context: CellContext, _notices: list[Fault]) -> object:
    """A day and time."""
    text = word_of(raw)
    if text is not None and choices.stands_for_nothing(text):
        return None
    return read_moment(raw if text is None else text, context.order, epoch_1904=context.epoch_1904)


def read_money_cell(raw: RawCell, context: CellContext, _notices: list[Fault]) -> object:
    """An amount with the currency that its cell or header names."""
    text = word_of(raw)
    if text is not None and choices.stands_for_nothing(text):
        return None
    if isinstance(raw, str) and raw.startswith(MARK):
        raise CellRefused("import.cell.money", value=shorten(raw[2:]))
    if text is not None and len(text) > SHOWN_CHARS:
        raise CellRefused("import.cell.money", value=shorten(text))
    return read_amount(raw if text is None else text, context.unit)


_NUMBER = re.compile(
    r"([+-]?(?:\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.\d{1,30})?(?:e[+-]?\d{1,2})?)\s*(\D{0,8})",
    re.IGNORECASE,
)
_COUNT_UNITS = frozenset(
    [
        "天",
        "日",
        "个",
        "席",
        "个席位",
        "席位",
        "坐席",
        "人",
        "位",
        "名",
        "个人",
        "用户",
        "个用户",
        "账号",
        "个账号",
        "户",
        "套",
        "份",
        "个日历日",
        "日历日",
        "自然日",
        "day",
        "days",
        "calendardays",
        "d",
        "seat",
        "seats",
        "user",
        "users",
        "license",
        "licenses",
        "licence",
        "licences",
    ]
) | {""}


def _number(raw: RawCell) -> tuple[Decimal, str] | None:
    """The number in a cell and the word behind it; None when there is no such pair."""
    if not isinstance(raw, str):
        return Decimal(repr(raw)), ""
    match = _NUMBER.fullmatch(halfwidth(raw).strip()) if len(raw) < 60 else None
    if match is None:
        return None
    return Decimal(match[1].replace(",", "")), match[2].strip().casefold().replace(" ", "")


_SPELLED = re.compile(r"([一二两三四五六七八九十]{1,3})(\D{1,4})")


def _spelled_count(text: str) -> tuple[Decimal, str] | None:
    """`三十天`: small Chinese numerals before a unit."""
    match = _SPELLED.fullmatch(text)
    count = read_count(match[1]) if match else None
    return None if match is None or count is None else (Decimal(count), match[2])


def read_whole(raw: RawCell, context: CellContext, _notices: list[Fault]) -> int | None:
    """A whole number, with or without its unit."""
    text = word_of(raw)
    if text is not None and choices.stands_for_nothing(text):
        return None
    found = _number(raw if text is None else text) if is_unmarked(raw) else None
    if found is None and text is not None:
        found = _spelled_count(text)
    if found is None or found[1] not in _COUNT_UNITS or found[0] != int(found[0]):
        raise CellRefused("import.cell.count", value=shorten(unmarked(raw)))
    count = int(found[0])
    if count < 0 or count > 10**9:
        raise CellRefused("import.cell.count", value=shorten(raw))
    _within(count, raw, context.column)
    return count


def read_measure(raw: RawCell, context: CellContext, _notices: list[Fault]) -> float | None:
    """A number, a percentage as its fraction."""
    number = read_number(raw)
    if number is None:
        return None
    _within(float(number), raw, context.column)
    return float(number)


def read_rate(raw: RawCell, _context: CellContext, _notices: list[Fault]) -> Decimal | None:
    """An exact number above zero."""
    number = read_number(raw)
    if number is not None and number <= 0:
        raise CellRefused("import.cell.rate", value=shorten(raw))
    return number


def read_number(raw: RawCell) -> Decimal | None:
    """The number in a cell, a percentage as its fraction; None where nothing is known."""
    text = word_of(raw)
    if text is not None and choices.stands_for_nothing(text):
        return None
    found = _number(raw if text is None else text) if is_unmarked(raw) else None
    if found is None or found[1] not in ("", "%", "分"):
        raise CellRefused("import.cell.number", value=shorten(unmarked(raw)))
    return found[0] / 100 if found[1] == "%" else found[0]


def _within(number: float, raw: RawCell, column: Column) -> None:
    low, high = column.low, column.high
    if (low is not None and number < low) or (high is not None and number > high):
        low_shown = f"{0 if low is None else low:g}"
        raise CellRefused(
            "import.cell.range", value=shorten(raw), low=low_shown, high=f"{high or 0:g}"
        )
