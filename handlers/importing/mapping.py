"""A mapping file: which columns of somebody else's table become what, as a value read from TOML."""

from __future__ import annotations

import math
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from handlers.importing.cell_reading import shorten
from handlers.importing.kinds import KINDS
from handlers.importing.parsed import FileNotice
from handlers.importing.raw import DATE_MARK, RawCell
from scoring.errors import MappingRefused

LARGEST_BYTES = 256 * 1024
ROW = "row"
"""The placeholder of a `text` that stands for the number of the row."""

POINT, COMMA = ".", ","
_TOP = frozenset({"sheet", "decimal"})

PLACEHOLDER = re.compile(r"\{([^{}]{1,200})\}")
_SOURCE_KEYS = frozenset({"column", "sum", "constant", "text", "words", "otherwise", "per"})
_BEGINNINGS = ("column", "sum", "constant", "text")


@dataclass(frozen=True, slots=True)
class Source:
    """Where the cells of one field come from.

    Exactly one of `columns` (several are added up), `text` (a pattern with headers and `{row}`)
    and `constant` counts. `words` says what a cell's word stands for, `otherwise` what any other
    filled cell does; `per` divides by another column.
    """

    columns: tuple[str, ...] = ()
    text: str = ""
    constant: RawCell = ""
    words: Mapping[str, RawCell] | None = None
    otherwise: RawCell | None = None
    per: str = ""

    @property
    def reads(self) -> Iterator[str]:
        """The headers that the file must have."""
        yield from self.columns
        if self.per:
            yield self.per
        yield from (name for name in PLACEHOLDER.findall(self.text) if name != ROW)


@dataclass(frozen=True, slots=True)
class MappedTable:
    """One table that is made from the file. `only_with` names the field without which a row
    makes nothing in this table; otherwise an empty must-field refuses it."""

    kind: str
    fields: Mapping[str, Source]
    only_with: str = ""


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """A whole mapping; `sheet` names the sheet of a workbook that it is about.

    `decimal` is what the file's texts have before tenths, a point or a comma.
    """

    tables: tuple[MappedTable, ...]
    sheet: str = ""
    decimal: str = POINT

    @property
    def reads(self) -> tuple[str, ...]:
        """Every header that the file must have, once."""
        return tuple(
            dict.fromkeys(
                name
                for table in self.tables
                for source in table.fields.values()
                for name in source.reads
            )
        )


def mapping_in(path: Path) -> ColumnMapping:
    """The mapping in a file; MappingRefused, also when the file cannot be read."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        raise MappingRefused([FileNotice("mapping.absent", {"name": path.name})]) from None
    except OSError as wrong:
        params = {"name": path.name, "reason": wrong.strerror}
        raise MappingRefused([FileNotice("mapping.unreadable", params)]) from None
    return read_mapping(content)


def read_mapping(content: bytes) -> ColumnMapping:
    """The mapping in a TOML file; MappingRefused with everything that is wrong with it."""
    if len(content) > LARGEST_BYTES:
        raise MappingRefused([FileNotice("mapping.too_large", {"most": LARGEST_BYTES // 1024})])
    try:
        document = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise MappingRefused([FileNotice("mapping.not_utf8")]) from None
    except (ValueError, RecursionError) as wrong:  # TOML, or a number of thousands of digits
        raise MappingRefused([FileNotice("mapping.not_toml", {"reason": str(wrong)})]) from None
    reading = _Reading()
    found = reading.whole(document)
    if reading.faults:
        raise MappingRefused(reading.faults)
    return found


class _Reading:
    """A document being read; faults are collected, so that all are told at once."""

    def __init__(self) -> None:
        self.faults: list[FileNotice] = []

    def whole(self, document: Mapping[str, Any]) -> ColumnMapping:
        sheet = document.get("sheet", "")
        if not isinstance(sheet, str):
            self._wrong("mapping.not_a_name", where="sheet")
            sheet = ""
        decimal = document.get("decimal", POINT)
        if decimal not in (POINT, COMMA):
            self._wrong("mapping.decimal")
            decimal = POINT
        shared: dict[str, Any] = {}
        asked: list[tuple[str, Mapping[str, Any]]] = []
        for name, value in document.items():
            tables = _tables(value) if name in KINDS else None
            if name in _TOP:
                continue
            if tables is not None:
                asked += [(name, table) for table in tables]
            elif name in KINDS:
                self._wrong("mapping.not_a_table", where=name)
            elif any(column.name == name for kind in KINDS.values() for column in kind.columns):
                shared[name] = value
            else:
                self._wrong("mapping.unknown_kind", where=name, kinds=", ".join(KINDS))
        sources = {name: self._source(name, value) for name, value in shared.items()}
        if not asked:
            self._wrong("mapping.nothing", kinds=", ".join(KINDS))
        made = [table for kind, said in asked for table in self._made(kind, said, sources)]
        return ColumnMapping(tuple(made), sheet, decimal)

    def _made(
        self, kind: str, said: Mapping[str, Any], shared: Mapping[str, Source]
    ) -> Iterator[MappedTable]:
        spec = KINDS[kind]
        known = {column.name for column in spec.columns}
        fields = {name: source for name, source in shared.items() if name in known}
        values: Mapping[str, Any] | None = None
        only_with = ""
        for name, value in said.items():
            where = f"{kind}.{name}"
            if name in known:
                fields[name] = self._source(where, value)
            elif name == "only_with" and isinstance(value, str) and value in known:
                only_with = value
            elif name == "values" and kind == "signals" and isinstance(value, dict) and value:
                values = value
            else:
                self._wrong("mapping.unknown_field", where=where, fields=", ".join(sorted(known)))
        if values is not None:
            if "signal" in fields or "value" in fields:
                self._wrong("mapping.values_and_value", where=kind)
            for signal, value in values.items():
                source = self._source(f"signals.values.{signal}", value)
                each = {**fields, "signal": Source(constant=signal), "value": source}
                self._complete(kind, each)
                yield MappedTable(kind, each, only_with="value")
            return
        self._complete(kind, fields)
        yield MappedTable(kind, fields, only_with)

    def _complete(self, kind: str, fields: Mapping[str, Source]) -> None:
        missing = [name for name in KINDS[kind].must_columns if name not in fields]
        if missing:
            fault = FileNotice("mapping.missing", {"where": kind, "missing": ", ".join(missing)})
            if fault not in self.faults:
                self.faults.append(fault)

    def _source(self, where: str, value: Any) -> Source:
        if isinstance(value, str):
            return self._source(where, {"column": value})
        if not isinstance(value, dict):
            return Source(constant=self._cell(where, value))
        unknown = sorted(set(value) - _SOURCE_KEYS)
        begins = [name for name in _BEGINNINGS if name in value]
        if unknown or len(begins) != 1:
            self._wrong("mapping.source", where=where, found=", ".join(value) or "{}")
            return Source()
        words = value.get("words")
        if words is not None and (not isinstance(words, dict) or begins[0] in ("constant", "text")):
            self._wrong("mapping.words", where=where)
            words = None
        if "otherwise" in value and words is None:
            self._wrong("mapping.otherwise", where=where)
        return Source(
            columns=self._names(where, value.get("column"), value.get("sum")),
            text=self._text(where, value.get("text")),
            constant=self._cell(where, value["constant"]) if begins == ["constant"] else "",
            words=None if words is None else self._words(where, words),
            otherwise=self._cell(where, value["otherwise"]) if "otherwise" in value else None,
            per=self._name(where, value.get("per")),
        )

    def _names(self, where: str, column: Any, several: Any) -> tuple[str, ...]:
        if column is not None:
            return (self._name(where, column),)
        if several is None:
            return ()
        if not isinstance(several, list) or not several:
            self._wrong("mapping.sum", where=where)
            return ()
        return tuple(self._name(where, name) for name in several)

    def _name(self, where: str, name: Any) -> str:
        if name is None:
            return ""
        if not isinstance(name, str) or not name.strip():
            self._wrong("mapping.not_a_name", where=where)
            return ""
        return name

    def _text(self, where: str, pattern: Any) -> str:
        if pattern is None:
            return ""
        if not isinstance(pattern, str) or not PLACEHOLDER.search(pattern):
            self._wrong("mapping.text", where=where)
            return ""
        return pattern

    def _words(self, where: str, words: Mapping[str, Any]) -> Mapping[str, RawCell]:
        read: dict[str, RawCell] = {}
        for word, value in words.items():
            key = word_key(word)
            if key in read:
                self._wrong("mapping.word_twice", where=where, word=shorten(word))
            read[key] = self._cell(f"{where}.words.{word}", value)
        return read

    def _cell(self, where: str, value: Any) -> RawCell:
        """A constant as a spreadsheet would hold it."""
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, datetime):
            return value.isoformat(" ", "seconds")
        if isinstance(value, date):
            return DATE_MARK + value.isoformat()
        if isinstance(value, str):
            return value.replace("\0", "")
        if isinstance(value, int) and abs(value) < 10**15:
            return value
        if isinstance(value, float) and math.isfinite(value):
            return value
        self._wrong("mapping.constant", where=where)
        return ""

    def _wrong(self, key: str, **params: object) -> None:
        self.faults.append(FileNotice(key, params))


def _tables(value: Any) -> list[Mapping[str, Any]] | None:
    if isinstance(value, dict):
        return [value]
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        return value
    return None


def word_key(word: str) -> str:
    """A cell's word as it is looked up: without case, width and needless blanks."""
    return " ".join(unicodedata.normalize("NFKC", word).casefold().split())
