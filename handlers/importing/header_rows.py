"""Which row of a sheet heads its columns, and which kind of table that makes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from handlers.importing.cell_reading import plain_text, shorten
from handlers.importing.header_words import HEADER_WORDS
from handlers.importing.headers import Header, guess_header, kind_of_sheet_name, read_header
from handlers.importing.kinds import KINDS
from handlers.importing.limits import Limits
from handlers.importing.raw import ERROR_MARK, UNCALCULATED, RawCell, RawSheet, column_letters
from scoring.errors import BadArgument


@dataclass(frozen=True, slots=True)
class Heading:
    """The header row (from 0) of a table of `kind`; one Header or None (blank) per column."""

    kind: str
    row: int
    headers: tuple[Header | None, ...]

    @property
    def fields(self) -> frozenset[str]:
        """The fields that have a column."""
        return frozenset(h.field for h in self.headers if h is not None and h.field is not None)

    @property
    def missing(self) -> tuple[str, ...]:
        """The columns of the kind that the sheet cannot do without and does not have."""
        return tuple(name for name in KINDS[self.kind].must_columns if name not in self.fields)

    @property
    def rank(self) -> tuple[bool, int, int]:
        """How well the row heads a table: complete, then many fields, then few strangers."""
        strangers = sum(1 for h in self.headers if h is not None and h.field is None)
        return not self.missing, len(self.fields), -strangers


def find_heading(sheet: RawSheet, kinds: Iterable[str], limits: Limits) -> Heading | None:
    """The best heading of `sheet` as one of `kinds`; None when no row names a single field."""
    kinds = tuple(kinds)
    rows = _first_rows(sheet, limits.header_rows)
    named = kind_of_sheet_name(sheet.name)
    best: tuple[tuple[object, ...], Heading] | None = None
    for kind in kinds:
        found = [_heading(kind, row, cells) for row, cells in rows]
        headings = [heading for heading in found if heading.fields]
        if not headings:
            continue
        heading = _mended(max(headings, key=lambda h: (h.rank, -h.row)))
        if len(kinds) > 1 and kind != named and len(heading.fields) < 2:
            continue  # a lone customer column may head anything
        bonus = 2 if kind == named else 0
        must = len(KINDS[kind].must_columns)
        score = (not heading.missing, len(heading.fields) + bonus, must)
        if best is None or score > best[0]:
            best = (score, heading)
    return best[1] if best else None


def check_heading(heading: Heading, sheet: RawSheet, shown_sheet: str) -> None:
    """Refuse the file when a field is headed twice or a must-column is absent (BadArgument)."""
    seen: dict[str, int] = {}
    for position, header in enumerate(heading.headers):
        if header is None:
            continue
        name = header.field or f"\0{header.written.casefold()}"
        first = seen.setdefault(name, position)
        if first != position:
            other = heading.headers[first]
            raise BadArgument(
                "import.header.twice_on" if shown_sheet else "import.header.twice",
                sheet=shown_sheet,
                first=shorten(other.written if other else ""),
                first_at=column_letters(sheet.first_column + first),
                second=shorten(header.written),
                second_at=column_letters(sheet.first_column + position),
            )
    for header in heading.headers:
        if header and header.field == "notice_days" and header.unit.period:
            raise BadArgument("import.header.days", sheet=shown_sheet, column=header.written)
    if heading.missing:
        raise BadArgument(
            "import.header.missing_on" if shown_sheet else "import.header.missing",
            sheet=shown_sheet,
            kind=heading.kind,
            row=heading.row + 1,
            missing=[shown_name(heading.kind, name) for name in heading.missing],
            found=[shorten(h.written) for h in heading.headers if h is not None][:30],
        )


def shown_name(kind: str, field: str) -> str:
    """A field as people may head it: `ends_on (到期日期)`."""
    words = HEADER_WORDS.get(f"{kind}.{field}", HEADER_WORDS.get(field, ""))
    return f"{field} ({words.split('|')[0]})" if words else field


def _first_rows(sheet: RawSheet, most: int) -> list[tuple[int, Sequence[RawCell]]]:
    """The first `most` rows that are not blank, with their positions."""
    rows: list[tuple[int, Sequence[RawCell]]] = []
    blank = ("",) * len(sheet.columns)
    for position, cells in enumerate(zip(*sheet.columns, strict=True)):
        if cells != blank:
            rows.append((position, cells))
            if len(rows) == most:
                break
    return rows


def _heading(kind: str, row: int, cells: Sequence[RawCell]) -> Heading:
    headers: list[Header | None] = []
    for cell in cells:
        text = "" if _marked_fault(cell) else plain_text(cell, [])
        header = read_header(text, kind)
        headers.append(header if header.written else None)
    return Heading(kind, row, tuple(headers))


def _marked_fault(cell: RawCell) -> bool:
    return isinstance(cell, str) and cell.startswith((ERROR_MARK, UNCALCULATED))


def _mended(heading: Heading) -> Heading:
    """The heading with typos mended; a field that has its column already is never guessed."""
    taken = heading.fields
    headers = []
    for header in heading.headers:
        if header is not None and header.field is None:
            header = guess_header(header, heading.kind, taken)
            if header.field is not None:
                taken |= {header.field}
        headers.append(header)
    return Heading(heading.kind, heading.row, tuple(headers))
