"""Reading a touch from one free line: 和王总电话聊了, 预算Q3定, 下周三跟进."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handlers.reading.clauses import cut
from handlers.reading.days import READ_AT_MOST, days_in, read_day
from handlers.reading.digits import clean, fold, halfwidth
from handlers.reading.kinds import read_kind
from handlers.reading.names import read_contact
from handlers.reading.plans import read_plan
from handlers.reading.touch_fields import FIELD_NAMES, KIND_NAMES, NOTHING
from scoring.model import TouchKind


@dataclass(frozen=True, slots=True)
class TouchReading:
    """What was understood. `note` is the line as typed, without its explicit fields."""

    kind: TouchKind
    contact: str | None
    next_on: date | None
    happened_on: date
    note: str


_FIELD = re.compile(
    rf"(?:^|(?<=\s))(?P<name>{'|'.join(FIELD_NAMES)})\s?=\s?"
    r"(?:\"(?P<quoted>[^\"\n]{0,120})\"|(?P<bare>[^\s\"=]{1,120}))\s?",
    re.IGNORECASE,
)


def read_touch(
    text: str, *, today: date, contacts: Sequence[str] = (), customer: Sequence[str] = ()
) -> TouchReading:
    """Kind, contact, next day and day of a touch, from Chinese, English or both mixed.

    Explicit fields inside the line override what the words say: `kind=call contact=王总
    next=2026-03-10 on=昨天`; a value with spaces stands in quotes; `next=none` clears. A field whose
    value cannot be read is left in the note. `customer` are the names of whom the touch is with. Only the first READ_AT_MOST characters are understood.
    """
    typed = clean(text, lines=True)
    note, fields = _take_fields(typed, today)
    shown = note[:READ_AT_MOST]
    folded = fold(shown)
    days = days_in(folded, today)
    clauses = cut(folded, days)
    plan = read_plan(folded, clauses, days, today)
    kind = fields.kind or read_kind(folded, clauses, plan.chosen)
    contact = fields.contact or read_contact(shown, folded, days, contacts, customer)
    return TouchReading(
        kind=kind,
        contact=contact,
        next_on=fields.next_on if fields.next_given else plan.next_on,
        happened_on=fields.on or plan.happened_on,
        note=note,
    )


@dataclass(slots=True)
class _Fields:
    kind: TouchKind | None = None
    contact: str | None = None
    next_on: date | None = None
    next_given: bool = False
    on: date | None = None


def _take_fields(text: str, today: date) -> tuple[str, _Fields]:
    fields = _Fields()
    if "=" not in halfwidth(text):
        return text, fields
    kept: list[str] = []
    at = 0
    for found in _FIELD.finditer(halfwidth(text)):
        value = found["quoted"] if found["quoted"] is not None else found["bare"]
        if _take(fields, FIELD_NAMES[found["name"].lower()], value, today):
            kept.append(text[at : found.start()])
            at = found.end()
    kept.append(text[at:])
    return "".join(kept).strip(), fields


def _take(fields: _Fields, name: str, value: str, today: date) -> bool:
    value = value.strip(" ,;，；")
    if name == "contact":
        fields.contact = value or None
        return bool(value)
    if name == "kind":
        fields.kind = KIND_NAMES.get(fold(value)) or fields.kind
        return fold(value) in KIND_NAMES
    on = read_day(value, today)
    if name == "next":
        given = on is not None or fold(value) in NOTHING
        fields.next_on, fields.next_given = (on, True) if given else (None, fields.next_given)
        return given
    fields.on = on or fields.on
    return on is not None
