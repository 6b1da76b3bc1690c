"""The cells of one column as typed values; each distinct content is read once.

Typed values by column type: NAME, CODE, NOTE, CURRENCY str · NAMES tuple of str · DATE date ·
MOMENT datetime · MONEY CellAmount · COUNT int · MEASURE float · RATE Decimal · YES_NO bool ·
CHOICE a member of an enum. An empty cell is None in all of them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from handlers.importing import choices
from handlers.importing.amounts import UnreadableAmount, read_amount
from handlers.importing.columns import CellType, Column, Presence
from handlers.importing.dates import DateOrder, UnreadableDate, read_date, read_moment
from handlers.importing.headers import Unit
from handlers.importing.limits import Limits
from handlers.importing.raw import (
    DATE_MARK,
    ERROR_MARK,
    MARK,
    MOMENT_MARK,
    UNCALCULATED,
    RawCell,
)
from handlers.importing.texts import clean_line, clean_note, folded
from handlers.reading.digits import halfwidth, read_count

SHOWN_CHARS = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a cell refuses its row, or what its reader should know: a sentence and its words."""

    key: str
    params: Mapping[str, object]


class CellRefused(ValueError):
    """A cell that does not read as its column asks."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key)
        self.fault = Fault(key, params)


@dataclass(frozen=True, slots=True)
class ColumnReading:
    """One column read: a value per row (None where refused), refusals and notices by row."""

    values: list[object]
    refused: dict[int, Fault]
    notices: dict[int, Fault]


@dataclass(frozen=True, slots=True)
class CellContext:
    """What the reading of a cell depends on beside the cell."""

    column: Column
    unit: Unit
    order: DateOrder | None
    epoch_1904: bool
    limits: Limits


Reader = Callable[[RawCell, CellContext, list[Fault]], object]


def shorten(value: object) -> str:
    """A cell's content for a sentence: one line, no marks, at most 60 characters."""
    text = clean_line(str(value))[0]
    return text if len(text) <= SHOWN_CHARS else text[: SHOWN_CHARS - 1] + "…"


def read_column(cells: Sequence[RawCell], context: CellContext) -> ColumnReading:
    """All cells of a column. The work is per distinct content, the rest is look-up."""
    known: dict[RawCell, object] = {}
    refused: dict[RawCell, Fault] = {}
    noted: dict[RawCell, Fault] = {}
    for raw in set(cells):
        notices: list[Fault] = []
        try:
            known[raw] = _read_cell(raw, context, notices)
        except CellRefused as refusal:
            known[raw] = None
            refused[raw] = refusal.fault
        if notices:
            noted[raw] = notices[0]
    values = [known[raw] for raw in cells]
    return ColumnReading(values, _by_row(cells, refused), _by_row(cells, noted))


def _by_row(cells: Sequence[RawCell], faults: Mapping[RawCell, Fault]) -> dict[int, Fault]:
    if not faults:
        return {}
    return {row: faults[raw] for row, raw in enumerate(cells) if raw in faults}


def _read_cell(raw: RawCell, context: CellContext, notices: list[Fault]) -> object:
    if isinstance(raw, str):
        refuse_marked_fault(raw)
    elif not math.isfinite(raw):
        raise CellRefused("import.cell.number", value=str(raw))
    column = context.column
    try:
        value = _READERS[column.type](raw, context, notices)
    except UnreadableDate as wrong:
        shown = {name: _shown(word) for name, word in wrong.params.items()}
        raise CellRefused(wrong.key, **shown) from None
    except UnreadableAmount as wrong:
        raise CellRefused(wrong.key, value=shorten(raw)) from None
    if (value is None or value == ()) and column.presence is Presence.MUST:
        raise CellRefused("import.cell.missing")
    return value


def _shown(word: object) -> object:
    return shorten(word) if isinstance(word, str) else word


def refuse_marked_fault(raw: str) -> None:
    """Refuse a cell whose formula failed or was never calculated."""
    if raw.startswith(ERROR_MARK):
        raise CellRefused("import.cell.formula_error", value=shorten(raw[2:]))
    if raw.startswith(UNCALCULATED):
        raise CellRefused("import.cell.uncalculated")
    if choices.is_formula_error(raw):
        raise CellRefused("import.cell.formula_error", value=shorten(raw))


def plain_text(raw: RawCell, notices: list[Fault]) -> str:
    """A cell as text, the way the spreadsheet shows it: 1001.0 is `1001`, a date is ISO."""
    if isinstance(raw, str):
        if raw.startswith((DATE_MARK, MOMENT_MARK)):
            return raw[2:].replace("T", " ")
        return raw
    if raw != int(raw):
        return repr(raw)
    if abs(raw) >= 1e15:
        # A spreadsheet keeps 15 digits: a longer number was rounded before it came here.
        notices.append(Fault("import.notice.digits_lost", {"value": str(int(raw))}))
    return str(int(raw))


def _line(raw: RawCell, context: CellContext, notices: list[Fault]) -> str | None:
    line, removed = clean_line(plain_text(raw, notices))
    if removed:
        notices.append(Fault("import.notice.characters_removed", {"value": shorten(line)}))
    if choices.stands_for_nothing(line):
        return None
    if len(line) > context.limits.name_chars:
        raise CellRefused("import.cell.too_long", length=len(line), most=context.limits.name_chars)
    return line


def _note(raw: RawCell, context: CellContext, notices: list[Fault]) -> str | None:
    note, removed = clean_note(plain_text(raw, notices))
    if removed:
        notices.append(Fault("import.notice.characters_removed", {"value": shorten(note)}))
    if choices.stands_for_nothing(note):
        return None
    if len(note) > context.limits.note_chars:
        raise CellRefused("import.cell.too_long", length=len(note), most=context.limits.note_chars)
    return note


_NAME_SEPARATORS = re.compile(r"[;；、\n|]")


def _names(raw: RawCell, context: CellContext, notices: list[Fault]) -> tuple[str, ...]:
    text = plain_text(raw, notices)
    names: dict[str, str] = {}
    for part in _NAME_SEPARATORS.split(text):
        name = _line(part, context, notices)
        if name is not None:
            names.setdefault(folded(name), name)
    return tuple(names.values())


def _date(raw: RawCell, context: CellContext, _notices: list[Fault]) -> object:
    text = _word(raw)
    if text is not None and (not text or choices.stands_for_nothing(text)):
        return None
    if text is not None and context.column.name == "ends_on" and choices.is_open_ended(text):
        return None
    return read_date(raw if text is None else text, context.order, epoch_1904=context.epoch_1904)


def _moment(raw: RawCell, context: CellContext, _notices: list[Fault]) -> object:
    text = _word(raw)
    if text is not None and choices.stands_for_nothing(text):
        return None
    return read_moment(raw if text is None else text, context.order, epoch_1904=context.epoch_1904)


def _word(raw: RawCell) -> str | None:
    """The text of a cell that holds text; None for numbers and real dates."""
    if not isinstance(raw, str) or raw.startswith(MARK):
        return None
    return clean_line(raw)[0]


def _money(raw: RawCell, context: CellContext, _notices: list[Fault]) -> object:
    text = _word(raw)
    if text is not None and choices.stands_for_nothing(text):
        return None
    if isinstance(raw, str) and raw.startswith(MARK):
        raise CellRefused("import.cell.money", value=shorten(raw[2:]))
    if text is not None and len(text) > SHOWN_CHARS:
        raise CellRefused("import.cell.money", value=shorten(text))
    return read_amount(raw if text is None else text, context.unit)


_ISO_CURRENCY = re.compile(r"[A-Z]{3}")
_CURRENCY_WORDS = {
    **dict.fromkeys(["rmb", "人民币", "人民币元", "元", "¥", "￥", "cn¥", "yuan"], "CNY"),
    **dict.fromkeys(["美元", "美金", "$", "us$", "dollar", "dollars"], "USD"),
    **dict.fromkeys(["欧元", "€", "euro", "euros"], "EUR"),
    **dict.fromkeys(["英镑", "£", "pound", "pounds"], "GBP"),
    **dict.fromkeys(["港元", "港币", "hk$"], "HKD"),
    **dict.fromkeys(["新元", "新币", "新加坡元", "s$"], "SGD"),
    **dict.fromkeys(["日元", "日圆", "円", "jp¥", "yen"], "JPY"),
    **dict.fromkeys(["新台币", "台币", "nt$"], "TWD"),
    **dict.fromkeys(["澳元", "a$"], "AUD"),
    **dict.fromkeys(["加元", "c$"], "CAD"),
    **dict.fromkeys(["韩元", "₩"], "KRW"),
    "瑞士法郎": "CHF",
    "卢比": "INR",
    "₹": "INR",
}


def _currency(raw: RawCell, context: CellContext, notices: list[Fault]) -> str | None:
    line = _line(raw, context, notices)
    if line is None:
        return None
    word = halfwidth(line).strip()
    code = _CURRENCY_WORDS.get(word.casefold()) or word.upper()
    if not _ISO_CURRENCY.fullmatch(code):
        raise CellRefused("import.cell.currency", value=shorten(line))
    return code


_NUMBER = re.compile(r"([+-]?(?:\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.\d{1,12})?)\s*(\D{0,8})")
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


def _count(raw: RawCell, context: CellContext, _notices: list[Fault]) -> int | None:
    text = _word(raw)
    if text is not None and choices.stands_for_nothing(text):
        return None
    found = _number(raw if text is None else text) if _plain(raw) else None
    if found is None and text is not None:
        found = _spelled_count(text)
    if found is None or found[1] not in _COUNT_UNITS or found[0] != int(found[0]):
        raise CellRefused("import.cell.count", value=shorten(_visible(raw)))
    count = int(found[0])
    if count < 0 or count > 10**9:
        raise CellRefused("import.cell.count", value=shorten(raw))
    _within(count, raw, context.column)
    return count


def _measure(raw: RawCell, context: CellContext, _notices: list[Fault]) -> float | None:
    number = _decimal(raw)
    if number is None:
        return None
    _within(float(number), raw, context.column)
    return float(number)


def _rate(raw: RawCell, _context: CellContext, _notices: list[Fault]) -> Decimal | None:
    number = _decimal(raw)
    if number is not None and number <= 0:
        raise CellRefused("import.cell.rate", value=shorten(raw))
    return number


def _decimal(raw: RawCell) -> Decimal | None:
    text = _word(raw)
    if text is not None and choices.stands_for_nothing(text):
        return None
    found = _number(raw if text is None else text) if _plain(raw) else None
    if found is None or found[1] not in ("", "%", "分"):
        raise CellRefused("import.cell.number", value=shorten(_visible(raw)))
    return found[0] / 100 if found[1] == "%" else found[0]


def _plain(raw: RawCell) -> bool:
    return not (isinstance(raw, str) and raw.startswith(MARK))


def _visible(raw: RawCell) -> RawCell:
    return raw[2:] if isinstance(raw, str) and raw.startswith(MARK) else raw


def _within(number: float, raw: RawCell, column: Column) -> None:
    low, high = column.low, column.high
    if (low is not None and number < low) or (high is not None and number > high):
        low_shown = f"{0 if low is None else low:g}"
        raise CellRefused(
            "import.cell.range", value=shorten(raw), low=low_shown, high=f"{high or 0:g}"
        )


def _yes_no(raw: RawCell, _context: CellContext, notices: list[Fault]) -> bool | None:
    text = clean_line(plain_text(_visible(raw), notices))[0].casefold()
    if text in choices.YES:
        return True
    if text in choices.NO:
        return False
    if choices.stands_for_nothing(text):
        return None
    raise CellRefused("import.cell.yes_no", value=shorten(text))


def _choice(raw: RawCell, context: CellContext, notices: list[Fault]) -> object:
    line = _line(raw, context, notices)
    if line is None:
        return None
    allowed = context.column.choices
    if allowed is None:
        return line
    member = allowed.find(line)
    if member is None:
        raise CellRefused("import.cell.choice", value=shorten(line), choices=allowed.shown)
    return member


_READERS: Mapping[CellType, Reader] = {
    CellType.NAME: _line,
    CellType.CODE: _line,
    CellType.NOTE: _note,
    CellType.NAMES: _names,
    CellType.DATE: _date,
    CellType.MOMENT: _moment,
    CellType.MONEY: _money,
    CellType.CURRENCY: _currency,
    CellType.COUNT: _count,
    CellType.MEASURE: _measure,
    CellType.RATE: _rate,
    CellType.YES_NO: _yes_no,
    CellType.CHOICE: _choice,
}
