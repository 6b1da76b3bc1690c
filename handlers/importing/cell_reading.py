"""What every reader of a cell works with: its context, its refusals, its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from handlers.importing import choices
from handlers.importing.columns import Column
from handlers.importing.dates import DateOrder
from handlers.importing.headers import Unit
from handlers.importing.limits import Limits
from handlers.importing.raw import DATE_MARK, ERROR_MARK, MARK, MOMENT_MARK, UNCALCULATED, RawCell
from handlers.importing.texts import clean_line

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


def word_of(raw: RawCell) -> str | None:
    """The text of a cell that holds text; None for numbers and real dates."""
    if not isinstance(raw, str) or raw.startswith(MARK):
        return None
    return clean_line(raw)[0]


def is_unmarked(raw: RawCell) -> bool:
    """Whether a cell holds what a person typed, and no date or fault."""
    return not (isinstance(raw, str) and raw.startswith(MARK))


def unmarked(raw: RawCell) -> RawCell:
    """A cell's content without its mark."""
    return raw[2:] if isinstance(raw, str) and raw.startswith(MARK) else raw
