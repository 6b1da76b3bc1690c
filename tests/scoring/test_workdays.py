from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.workdays import QuietHours, WorkCalendar, deliver_at, next_working_moment

SHANGHAI = "Asia/Shanghai"
OFFICE = QuietHours()
SPRING_FESTIVAL = WorkCalendar(
    off_days=frozenset(date(2026, 2, day) for day in (16, 17, 18, 19, 20, 23)),
    make_up_days=frozenset({date(2026, 2, 14), date(2026, 2, 28)}),
)
PLAIN = WorkCalendar()


def at(wall: str, zone: str = SHANGHAI, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2026-02-13", True),  # a Friday
        ("2026-02-14", True),  # Saturday, worked in exchange
        ("2026-02-15", False),  # Sunday
        ("2026-02-16", False),  # New Year's Eve
        ("2026-02-24", True),
        ("2026-02-28", True),  # Saturday, worked in exchange
        ("2026-03-01", False),
    ],
)
def test_make_up_days_are_worked_and_holidays_are_not(day: str, working: bool) -> None:
    assert SPRING_FESTIVAL.is_working_day(date.fromisoformat(day)) is working


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-13", 2, "2026-02-24"),
        ("2026-02-13", 6, "2026-02-28"),
        ("2026-02-15", 0, "2026-02-15"),
        ("2026-02-24", -1, "2026-02-14"),
        ("2026-03-02", -6, "2026-02-14"),
    ],
)
def test_working_days_are_added_and_counted_over_a_holiday(start: str, n: int, end: str) -> None:
    begin, finish = date.fromisoformat(start), date.fromisoformat(end)
    assert SPRING_FESTIVAL.add_working_days(begin, n) == finish
    assert SPRING_FESTIVAL.working_days_between(begin, finish) == n


@pytest.mark.parametrize(
    ("now", "zone", "moment"),
    [
        ("2026-03-02T09:00", SHANGHAI, "2026-03-02T09:00"),
        ("2026-03-02T17:59:59", SHANGHAI, "2026-03-02T17:59:59"),
        ("2026-03-02T08:59:59", SHANGHAI, "2026-03-02T09:00"),
        ("2026-03-02T18:00", SHANGHAI, "2026-03-03T09:00"),
        ("2026-03-06T19:00", SHANGHAI, "2026-03-09T09:00"),
        ("2026-02-14T12:00", SHANGHAI, "2026-02-14T12:00"),
        ("2026-02-14T19:00", SHANGHAI, "2026-02-24T09:00"),
        ("2026-03-07T12:00", "America/New_York", "2026-03-09T09:00"),
        ("2026-11-01T01:30", "America/New_York", "2026-11-02T09:00"),
        ("2026-03-02T09:00", "Asia/Kathmandu", "2026-03-02T09:00"),
    ],
)
def test_the_next_working_moment_is_now_or_the_next_opening(
    now: str, zone: str, moment: str
) -> None:
    result = next_working_moment(
        at(now, zone), zone=ZoneInfo(zone), hours=OFFICE, calendar=SPRING_FESTIVAL
    )
    assert result == at(moment, zone)


ALL_WEEK = WorkCalendar(weekdays=frozenset(range(7)))


@pytest.mark.parametrize(
    ("zone", "now", "moment"),
    [
        # 02:00 to 03:00 does not exist: 02:30 falls on 03:30
        ("Europe/Berlin", "2026-03-29T00:00+00:00", "2026-03-29T01:30+00:00"),
        # 02:30 comes twice: the first one, or the second once the first is over
        ("Europe/Berlin", "2026-10-25T00:00+00:00", "2026-10-25T00:30+00:00"),
        ("Europe/Berlin", "2026-10-25T01:05+00:00", "2026-10-25T01:30+00:00"),
        # Samoa had no 30 December 2011
        ("Pacific/Apia", "2011-12-30T09:00+00:00", "2011-12-30T12:30+00:00"),
    ],
)
def test_clock_changes_move_an_opening_but_lose_none(zone: str, now: str, moment: str) -> None:
    result = next_working_moment(
        datetime.fromisoformat(now),
        zone=ZoneInfo(zone),
        hours=QuietHours(time(2, 30), time(4)),
        calendar=ALL_WEEK,
    )
    assert result == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    ("now", "limit", "moment"),
    [
        ("2026-03-06T19:00", None, "2026-03-09T09:00"),
        ("2026-03-06T19:00", "2026-03-09", "2026-03-09T09:00"),
        ("2026-03-06T19:00", "2026-03-08", "2026-03-08T09:00"),  # the Sunday itself, at nine
        ("2026-03-07T10:15", "2026-03-07", "2026-03-07T10:15"),  # today, in hours: now
        ("2026-03-07T07:15", "2026-03-07", "2026-03-07T09:00"),  # today, hours ahead
        ("2026-03-07T21:15", "2026-03-07", "2026-03-07T21:15"),  # today, hours over: now
        ("2026-03-07T21:15", "2026-03-01", "2026-03-07T21:15"),  # past it: now
        ("2026-02-14T20:00", "2026-02-20", "2026-02-20T09:00"),  # in the Spring Festival
    ],
)
def test_an_alert_never_waits_past_the_cancel_by_date(
    now: str, limit: str | None, moment: str
) -> None:
    result = deliver_at(
        at(now),
        zone=ZoneInfo(SHANGHAI),
        hours=OFFICE,
        calendar=SPRING_FESTIVAL,
        limit_on=date.fromisoformat(limit) if limit else None,
        avoid_half_hours=False,
    )
    assert result == at(moment)


def spread(now: str, key: str, hours: QuietHours = OFFICE, zone: str = SHANGHAI) -> datetime:
    return deliver_at(
        at(now, zone),
        zone=ZoneInfo(zone),
        hours=hours,
        calendar=PLAIN,
        limit_on=None,
        avoid_half_hours=True,
        key=key,
    ).astimezone(ZoneInfo(zone))


def test_full_and_half_hours_are_avoided_by_a_spread_that_hangs_on_the_key() -> None:
    minutes = {spread("2026-03-02T09:00", f"alert {n}").minute for n in range(200)}
    assert minutes == set(range(1, 15))
    assert spread("2026-03-02T08:00", "a") == spread("2026-03-02T07:00", "a")
    assert 31 <= spread("2026-03-02T09:30:20", "a").minute <= 44
    assert spread("2026-03-02T09:07", "a").minute == 7


def test_the_spread_stays_within_the_hours() -> None:
    tight = QuietHours(time(9), time(9, 2))
    assert {spread("2026-03-02T09:00", f"alert {n}", tight).minute for n in range(50)} == {1}
    closed = QuietHours(time(9), time(9, 1))
    assert spread("2026-03-02T09:00", "a", closed).minute == 0


def test_the_platforms_half_hours_count_where_the_local_clock_is_a_quarter_off() -> None:
    assert spread("2026-03-02T09:00", "a", zone="Asia/Kathmandu").minute == 0
    assert spread("2026-03-02T09:15", "a", zone="Asia/Kathmandu").minute != 15


@pytest.mark.parametrize("weekdays", [frozenset[int](), frozenset({7})])
def test_a_calendar_without_a_working_weekday_is_refused(weekdays: frozenset[int]) -> None:
    with pytest.raises(ValueError, match="weekdays"):
        WorkCalendar(weekdays=weekdays)


def test_hours_that_end_before_they_start_are_refused() -> None:
    with pytest.raises(ValueError, match="hours"):
        QuietHours(time(18), time(9))


zones = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
instants = st.integers(0, 60 * 365 * 24 * 60).map(
    lambda minutes: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
hours_of_a_day = (
    st.tuples(st.integers(0, 23 * 60), st.integers(60, 24 * 60 - 1))
    .filter(lambda span: span[0] + 30 <= span[1])
    .map(lambda span: QuietHours(*(time(*divmod(minute, 60)) for minute in span)))
)
near = st.integers(-20, 20)


@st.composite
def calendars(draw: st.DrawFn, around: st.SearchStrategy[date]) -> WorkCalendar:
    middle = draw(around)
    days = st.frozensets(near.map(lambda n: middle + timedelta(n)), max_size=12)
    weekdays = draw(st.frozensets(st.integers(0, 6), min_size=1))
    return WorkCalendar(weekdays, off_days=draw(days), make_up_days=draw(days))


@given(st.data(), instants, zones, hours_of_a_day)
def test_everywhere_the_next_working_moment_is_not_past_and_is_working_time(
    data: st.DataObject, now: datetime, zone: ZoneInfo, hours: QuietHours
) -> None:
    calendar = data.draw(calendars(st.just(now.date())))
    moment = next_working_moment(now, zone=zone, hours=hours, calendar=calendar)
    local = moment.astimezone(zone)
    assert moment >= now
    assert hours.allow(local)
    assert calendar.is_working_day(local.date())
    assert next_working_moment(moment, zone=zone, hours=hours, calendar=calendar) == moment


@given(st.data(), instants, zones, hours_of_a_day, near, st.booleans(), st.text(max_size=8))
def test_everywhere_a_delivery_is_in_working_time_or_bounded_by_its_limit(
    data: st.DataObject,
    now: datetime,
    zone: ZoneInfo,
    hours: QuietHours,
    days_left: int,
    avoid: bool,
    key: str,
) -> None:
    calendar = data.draw(calendars(st.just(now.date())))
    today = now.astimezone(zone).date()
    limit_on = today + timedelta(days_left)
    moment = deliver_at(
        now,
        zone=zone,
        hours=hours,
        calendar=calendar,
        limit_on=limit_on,
        avoid_half_hours=avoid,
        key=key,
    )
    local = moment.astimezone(zone)
    assert moment >= now
    assert local.date() <= max(limit_on, today)
    if not (hours.allow(local) and calendar.is_working_day(local.date())):
        unbounded = next_working_moment(now, zone=zone, hours=hours, calendar=calendar)
        assert unbounded.astimezone(zone).date() > limit_on
        assert hours.allow(local) or local.date() == today


@given(st.data(), st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(-30, 30))
def test_adding_working_days_and_counting_them_are_inverse(
    data: st.DataObject, day: date, n: int
) -> None:
    calendar = data.draw(calendars(st.just(day)))
    end = calendar.add_working_days(day, n)
    assert calendar.working_days_between(day, end) == n
    assert n == 0 or calendar.is_working_day(end)
