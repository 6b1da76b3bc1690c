"""Where working calendars come from: the `holidays` library, corrected by a local list.

The library takes a noticeable part of a second to import, so nothing here touches it before the
first calendar is asked for, and each country and range of years is worked out once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib import import_module
from importlib.resources import files
from typing import Any

from bot.bare_packages import import_bare
from scoring.errors import ConfigError
from scoring.workdays import WorkCalendar

DEFAULT_COUNTRY = "CN"


@dataclass(frozen=True, slots=True)
class LocalDays:
    """What this office does differently from its country; wins over the library."""

    off_days: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()


EVERYTHING_AS_USUAL = LocalDays()


def load_calendar(
    country: str, years: range, *, local: LocalDays = EVERYTHING_AS_USUAL
) -> WorkCalendar:
    """The working days of a country (ISO 3166 code) for those years, make-up days included.

    Raises ConfigError for a country the library does not know.
    """
    known = _from_library(country.upper(), years)
    return WorkCalendar(
        weekdays=known.weekdays,
        off_days=(known.off_days | local.off_days) - local.working_days,
        make_up_days=(known.make_up_days - local.off_days) | local.working_days,
    )


def make_up_days_announced(country: str, year: int) -> bool:
    """Whether the library knows days worked in exchange in that year.

    China publishes them each autumn for the year after; the library follows with a release.
    """
    return bool(_from_library(country.upper(), range(year, year + 1)).make_up_days)


def year_without_make_up_days(
    country: str, today: date, *, local: LocalDays = EVERYTHING_AS_USUAL
) -> int | None:
    """The year to warn about: this one, or from mid-December the next, when its make-up days are
    missing although the country had some lately and nobody listed them by hand."""
    mid_december = date(today.year, 12, 15)
    years = (today.year, today.year + 1) if today >= mid_december else (today.year,)
    if not any(make_up_days_announced(country, year) for year in (years[0] - 1, years[0] - 2)):
        return None
    for year in years:
        by_hand = any(day.year == year for day in local.working_days)
        if not by_hand and not make_up_days_announced(country, year):
            return year
    return None


@cache
def country_of(zone_key: str) -> str | None:
    """The country (ISO 3166 code) in which a time zone lies; None for zones such as UTC.

    Read from the IANA tables that come with `tzdata`; old names (PRC, US/Pacific) count too.
    """
    countries = {row[2]: row[0] for row in _rows("zone.tab", "\t") if not row[0].startswith("#")}
    if zone_key in countries:
        return countries[zone_key]
    links = {row[2]: row[1] for row in _rows("tzdata.zi", " ") if row[0] == "L"}
    return countries.get(links.get(zone_key, ""))


def _rows(name: str, separator: str) -> Iterator[list[str]]:
    text = files("tzdata").joinpath("zoneinfo", name).read_text(encoding="utf-8")
    return (line.split(separator) for line in text.splitlines() if line)


@lru_cache(maxsize=64)
def _from_library(country: str, years: range) -> WorkCalendar:
    known = _country(country)(years=years)
    weekend = frozenset(known.weekend)
    first, last = date(years.start, 1, 1), date(years.stop - 1, 12, 31)
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    return WorkCalendar(
        weekdays=frozenset(range(7)) - weekend,
        off_days=frozenset(
            day for day in days if day.weekday() not in weekend and not known.is_working_day(day)
        ),
        make_up_days=frozenset(
            day for day in days if day.weekday() in weekend and known.is_working_day(day)
        ),
    )


def _country(code: str) -> Any:
    """The library's class for a country. Asked for by name, it would load all three hundred."""
    from holidays.registry import COUNTRIES

    found = next((module for module, names in COUNTRIES.items() if code in names[1:]), None)
    if found is None:
        raise ConfigError([f"country: {code!r} has no holiday calendar"])
    import_bare("holidays.countries")
    return getattr(import_module(f"holidays.countries.{found}"), code)
