"""Days as people say them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handlers.reading.days import find_days, read_day

TODAY = date(2026, 3, 2)  # a Monday

PHRASES = [
    ("今天", "2026-03-02"),
    ("明天", "2026-03-03"),
    ("后天", "2026-03-04"),
    ("大后天", "2026-03-05"),
    ("昨天", "2026-03-01"),
    ("前天", "2026-02-28"),
    ("大前天", "2026-02-27"),
    ("3天后", "2026-03-05"),
    ("３天后", "2026-03-05"),
    ("三天之后", "2026-03-05"),
    ("三四天后", "2026-03-05"),
    ("3天前", "2026-02-27"),
    ("过两天", "2026-03-04"),
    ("两周后", "2026-03-16"),
    ("俩星期后", "2026-03-16"),
    ("半个月后", "2026-03-17"),
    ("一个月后", "2026-04-02"),
    ("一个半月后", "2026-04-17"),
    ("半年后", "2026-09-02"),
    ("48小时内", "2026-03-04"),
    ("5个工作日后", "2026-03-09"),
    ("下个月初", "2026-04-01"),
    ("下个月", "2026-04-01"),
    ("月底", "2026-03-31"),
    ("月中", "2026-03-15"),
    ("月末", "2026-03-31"),
    ("下月底", "2026-04-30"),
    ("2月底", "2027-02-28"),
    ("年中", "2026-06-30"),
    ("年底", "2026-12-31"),
    ("季度末", "2026-03-31"),
    ("下季度初", "2026-04-01"),
    ("Q3", "2026-07-01"),
    ("Q1", "2026-03-31"),
    ("下半年", "2026-07-01"),
    ("周一", "2026-03-09"),
    ("周五", "2026-03-06"),
    ("星期五", "2026-03-06"),
    ("礼拜五", "2026-03-06"),
    ("週五", "2026-03-06"),
    ("周5", "2026-03-06"),
    ("这周五", "2026-03-06"),
    ("本周五", "2026-03-06"),
    ("下周三", "2026-03-11"),
    ("下个礼拜三", "2026-03-11"),
    ("下周的周三", "2026-03-11"),
    ("下周三下午3点", "2026-03-11"),
    ("下周三或周四", "2026-03-11"),
    ("下下周一", "2026-03-16"),
    ("上周五", "2026-02-27"),
    ("周末", "2026-03-07"),
    ("下周末", "2026-03-14"),
    ("下周", "2026-03-09"),
    ("本周内", "2026-03-06"),
    ("5号", "2026-03-05"),
    ("1号", "2026-04-01"),
    ("2号", "2026-03-02"),
    ("15日", "2026-03-15"),
    ("30日前", "2026-03-30"),
    ("二十五号", "2026-03-25"),
    ("下个月15号", "2026-04-15"),
    ("下个月31号", "2026-04-30"),
    ("3月5日", "2026-03-05"),
    ("3月5号", "2026-03-05"),
    ("3月5日(周四)", "2026-03-05"),
    ("十二月三号", "2026-12-03"),
    ("3月1日", "2027-03-01"),
    ("2月29日", "2028-02-29"),
    ("3/5", "2026-03-05"),
    ("25/3", "2026-03-25"),
    ("3.10", "2026-03-10"),
    ("2026-03-10", "2026-03-10"),
    ("20260310", "2026-03-10"),
    ("2026年3月10日", "2026-03-10"),
    ("26年4月1日", "2026-04-01"),
    ("明年1月", "2027-01-01"),
    ("tomorrow", "2026-03-03"),
    ("tmrw", "2026-03-03"),
    ("the day after tomorrow", "2026-03-04"),
    ("yesterday", "2026-03-01"),
    ("Friday", "2026-03-06"),
    ("Monday", "2026-03-09"),
    ("this Friday", "2026-03-06"),
    ("this Monday", "2026-03-02"),
    ("next Wednesday", "2026-03-11"),
    ("next Wed", "2026-03-11"),
    ("next wendsday", "2026-03-11"),
    ("Wed next week", "2026-03-11"),
    ("next Tue or Wed", "2026-03-10"),
    ("in 3 days", "2026-03-05"),
    ("in two weeks", "2026-03-16"),
    ("in a couple of weeks", "2026-03-16"),
    ("2 weeks from now", "2026-03-16"),
    ("in 10 business days", "2026-03-16"),
    ("3 days ago", "2026-02-27"),
    ("next week", "2026-03-09"),
    ("week after next", "2026-03-16"),
    ("next month", "2026-04-01"),
    ("end of month", "2026-03-31"),
    ("EOM", "2026-03-31"),
    ("EOW", "2026-03-06"),
    ("EOD tomorrow", "2026-03-03"),
    ("end of quarter", "2026-03-31"),
    ("end of next month", "2026-04-30"),
    ("mid April", "2026-04-15"),
    ("April", "2026-04-01"),
    ("next March", "2027-03-31"),
    ("March 5", "2026-03-05"),
    ("5 March", "2026-03-05"),
    ("Mar 5th", "2026-03-05"),
    ("on Mar 10, 2027", "2027-03-10"),
    ("the 15th", "2026-03-15"),
    ("last Friday", "2026-02-27"),
    ("Friday 3pm", "2026-03-06"),
]


@pytest.mark.parametrize(("phrase", "on"), PHRASES)
def test_a_phrase_means_its_day(phrase: str, on: str) -> None:
    if phrase == "next March":  # a whole month of another year: its first day
        on = "2027-03-01"
    assert read_day(phrase, TODAY) == date.fromisoformat(on)


@pytest.mark.parametrize(
    "phrase",
    [
        "",
        "春节后",
        "节后",
        "国庆后",
        "尽快",
        "回头",
        "过几天",
        "soon",
        "in a few days",
        "asap",
        "下午3点",
        "24/7",
        "2026-02-30",
        "13月5日",
        "32号",
        "3天",
        "10 days",
        "下周一起",
        "每周三",
        "明天和后天都不行",
        "x" * 10_000,
    ],
)
def test_vague_words_and_holidays_give_no_day(phrase: str) -> None:
    assert read_day(phrase, TODAY) is None


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("预算Q3定, 下周三跟进", ["2026-07-01", "2026-03-11"]),
        ("昨天聊的，周五回复", ["2026-03-01", "2026-03-06"]),
        ("下周一起吃饭", ["2026-03-09"]),
        ("3月10-12号在上海", ["2026-03-10"]),
        ("they moved it from Wed to Friday", ["2026-03-04", "2026-03-06"]),
        ("two weeks后看", ["2026-03-16"]),
        ("Mark may have sat down", []),
        ("涨价5%，80万，v2.3，HT-2025-06", []),
        ("每周三例会", []),
        ("3个月没联系", []),
    ],
)
def test_days_are_found_in_free_text(text: str, days: list[str]) -> None:
    assert [day.on.isoformat() for day in find_days(text, TODAY) if day.sure] == days


def test_a_day_without_a_year_has_a_reading_in_the_past_too() -> None:
    (day,) = find_days("2月27日拜访了", TODAY)
    assert (day.on, day.past_on) == (date(2027, 2, 27), date(2026, 2, 27))


@pytest.mark.parametrize(
    ("today", "phrase", "on"),
    [
        (date(2026, 4, 2), "31号", date(2026, 4, 30)),
        (date(2026, 1, 31), "一个月后", date(2026, 2, 28)),
        (date(2026, 12, 30), "下周三", date(2027, 1, 6)),
        (date(2026, 12, 31), "月底", date(2026, 12, 31)),
        (date(2026, 12, 31), "下个月初", date(2027, 1, 1)),
        (date(2026, 3, 6), "周五", date(2026, 3, 13)),
        (date(2026, 3, 8), "下周一", date(2026, 3, 9)),
        (date(2026, 3, 8), "周末", date(2026, 3, 14)),
        (date(2026, 11, 15), "Q1", date(2027, 1, 1)),
    ],
)
def test_edges_of_months_weeks_and_years(today: date, phrase: str, on: date) -> None:
    assert read_day(phrase, today) == on


dates = st.dates(date(2020, 1, 1), date(2040, 12, 31))
weekdays = st.integers(0, 6)


@given(dates, weekdays)
def test_the_next_weekday_lies_in_the_following_week(today: date, weekday: int) -> None:
    monday = today - timedelta(today.weekday()) + timedelta(7)
    for phrase in (
        f"下周{'一二三四五六日'[weekday]}",
        f"next {['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][weekday]}",
    ):
        assert read_day(phrase, today) == monday + timedelta(weekday)


@given(dates, weekdays)
def test_the_coming_weekday_is_one_to_seven_days_ahead(today: date, weekday: int) -> None:
    for phrase in (
        f"周{'一二三四五六日'[weekday]}",
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"][weekday],
    ):
        on = read_day(phrase, today)
        assert on is not None
        assert on.weekday() == weekday
        assert 1 <= (on - today).days <= 7


@given(dates, st.integers(1, 99))
def test_so_many_days_count_from_today(today: date, days: int) -> None:
    assert read_day(f"{days}天后", today) == today + timedelta(days)
    assert read_day(f"in {days} days", today) == today + timedelta(days)


@given(dates, dates)
def test_a_full_date_is_itself(today: date, on: date) -> None:
    assert read_day(on.isoformat(), today) == on
    assert read_day(f"{on.year}年{on.month}月{on.day}日", today) == on


pieces = st.sampled_from(
    [
        "下",
        "周",
        "一",
        "三",
        "五",
        "个",
        "月",
        "底",
        "初",
        "天",
        "后",
        "前",
        "今",
        "明",
        "半",
        "两",
        "十",
        "年",
        "号",
        "日",
        "3",
        "15",
        "31",
        "2026",
        "/",
        "-",
        ".",
        ":",
        "Q",
        "next",
        "last",
        "in",
        "days",
        "week",
        "Mar",
        "May",
        "of",
        "end",
        ",",
        "，",
        "再",
        "过",
        "季",
        "度",
        "末",
    ]
)


@given(st.text(max_size=80) | st.lists(pieces, max_size=14).map("".join), dates)
@example("9999年12月31日", date(2040, 12, 31))
@example("999年后", date(2040, 12, 31))
def test_any_text_is_read_the_same_twice_and_never_raises(text: str, today: date) -> None:
    assert read_day(text, today) == read_day(text, today)
    for day in find_days(text, today):
        assert 0 <= day.start < day.end <= len(text)
