"""Every word a person reads: sentences from the catalogues, amounts and dates in their language.

Catalogues are `messages/catalogues/<locale>/<feature>.po`, merged per locale and kept for the life
of the process. Keys are dotted (`claim.done`), placeholders are `%(who)s`.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib import resources

from messages import formatting
from messages.po import Entry, read_po
from messages.spacing import set_off
from scoring.model import Locale, Money


class MissingPhrase(UserWarning):
    """A key or parameter that a catalogue does not have: raises in tests, where warnings do."""


class DuplicateKey(ValueError):
    """Two files of one locale have the same key."""


@cache
def catalogue(locale: Locale) -> Mapping[str, Entry]:
    """All entries of one locale by key; read once per process."""
    entries: dict[str, Entry] = {}
    folder = resources.files("messages") / "catalogues" / locale.value
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if not file.name.endswith(".po"):
            continue
        for entry in read_po(file.read_text(encoding="utf-8")):
            if entry.key in entries:
                raise DuplicateKey(f"{locale.value}/{file.name}: {entry.key}")
            if entry.key:
                entries[entry.key] = entry
    return entries


def plural_form(locale: Locale, n: int) -> int:
    """Which text of a plural entry fits `n`, as the header `Plural-Forms` of the files says."""
    return 0 if locale is Locale.ZH or n == 1 else 1


_WORD_START = re.compile(r"(?<=[a-z])(?=[A-Z])")


@cache
def _kind(members: type[StrEnum]) -> str:
    """How the catalogues call a kind of members."""
    return _WORD_START.sub("_", members.__name__).lower()


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """What one reader's language says; `zone` is where instants without a given zone are read.

    Parameters that are money, dates, instants, decimals or lists are written the reader's way.
    A key that is missing falls back to English, then to the key itself, with a `MissingPhrase`.
    """

    locale: Locale
    zone: tzinfo | None = None

    def t(self, key: str, **params: object) -> str:
        """The sentence for `key`."""
        entry = self._entry(key)
        return key if entry is None else self._filled(entry, entry.texts[0], params)

    def tn(self, key: str, n: int, **params: object) -> str:
        """The sentence for `key` in the plural form for `n`, which is also the parameter `n`."""
        entry = self._entry(key)
        if entry is None:
            return key
        form = plural_form(self.locale, n)
        return self._filled(entry, entry.texts[min(form, len(entry.texts) - 1)], {"n": n, **params})

    def heading(self, key: str) -> str:
        """The words for `key` where they stand alone: in English with a capital."""
        words = self.t(key)
        return words[:1].upper() + words[1:]

    def has(self, key: str) -> bool:
        """Whether this language has `key`."""
        return key in catalogue(self.locale)

    def label(self, member: StrEnum) -> str:
        """The name of an enum member: `LossReason.PRICE` is the key `loss_reason.price`."""
        return self.t(f"{_kind(type(member))}.{member.value}")

    def money(self, amount: Money | None) -> str:
        """A short amount, `¥123.5万` or `CN¥1.2M`; the word for unknown when there is none."""
        return self.unknown() if amount is None else formatting.money(amount, self.locale)

    def money_exact(self, amount: Money | None) -> str:
        """An amount to the last digit, `¥1,235,000.00`."""
        return self.unknown() if amount is None else formatting.money_exact(amount, self.locale)

    def number(self, value: int | float | Decimal, digits: int = 1) -> str:
        """A number with grouping and at most `digits` decimals."""
        return formatting.number(value, self.locale, digits)

    def percent(self, fraction: float | Decimal, digits: int = 0) -> str:
        """A fraction as a percentage: 0.453 is `45%`."""
        return formatting.percent(fraction, self.locale, digits)

    def day(self, on: date | None) -> str:
        """A date with its year; the word for unknown when there is none."""
        return self.unknown() if on is None else formatting.day(on, self.locale)

    def day_short(self, on: date) -> str:
        """A date without its year, `3月1日`, `Mar 1`."""
        return formatting.day_short(on, self.locale)

    def weekday(self, on: date) -> str:
        """The short name of the day, `周三`, `Wed`."""
        return formatting.weekday(on, self.locale)

    def month(self, on: date) -> str:
        """The month with its year, `2026年3月`, `Mar 2026`."""
        return formatting.month(on, self.locale)

    def instant(self, at: datetime, zone: tzinfo | None = None) -> str:
        """Date and time of an aware instant, read in `zone`."""
        return formatting.instant(at, self.locale, zone or self.zone)

    def clock(self, at: datetime, zone: tzinfo | None = None) -> str:
        """The time of day of an aware instant, read in `zone`: `09:07`."""
        return formatting.clock(at, zone or self.zone)

    def days_left(self, n: int) -> str:
        """How long something still runs: `还剩 12 天`, `今天到期`, `已过期 3 天`."""
        if n == 0:
            return self.t("common.ends_today")
        return self.tn("common.days_left", n) if n > 0 else self.tn("common.days_over", -n)

    def days_away(self, n: int) -> str:
        """A day seen from today: `12 天后`, `明天`, `今天`, `昨天`, `3 天前`."""
        match n:
            case 0:
                return self.t("common.today")
            case 1:
                return self.t("common.tomorrow")
            case -1:
                return self.t("common.yesterday")
        return self.tn("common.in_days", n) if n > 0 else self.tn("common.days_ago", -n)

    def join(self, items: Iterable[str], last: str = "and") -> str:
        """A list in words; `last` is `and`, `or`, or empty for separators only."""
        return formatting.join(tuple(items), self.locale, last)

    def unknown(self) -> str:
        """What stands where nothing is known: never 0, never empty."""
        return self.t("common.unknown")

    def _entry(self, key: str) -> Entry | None:
        entry = catalogue(self.locale).get(key)
        if entry is None:
            warnings.warn(f"{self.locale.value}: {key}", MissingPhrase, stacklevel=3)
            entry = catalogue(Locale.EN).get(key)
        return entry

    def _filled(self, entry: Entry, text: str, params: Mapping[str, object]) -> str:
        if "%(" not in text and "python-format" not in entry.flags:
            return text
        shown = {name: self._shown(value) for name, value in params.items()}
        if self.locale is Locale.ZH:
            text = set_off(text, shown)
        try:
            return text % shown
        except (KeyError, TypeError, ValueError) as fault:
            warnings.warn(f"{entry.key}: {fault!r}", MissingPhrase, stacklevel=3)
            return text

    def _shown(self, value: object) -> object:
        match value:
            case Money():
                return self.money(value)
            case datetime():
                return self.instant(value)
            case date():
                return self.day(value)
            case Decimal() | float():
                return self.number(value)
            case tuple() | list():
                return self.join([str(self._shown(item)) for item in value])
            case None:
                return self.unknown()
        return value
