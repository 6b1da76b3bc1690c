"""The words the sample book is made of: companies, people, remarks, read from `words/`."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import StringIO
from typing import Any

from scoring.model import Locale, Segment

Row = dict[str, str]
"""One line of a table as people bring it: canonical column names, everything as text."""


@dataclass(frozen=True, slots=True)
class Company:
    """An invented customer. `alias` may hold several, separated by `;`."""

    name: str
    alias: str
    domain: str
    industry: str
    region: str
    team: str
    currency: str
    segment: Segment

    @property
    def locale(self) -> Locale:
        """The language one writes to them in."""
        return Locale.EN if self.name.isascii() or self.team == "Global" else Locale.ZH


@dataclass(frozen=True, slots=True)
class Headline:
    """A contract placed by hand, so that the first day of the demo tells a story."""

    name: str
    product: str
    seats: int
    ends_in_days: int
    years: int
    notice_days: int | None
    auto_renew: bool
    owned: bool
    mood: str


@dataclass(frozen=True, slots=True)
class Remark:
    """What a colleague writes after a touch; `{who}` and the like are filled in."""

    mood: str
    kind: str
    next_days: int | None
    text: str


@cache
def table(name: str) -> tuple[Row, ...]:
    """The rows of a `.csv` or `.tsv` file of words."""
    delimiter = "\t" if name.endswith(".tsv") else ","
    return tuple(csv.DictReader(StringIO(_text(name)), delimiter=delimiter))


@cache
def names(locale: Locale) -> Mapping[str, Any]:
    """Surnames, given names and titles of a language, as its file arranges them."""
    return tomllib.loads(_text("names_zh.toml" if locale is Locale.ZH else "names_en.toml"))


@cache
def spreadsheet(locale: Locale) -> Mapping[str, Any]:
    """How a contract sheet of that language is titled, headed and filled."""
    words: Mapping[str, Any] = tomllib.loads(_text("spreadsheet.toml"))[locale.value]
    return words


def companies(name: str = "companies.csv") -> list[Company]:
    """The customers of the book, or of another file with the same columns."""
    return [
        Company(
            name=row["name"],
            alias=row["alias"],
            domain=row["domain"],
            industry=row["industry"],
            region=row["region"],
            team=row["team"],
            currency=row["currency"],
            segment=Segment(row["segment"]),
        )
        for row in table(name)
    ]


def headlines() -> list[Headline]:
    """The contracts that are placed by hand."""
    return [
        Headline(
            name=row["name"],
            product=row["product"],
            seats=int(row["seats"]),
            ends_in_days=int(row["ends_in_days"]),
            years=int(row["years"]),
            notice_days=_number(row["notice_days"]),
            auto_renew=bool(row["auto_renew"]),
            owned=bool(row["owned"]),
            mood=row["mood"],
        )
        for row in table("headlines.csv")
    ]


def remarks(locale: Locale) -> list[Remark]:
    """All remarks of a language."""
    return [
        Remark(row["mood"], row["kind"], _number(row["next_days"]), row["remark"])
        for row in table("remarks_zh.tsv" if locale is Locale.ZH else "remarks_en.tsv")
    ]


def named_features() -> tuple[str, ...]:
    """The features whose use is reported one by one."""
    return tuple(row["feature"] for row in table("features.csv"))


def of_locale(rows: Iterable[Row], locale: Locale) -> list[Row]:
    """The rows whose column `locale` says so."""
    return [row for row in rows if row["locale"] == locale.value]


def _number(text: str) -> int | None:
    return int(text) if text else None


def _text(name: str) -> str:
    return files("bot.sample").joinpath("words", name).read_text(encoding="utf-8")
