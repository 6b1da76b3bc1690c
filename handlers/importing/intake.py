"""From a file to typed tables: the door through which everything that people bring comes in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from handlers.importing.dates import DateOrder
from handlers.importing.encodings_of_text import decode
from handlers.importing.formats import (
    EXTENSIONS,
    FileFormat,
    extension,
    is_json_lines,
    is_ole,
    is_zip,
    refuse_unreadable,
)
from handlers.importing.header_rows import Heading, check_heading, find_heading
from handlers.importing.headers import kind_of_sheet_name
from handlers.importing.kinds import KINDS
from handlers.importing.limits import DEFAULT_LIMITS, MIB, Limits
from handlers.importing.mapped import read_mapped
from handlers.importing.mapping import ColumnMapping
from handlers.importing.own_sheets import lists_expansions
from handlers.importing.parsed import FileNotice, ParsedFile, ParsedTable
from handlers.importing.raw import RawBook, RawSheet
from handlers.importing.sandbox import read_workbook
from handlers.importing.tables import Ways, read_table
from handlers.importing.text_tables import read_json_lines, read_separated
from scoring.errors import BadArgument, NotFound

_FIRST_KIND = next(iter(KINDS))


def read_file(
    source: Path | str | bytes,
    filename: str,
    *,
    kind: str | None = None,
    mapping: ColumnMapping | None = None,
    date_order: DateOrder | None = None,
    default_currency: str = "CNY",
    limits: Limits = DEFAULT_LIMITS,
) -> ParsedFile:
    """The typed rows of a file, its refused rows and what is to be told about it.

    `kind` says what the table is; None lets sheet names and headers say it; a `mapping` says what
    is made of each column instead. Blocks for as long as
    the file takes (30,000 rows a second): call it in a thread. BadArgument or NotFound when the
    file as a whole cannot be used.
    """
    if kind is not None and kind not in KINDS:
        raise NotFound("import.kind_unknown", kind=kind, kinds=", ".join(KINDS))
    book, notices = read_book(source, filename, limits)
    if mapping is not None:
        mapped = read_mapped(book, mapping, Ways(date_order, default_currency, limits))
        return replace(mapped, notices=(*notices, *mapped.notices))
    chosen, skipped = _choose(book, kind, limits)
    ways = Ways(date_order, default_currency, limits)
    tables: list[ParsedTable] = []
    rows = 0
    for sheet, heading in chosen:
        shown = sheet.name if len(chosen) > 1 else ""
        check_heading(heading, sheet, shown)
        table, told = read_table(sheet, heading, shown, ways)
        rows += len(table.rows) + table.refused
        if rows > limits.rows:
            raise BadArgument("import.file.too_many_rows", most=limits.rows)
        tables.append(table)
        notices += told
    return ParsedFile(tuple(tables), (*notices, *skipped), book.format)


def read_book(
    source: Path | str | bytes, filename: str, limits: Limits = DEFAULT_LIMITS
) -> tuple[RawBook, list[FileNotice]]:
    """The cells of a file as they stand in it, untyped, read as what the file really is."""
    content = _content(source, limits)
    refuse_unreadable(content)
    if is_zip(content) or is_ole(content):
        book = read_workbook(content, limits)
    else:
        book = _text_book(content, filename, limits)
    notices = []
    named = EXTENSIONS.get(extension(filename))
    plain = (FileFormat.CSV, FileFormat.TSV)
    if named is not None and named != book.format and not (named in plain and book.format in plain):
        notices.append(
            FileNotice("import.notice.other_format", {"name": filename, "found": book.format})
        )
    if book.encoding not in ("", "utf-8", "utf-16", "utf-32", "gb18030"):
        notices.append(FileNotice("import.notice.encoding", {"encoding": book.encoding}))
    notices += [FileNotice("import.notice.sheet_hidden", {"name": name}) for name in book.hidden]
    notices += [FileNotice("import.notice.sheet_empty", {"name": name}) for name in book.empty]
    return book, notices


def _content(source: Path | str | bytes, limits: Limits) -> bytes:
    too_large = BadArgument("import.file.too_large", most=limits.file_bytes // MIB)
    if isinstance(source, bytes):
        if len(source) > limits.file_bytes:
            raise too_large
        return source
    path = Path(source)
    if path.exists() and not path.is_dir() and not path.is_file():
        # A pipe or device may never end, or never begin.
        raise BadArgument("import.file.not_regular", name=path.name)
    try:
        with path.open("rb") as file:
            content = file.read(limits.file_bytes + 1)
    except IsADirectoryError:
        raise BadArgument("import.file.folder", name=path.name) from None
    except FileNotFoundError:
        raise NotFound("import.file.absent", name=path.name) from None
    except OSError as wrong:
        raise BadArgument("import.file.unreadable", name=path.name, reason=wrong.strerror) from None
    if len(content) > limits.file_bytes:
        raise too_large
    return content


def _text_book(content: bytes, filename: str, limits: Limits) -> RawBook:
    text, encoding = decode(content)
    text = text.replace("\0", "")
    stem = Path(filename).stem
    if is_json_lines(text):
        return RawBook(FileFormat.JSONL, [read_json_lines(text, stem, limits)], encoding=encoding)
    sheet, delimiter = read_separated(text, stem, limits)
    kind = FileFormat.TSV if delimiter == "\t" else FileFormat.CSV
    return RawBook(kind, [sheet], encoding=encoding)


def _choose(
    book: RawBook, kind: str | None, limits: Limits
) -> tuple[list[tuple[RawSheet, Heading]], list[FileNotice]]:
    """The sheets that hold a table, each with its heading, and the ones left aside."""
    sheets = [sheet for sheet in book.sheets if any(c != "" for col in sheet.columns for c in col)]
    if not sheets:
        raise BadArgument("import.file.no_table")
    own = [sheet for sheet in sheets if lists_expansions(sheet.columns)]
    if len(own) == len(sheets):
        raise BadArgument("import.file.only_expansions")
    if len(sheets) == 1:
        return [(sheets[0], _only_heading(sheets[0], kind, limits))], []
    chosen: list[tuple[RawSheet, Heading]] = []
    skipped: list[FileNotice] = []
    for sheet in sheets:
        if sheet in own:
            skipped.append(FileNotice("import.notice.sheet_expansions", {"name": sheet.name}))
            continue
        named = kind_of_sheet_name(sheet.name)
        if kind is not None and named not in (None, kind):
            heading = None
        else:
            heading = find_heading(sheet, [kind] if kind else KINDS, limits)
            if heading and heading.missing and named == heading.kind:
                check_heading(heading, sheet, sheet.name)
        if heading is None or heading.missing:
            skipped.append(FileNotice("import.notice.sheet_skipped", {"name": sheet.name}))
        else:
            chosen.append((sheet, heading))
    if not chosen:
        raise BadArgument("import.file.no_table")
    return chosen, skipped


def _only_heading(sheet: RawSheet, kind: str | None, limits: Limits) -> Heading:
    heading = find_heading(sheet, [kind] if kind else KINDS, limits)
    if kind is None and (heading is None or heading.missing):
        named = kind_of_sheet_name(sheet.name) or _FIRST_KIND
        heading = find_heading(sheet, [named], limits) or heading
    if heading is None:
        raise BadArgument("import.header.none", rows=limits.header_rows)
    return heading
