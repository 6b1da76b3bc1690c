"""Cells that hold words: names, notes, lists of names, currencies, yes or no, one of a few."""

from __future__ import annotations

import re

from handlers.importing import choices
from handlers.importing.cell_reading import (
    CellContext,
    CellRefused,
    Fault,
    plain_text,
    shorten,
    unmarked,
)
from handlers.importing.raw import RawCell
from handlers.importing.texts import clean_line, clean_note, folded
from handlers.reading.digits import halfwidth


def read_line(raw: RawCell, context: CellContext, notices: list[Fault]) -> str | None:
    """One line of text, None when it stands for nothing."""
    line, removed = clean_line(plain_text(raw, notices))
    if removed:
        notices.append(Fault("import.notice.characters_removed", {"value": shorten(line)}))
    if choices.stands_for_nothing(line):
        return None
    if len(line) > context.limits.name_chars:
        raise CellRefused("import.cell.too_long", length=len(line), most=context.limits.name_chars)
    return line


def read_note(raw: RawCell, context: CellContext, notices: list[Fault]) -> str | None:
    """Text of several lines, None when it stands for nothing."""
    note, removed = clean_note(plain_text(raw, notices))
    if removed:
        notices.append(Fault("import.notice.characters_removed", {"value": shorten(note)}))
    if choices.stands_for_nothing(note):
        return None
    if len(note) > context.limits.note_chars:
        raise CellRefused("import.cell.too_long", length=len(note), most=context.limits.note_chars)
    return note


_NAME_SEPARATORS = re.compile(r"[;；、\n|]")


def read_names(raw: RawCell, context: CellContext, notices: list[Fault]) -> tuple[str, ...]:
    """A list of names, set apart by `;`, each once."""
    text = plain_text(raw, notices)
    names: dict[str, str] = {}
    for part in _NAME_SEPARATORS.split(text):
        name = read_line(part, context, notices)
        if name is not None:
            names.setdefault(folded(name), name)
    return tuple(names.values())


def read_yes_no(raw: RawCell, _context: CellContext, notices: list[Fault]) -> bool | None:
    """Yes or no, as words or ticks."""
    text = clean_line(plain_text(unmarked(raw), notices))[0].casefold()
    if text in choices.YES:
        return True
    if text in choices.NO:
        return False
    if choices.stands_for_nothing(text):
        return None
    raise CellRefused("import.cell.yes_no", value=shorten(text))


def read_choice(raw: RawCell, context: CellContext, notices: list[Fault]) -> object:
    """The member of an enum that a word names."""
    line = read_line(raw, context, notices)
    if line is None:
        return None
    allowed = context.column.choices
    if allowed is None:
        return line
    member = allowed.find(line)
    if member is None:
        raise CellRefused("import.cell.choice", value=shorten(line), choices=allowed.shown)
    return member


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


def read_currency(raw: RawCell, context: CellContext, notices: list[Fault]) -> str | None:
    """A currency's ISO 4217 code."""
    line = read_line(raw, context, notices)
    if line is None:
        return None
    word = halfwidth(line).strip()
    code = _CURRENCY_WORDS.get(word.casefold()) or word.upper()
    if not _ISO_CURRENCY.fullmatch(code):
        raise CellRefused("import.cell.currency", value=shorten(line))
    return code
