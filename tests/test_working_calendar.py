from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from bot.working_calendar import (
    LocalDays,
    country_of,
    load_calendar,
    make_up_days_announced,
    year_without_make_up_days,
)
from scoring.errors import ConfigError


@pytest.mark.parametrize(
    ("country", "day", "working"),
    [
        ("CN", "2026-02-14", True),
        ("CN", "2026-02-17", False),
        ("CN", "2026-02-28", True),
        ("cn", "2026-10-01", False),
        ("CN", "2026-10-10", True),
        ("US", "2026-11-26", False),
        ("DE", "2026-12-25", False),
        ("AE", "2026-03-06", True),  # Friday
        ("IL", "2026-03-01", True),  # Sunday
    ],
)
def test_public_holidays_weekends_and_make_up_days_are_known(
    country: str, day: str, working: bool
) -> None:
    calendar = load_calendar(country, range(2026, 2027))
    assert calendar.is_working_day(date.fromisoformat(day)) is working


def test_the_local_list_wins_over_the_library() -> None:
    local = LocalDays(
        off_days=frozenset({date(2026, 2, 28), date(2026, 3, 2)}),
        working_days=frozenset({date(2026, 2, 23), date(2026, 3, 7)}),
    )
    calendar = load_calendar("CN", range(2026, 2027), local=local)
    days = ("2026-02-28", "2026-03-02", "2026-02-23", "2026-03-07", "2026-03-03")
    assert [calendar.is_working_day(date.fromisoformat(day)) for day in days] == [
        False,
        False,
        True,
        True,
        True,
    ]


def test_an_unknown_country_is_a_fault_of_the_configuration() -> None:
    with pytest.raises(ConfigError, match="country"):
        load_calendar("ZZ", range(2026, 2027))


def test_make_up_days_of_a_published_year_are_announced() -> None:
    assert make_up_days_announced("CN", 2026)
    assert not make_up_days_announced("CN", 2090)
    assert not make_up_days_announced("US", 2026)


@pytest.mark.parametrize(
    ("country", "today", "by_hand", "year"),
    [
        ("CN", "2025-12-20", [], None),
        ("CN", "2026-03-02", [], None),
        ("CN", "2090-03-02", [], None),  # none for years: not a country with make-up days then
        ("US", "2026-12-20", [], None),
    ],
)
def test_a_missing_year_is_named_only_when_it_should_be_there(
    country: str, today: str, by_hand: list[date], year: int | None
) -> None:
    local = LocalDays(working_days=frozenset(by_hand))
    assert year_without_make_up_days(country, date.fromisoformat(today), local=local) == year


def test_the_first_unpublished_year_is_warned_about_unless_listed_by_hand() -> None:
    first = next(year for year in range(2026, 2080) if not make_up_days_announced("CN", year))
    assert year_without_make_up_days("CN", date(first - 1, 12, 14)) is None
    assert year_without_make_up_days("CN", date(first - 1, 12, 15)) == first
    assert year_without_make_up_days("CN", date(first, 1, 4)) == first
    local = LocalDays(working_days=frozenset({date(first, 1, 9)}))
    assert year_without_make_up_days("CN", date(first - 1, 12, 15), local=local) is None


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("Asia/Shanghai", "CN"),
        ("PRC", "CN"),
        ("Asia/Hong_Kong", "HK"),
        ("Europe/Berlin", "DE"),
        ("US/Pacific", "US"),
        ("UTC", None),
    ],
)
def test_a_time_zone_tells_its_country(zone: str, country: str | None) -> None:
    assert country_of(zone) == country


def test_the_library_is_not_imported_before_a_calendar_is_needed() -> None:
    program = "import sys, bot.working_calendar; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
