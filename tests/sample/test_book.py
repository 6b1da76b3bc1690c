from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.sample import DEMO_START, SampleBook, sample_book
from bot.sample.vocabulary import Row, named_features, table
from scoring.milestones import Milestone, Schedule, cancel_by, milestones
from scoring.model import Contract, Segment

START = DEMO_START.date()
CNY = {
    "CNY": Decimal(1),
    "USD": Decimal("7.1"),
    "EUR": Decimal("8.2"),
    "HKD": Decimal("0.92"),
}


@pytest.fixture(scope="module")
def book() -> SampleBook:
    return sample_book(START)


def running(book: SampleBook) -> list[Row]:
    return [row for row in book.contracts if row["status"] == "active"]


def days_left(row: Row) -> int | None:
    return (date.fromisoformat(row["ends_on"]) - START).days if row["ends_on"] else None


def milestones_of(row: Row) -> Iterator[Milestone]:
    ends_on = date.fromisoformat(row["ends_on"]) if row["ends_on"] else None
    notice_days = int(row["notice_days"]) if row["notice_days"] else None
    contract = Contract(
        id=1,
        account_id=1,
        contract_no=row["contract_no"],
        product=None,
        starts_on=None,
        ends_on=ends_on,
        arr=None,
        currency=row["currency"],
        auto_renew=row["auto_renew"] == "yes",
        notice_days=notice_days,
        cancel_by_on=cancel_by(ends_on, notice_days),
    )
    return milestones(contract, Segment(row["segment"]), Schedule())


def test_the_demo_starts_on_a_working_monday_at_seven_past_nine() -> None:
    assert DEMO_START.isoformat() == "2026-03-02T09:07:00+08:00"
    assert START.isoweekday() == 1


def test_the_same_day_and_seed_give_the_same_book(book: SampleBook) -> None:
    assert sample_book(START) == book
    assert sample_book(START, seed=8) != book


def test_another_start_moves_the_ends_of_contracts_along(book: SampleBook) -> None:
    later = sample_book(START + timedelta(days=266))
    late = [row for row in running(later) if row["ends_on"] and row["ends_on"] < "2026-11-23"]
    assert len(late) == 5
    assert {row["account"] for row in later.accounts} == {row["account"] for row in book.accounts}


def test_the_book_has_the_size_of_a_real_one(book: SampleBook) -> None:
    assert len(book.accounts) == 150
    assert 10 <= len(book.people) <= 12
    assert 180 <= len(running(book)) <= 220
    assert 250 <= len(book.contacts) <= 350
    assert 300 <= len(book.touches) <= 500
    assert 3000 <= len(book.signals) <= 4000
    for name in ("payments", "tickets", "surveys", "events"):
        assert 120 <= len(getattr(book, name)) <= 320, name
    assert len(book.goals) >= 30


def test_two_teams_have_a_bot_in_their_group_and_one_a_robot_that_only_speaks() -> None:
    places = {(row["team"], row["place"].split(":")[1]) for row in table("places.csv")}
    wecom = {(team, kind) for team, kind in places if kind in ("group", "robot")}
    assert sorted(kind for _, kind in wecom) == ["group", "group", "robot"]
    assert {team for team, _ in places} == {team for team, _ in wecom}


def test_three_teams_share_the_customers_and_each_has_its_lead(book: SampleBook) -> None:
    teams = Counter(row["team"] for row in running(book))
    assert set(teams) == {"华东", "华南", "Global"}
    assert min(teams.values()) >= 45
    leads = {row["team"] for row in book.people if row["role"] == "lead"}
    assert leads == set(teams)
    assert {row["role"] for row in book.people} == {"rep", "lead", "admin", "viewer", "finance"}


@pytest.mark.parametrize("start_on", [START, date(2026, 11, 23), date(2027, 5, 3)])
def test_the_first_tick_tells_eight_to_fifteen_contracts(start_on: date) -> None:
    crossed = [
        row["account"]
        for row in running(sample_book(start_on))
        if any(milestone.on <= start_on for milestone in milestones_of(row))
    ]
    assert 8 <= len(crossed) <= 15
    assert len(crossed) == len(set(crossed))


def test_each_of_the_next_fifteen_working_days_brings_something_new(book: SampleBook) -> None:
    told = Counter(m.on for row in running(book) for m in milestones_of(row))
    days = [START + timedelta(days=n) for n in range(1, 22)]
    working = [told[day] for day in days if day.isoweekday() < 6]
    assert min(working) >= 1
    assert max(working) <= 6


def test_some_are_late_open_ended_unowned_lost_and_bound_by_notice(book: SampleBook) -> None:
    rows = running(book)
    left = [days for days in map(days_left, rows) if days is not None]
    assert sorted(days for days in left if days < 0) == [-19, -12, -8, -5, -3]
    assert 4 <= sum(not row["ends_on"] for row in rows) <= 15
    assert 5 <= sum(not row["owner"] for row in rows) <= 12
    assert 10 <= sum(row["status"] == "lost" for row in book.contracts) <= 18
    assert sum(bool(row["cancelled_on"]) for row in book.contracts) == 2
    assert {row["notice_days"] for row in rows} == {"", "30", "60"}
    assert 15 <= sum(row["auto_renew"] == "yes" for row in rows) <= 60
    assert sum(days > 366 for days in left) >= 5
    assert {row["currency"] for row in rows} == {"CNY", "USD", "EUR", "HKD"}
    several = Counter(row["account"] for row in rows)
    assert sum(count > 1 for count in several.values()) >= 20


def test_ends_are_spread_over_the_year(book: SampleBook) -> None:
    months = Counter(row["ends_on"][:7] for row in running(book) if row["ends_on"])
    busy = [f"2026-{month:02d}" for month in range(6, 13)] + ["2027-01"]
    assert all(5 <= months[month] <= 30 for month in busy)


def test_amounts_lie_between_thirty_thousand_and_six_million(book: SampleBook) -> None:
    amounts = sorted(
        Decimal(row["arr"]) * CNY[row["currency"]] for row in running(book) if row["arr"]
    )
    assert 29_000 <= amounts[0] < 40_000
    assert 2_000_000 < amounts[-1] <= 6_000_000
    assert 60_000 < amounts[len(amounts) // 2] < 200_000
    assert 1 <= sum(not row["arr"] for row in book.contracts) <= 5


def test_renewed_terms_join_without_a_gap(book: SampleBook) -> None:
    terms = {row["contract_no"]: row for row in book.contracts}
    chained = [row for row in book.contracts if row["renewed_from"]]
    assert len(chained) >= 40
    for row in chained:
        before = terms[row["renewed_from"]]
        gap = date.fromisoformat(row["starts_on"]) - date.fromisoformat(before["ends_on"])
        assert gap == timedelta(days=1)
        assert before["account"] == row["account"]
        assert not before["status"]


def test_usage_is_weekly_for_about_sixty_customers_and_unknown_for_a_few(
    book: SampleBook,
) -> None:
    since = (START - timedelta(weeks=31)).isoformat()
    points = Counter(
        row["account"]
        for row in book.signals
        if row["signal"] == "active_users" and row["observed_on"] > since
    )
    assert 55 <= sum(count == 26 for count in points.values()) <= 70
    running_ones = {row["account"] for row in running(book)}
    assert {points[name] for name in running_ones} == {0, 7, 26}
    assert 8 <= len(book.accounts) - len(points) <= 40


def test_enough_is_decided_to_learn_from_and_its_usage_is_known(book: SampleBook) -> None:
    lost = [row for row in book.outcomes if row["outcome"] == "churned"]
    assert len(book.outcomes) >= 50
    assert 12 <= len(lost) <= len(book.outcomes) - 50
    ends = {row["contract_no"]: (row["account"], row["ends_on"]) for row in book.contracts}
    used = {(r["account"], r["observed_on"]) for r in book.signals if r["signal"] == "active_users"}
    known = 0
    for outcome in book.outcomes:
        account, end = ends[outcome["contract_no"]]
        before = date.fromisoformat(end) - timedelta(days=89)
        days = {(before - timedelta(days=n)).isoformat() for n in range(60)}
        known += any((account, day) in used for day in days)
    assert known >= 0.8 * len(book.outcomes)


def test_some_features_have_names_and_some_of_them_nobody_uses(book: SampleBook) -> None:
    named = [row for row in book.signals if row["signal"].startswith("feature:")]
    unused = [row for row in named if row["value"] == "0"]
    assert {row["signal"].removeprefix("feature:") for row in named} == set(named_features())
    assert 0.2 * len(named) < len(unused) < 0.7 * len(named)


def test_a_strategic_customer_is_losing_users_and_waits_for_answers(book: SampleBook) -> None:
    name = "云帆智能科技有限公司"
    users = [
        int(row["value"])
        for row in book.signals
        if row["account"] == name and row["signal"] == "active_users"
    ]
    unresolved = [r for r in book.tickets if r["account"] == name and not r["closed_on"]]
    assert users[-1] < 0.7 * users[0]
    assert len(unresolved) >= 2


def test_remarks_are_varied_bilingual_and_never_repeated_to_one_customer(
    book: SampleBook,
) -> None:
    notes = Counter(row["note"] for row in book.touches)
    assert len(notes) > 0.8 * len(book.touches)
    chinese = sum(any("一" <= letter <= "鿿" for letter in note) for note in notes)
    assert 100 < chinese < len(notes) - 100
    assert not any(mark in note for note in notes for mark in "{}")
    pairs = Counter((row["account"], row["note"]) for row in book.touches)
    assert set(pairs.values()) == {1}


def test_nobody_was_met_on_a_weekend_or_in_the_future(book: SampleBook) -> None:
    for row in book.touches:
        day = date.fromisoformat(row["at"][:10])
        assert day.isoweekday() < 6, row
        assert day < START, row
