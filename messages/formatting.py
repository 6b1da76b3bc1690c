"""Amounts, dates and lists in a reader's language, by CLDR through Babel.

Babel is imported on first use: it takes 60 ms, and `--help` needs none of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, tzinfo
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal

from scoring.model import Locale, Money

if TYPE_CHECKING:
    from babel import Locale as BabelLocale

_UNIT_STEP = {Locale.EN: Decimal(1_000), Locale.ZH: Decimal(10_000)}
"""How far apart the units of short amounts are: K, M, B and 万, 亿."""

KEPT = 2_048
"""So many amounts and days are kept as they were written: a book repeats few, many times."""

_JOINS: dict[str, Literal["standard", "or", "unit-narrow"]] = {"and": "standard", "or": "or"}


@lru_cache(KEPT)
def money(amount: Money, locale: Locale) -> str:
    """A short amount with at most one decimal: `¥123.5万`, `CN¥1.2M`."""
    from babel.numbers import format_compact_currency

    value = _promoted(amount.amount, _UNIT_STEP[locale])
    return format_compact_currency(value, amount.currency, locale=_babel(locale), fraction_digits=1)


def _promoted(value: Decimal, step: Decimal) -> Decimal:
    """`value`, or the next unit where one decimal rounds up to it: CLDR would say `1000K`."""
    unit = Decimal(1)
    while abs(value) >= unit * step:
        unit *= step
    shown = (abs(value) / unit).quantize(Decimal("0.1"), ROUND_HALF_EVEN)
    return (unit * step).copy_sign(value) if shown >= step else value


def money_exact(amount: Money, locale: Locale) -> str:
    """An amount with the decimals of its currency: `¥1,235,000.00`, `JP¥500`."""
    from babel.numbers import format_currency

    return format_currency(amount.amount, amount.currency, locale=_babel(locale))


def number(value: int | float | Decimal, locale: Locale, digits: int = 1) -> str:
    """A number with grouping and at most `digits` decimals."""
    from babel.numbers import format_decimal

    pattern = "#,##0." + "#" * digits if digits else "#,##0"
    return format_decimal(value, format=pattern, locale=_babel(locale))


def percent(fraction: float | Decimal, locale: Locale, digits: int = 0) -> str:
    """A fraction as a percentage with `digits` decimals."""
    from babel.numbers import format_percent

    pattern = "0." + "0" * digits + "%" if digits else "#,##0%"
    return format_percent(fraction, format=pattern, locale=_babel(locale))


@lru_cache(KEPT)
def day(on: date, locale: Locale) -> str:
    """A date with its year: `2026年3月1日`, `Mar 1, 2026`."""
    from babel.dates import format_date

    return format_date(on, "medium", locale=_babel(locale))


def day_short(on: date, locale: Locale) -> str:
    """A date without its year: `3月1日`, `Mar 1`."""
    return _skeleton("MMMd", on, locale)


def weekday(on: date, locale: Locale) -> str:
    """The short name of the day: `周三`, `Wed`."""
    return _skeleton("ccc", on, locale)


def month(on: date, locale: Locale) -> str:
    """The month with its year: `2026年3月`, `Mar 2026`."""
    return _skeleton("yMMM", on, locale)


def instant(at: datetime, locale: Locale, zone: tzinfo | None = None) -> str:
    """Date and time in `zone` (UTC when none is given): `2026年3月1日 09:07`."""
    local = at.astimezone(zone or UTC)
    return f"{day(local.date(), locale)} {local:%H:%M}"


def clock(at: datetime, zone: tzinfo | None = None) -> str:
    """The time of day in `zone` (UTC when none is given): `09:07`."""
    return f"{at.astimezone(zone or UTC):%H:%M}"


def join(items: Sequence[str], locale: Locale, last: str = "and") -> str:
    """A list in words; `last` is `and`, `or`, or empty for separators only."""
    from babel.lists import format_list

    if not last:
        return ("、" if locale is Locale.ZH else ", ").join(items)
    return format_list(items, style=_JOINS[last], locale=_babel(locale))


@lru_cache(KEPT)
def _skeleton(skeleton: str, on: date, locale: Locale) -> str:
    from babel.dates import format_date, format_skeleton

    if skeleton == "ccc":
        return format_date(on, "ccc", locale=_babel(locale))
    return format_skeleton(skeleton, on, locale=_babel(locale))


@cache
def _babel(locale: Locale) -> BabelLocale:
    """Babel's own; read from a name it would be looked for among 1,000 files every time."""
    from babel import Locale as BabelLocale

    return BabelLocale.parse(locale.value)
