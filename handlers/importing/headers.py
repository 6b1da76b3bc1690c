"""Which field a column of a file is, by its header.

Exact synonyms decide. A guess is made only for a typo in a Latin word, never for Chinese, where
one character turns a start into an end, and a guess is always told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from handlers.importing.header_words import (
    HEADER_WORDS,
    HINT_WORDS,
    SHEET_WORDS,
    SUFFIX_UNITS,
    UNIT_WORDS,
)
from handlers.importing.kinds import KINDS
from handlers.importing.texts import clean_line

MAX_HEADER_CHARS = 200


@dataclass(frozen=True, slots=True)
class Unit:
    """What a header says about all numbers below it. `period` is `year`, `month` or empty."""

    factor: int = 1
    currency: str = ""
    period: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """One header as written and what it was read as; `field` is None for a custom column."""

    written: str
    field: str | None
    unit: Unit = Unit()
    guessed: bool = False


_BRACKETS = re.compile(r"[(\[【〔{<]([^()\[\]【】〔〕{}<>]*)[)\]】〕}>]")
_NOISE = re.compile(r"[\W_]+")
_SEPARATORS = re.compile(r"[\s_:/,\-|]+")
_DATE_PATTERN = re.compile(r"[ymd年月日/.\-\s]+")


def header_key(text: str) -> str:
    """A header without case, width, spaces and punctuation; `#` reads as `no`."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("#", " no ")
    return _NOISE.sub("", folded)


@cache
def header_index(kind: str) -> Mapping[str, str]:
    """Every header that names a field of `kind`, normalised, with the field's name."""
    index: dict[str, str] = {}
    for column in KINDS[kind].columns:
        words = HEADER_WORDS.get(f"{kind}.{column.name}", HEADER_WORDS.get(column.name, ""))
        for word in (column.name, *words.split("|")):
            if word:
                index.setdefault(header_key(word), column.name)
    return index


@cache
def _sheet_index() -> Mapping[str, str]:
    return {
        header_key(word): kind
        for kind, words in SHEET_WORDS.items()
        for word in (kind, *words.split("|"))
    }


def kind_of_sheet_name(name: str) -> str | None:
    """The kind that a sheet's name says, years, numbers and a trailing `表` aside."""
    key = re.sub(r"\d+年?(度)?", "", header_key(name))
    index = _sheet_index()
    for attempt in (
        key,
        key.removesuffix("表"),
        key.removesuffix("明细"),
        key.removesuffix("list"),
    ):
        if attempt in index:
            return index[attempt]
    return None


def read_header(text: str, kind: str) -> Header:
    """What `text` heads in a table of `kind`, without guessing."""
    written = clean_line(text)[0]
    if not written or len(written) > MAX_HEADER_CHARS:
        return Header(written, None)
    return _exact(written, kind) or Header(written, None)


def guess_header(header: Header, kind: str, taken: frozenset[str]) -> Header:
    """A typo mended: the one field, not yet `taken`, whose name is a letter or two away."""
    from rapidfuzz import fuzz, process

    base, unit = _split_unit(header.written)
    key = header_key(base)
    if unit is None or len(key) < 6 or not key.isascii() or not key.isalpha():
        return header
    index = header_index(kind)
    hits = {
        index[word]
        for word, _score, _ in process.extract(
            key, list(index), scorer=fuzz.ratio, score_cutoff=87, limit=8
        )
        # `contact no` is one letter from `contract no`; a first letter is rarely mistyped.
        # A word more or less is no typo: an `account id` is no account.
        if word[0] == key[0]
        and abs(len(word) - len(key)) <= 1
        and ("contract" in word) == ("contract" in key)
    }
    if len(hits) != 1 or hits & taken:
        return header
    return Header(header.written, hits.pop(), unit, guessed=True)


def _exact(written: str, kind: str) -> Header | None:
    index = header_index(kind)
    whole = index.get(header_key(written))
    if whole is not None and not _BRACKETS.search(unicodedata.normalize("NFKC", written)):
        return Header(written, whole)
    base, unit = _split_unit(written)
    if unit is None:
        return None
    field = index.get(header_key(base)) or _both_languages(base, index)
    if field is None:
        return None
    return Header(written, _by_period(field, unit, kind), unit)


def _by_period(field: str, unit: Unit, kind: str) -> str:
    """`金额(元/年)` is a year's amount although 金额 alone is the whole term's."""
    if kind == "contracts" and field in ("arr", "term_value", "mrr"):
        return {"year": "arr", "month": "mrr"}.get(unit.period, field)
    return field


def _both_languages(base: str, index: Mapping[str, str]) -> str | None:
    """`客户名称 Customer` and `到期日/End date`: every part must name the same field."""
    latin = re.findall(r"[a-z0-9][a-z0-9\s_#.'\-]*", base)
    rest = [part for part in re.split(r"[a-z0-9][a-z0-9\s_#.'\-]*", base) if header_key(part)]
    for parts in ([*latin, *rest], re.split(r"[/|,]", base)):
        fields = {index.get(header_key(part)) for part in parts if header_key(part)}
        if len(parts) > 1 and len(fields) == 1:
            return fields.pop()
    return None


def _split_unit(written: str) -> tuple[str, Unit | None]:
    """The bare header and its unit; None instead of a unit when a bracket says something else."""
    text = unicodedata.normalize("NFKC", written).casefold().strip(" *:")
    unit = Unit()
    for qualifier in _BRACKETS.findall(text):
        read = _read_unit(qualifier.strip(" *"))
        if read is None:
            return text, None
        unit = _both(unit, read)
    base = _BRACKETS.sub(" ", text).strip(" *:")
    parts = _SEPARATORS.split(base)
    if len(parts) > 1 and parts[-1] in SUFFIX_UNITS:
        read = _read_unit(parts[-1])
        if read is not None:
            unit = _both(unit, read)
            base = base[: base.rindex(parts[-1])]
    return base, unit


def _read_unit(qualifier: str) -> Unit | None:
    if qualifier in UNIT_WORDS:
        return Unit(*UNIT_WORDS[qualifier])
    squeezed = qualifier.replace(" ", "")
    if squeezed in HINT_WORDS or _DATE_PATTERN.fullmatch(qualifier):
        return Unit()
    unit = Unit()
    parts = [part.strip() for part in re.split(r"[/,;、·]|\bper\b", qualifier) if part.strip()]
    if len(parts) < 2:
        return None
    for part in parts:
        read = _read_unit(part)
        if read is None:
            return None
        unit = _both(unit, read)
    return unit


def _both(one: Unit, other: Unit) -> Unit:
    return replace(
        one,
        factor=one.factor * other.factor,
        currency=other.currency or one.currency,
        period=other.period or one.period,
    )
