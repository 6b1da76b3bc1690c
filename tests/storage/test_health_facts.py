"""Facts as columns: what the book holds of each subject, and nothing of anybody else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from scoring.health.default import DEFAULT_MODEL
from scoring.health.facts import NO_DAY, Facts, Subjects
from scoring.model import ContractStatus, Segment, TouchKind
from storage.store import Store
from storage.transaction import Tx
from tests.health_book import (
    TODAY,
    add_accounts,
    connect,
    days_ago,
    observe,
    term,
    ticket,
)


def subjects(*who: tuple[int, date]) -> Subjects:
    return Subjects(
        np.array([account for account, _ in who], np.int64),
        np.array([on.toordinal() for _, on in who], np.int32),
        np.full(len(who), 2, np.int8),
    )


@pytest.fixture
async def book(store: Store) -> Store:
    async with store.begin() as tx:
        await add_accounts(tx, *([Segment.STANDARD] * 4))
    return store


async def load(store: Store, *who: tuple[int, date]) -> Facts:
    async with store.read() as tx:
        return await tx.health_facts.load(subjects(*who), DEFAULT_MODEL)


def triples(facts: Facts, signal: str) -> list[tuple[int, int, float]]:
    """(subject, days ago, value) of a signal."""
    seen = facts.signals[signal]
    ago = (TODAY.toordinal() - seen.on).tolist()
    return list(zip(seen.subject.tolist(), ago, seen.value.tolist(), strict=True))


async def test_nobody_has_no_facts(book: Store) -> None:
    facts = await load(book)
    assert len(facts.subjects) == 0
    assert not len(facts.tickets.subject)


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2), (1, 3)], ids=str)
async def test_observations_come_by_subject_and_day(book: Store, order: tuple[int, ...]) -> None:
    async with book.begin() as tx:
        for account in (1, 2, 3, 4):
            await observe(tx, account, "active_users", {3: account + 0.5, 10: float(account)})
            await observe(tx, account, "weather", {3: 9.0})
    facts = await load(book, *((account, TODAY) for account in order))
    expected = [
        row
        for place, account in enumerate(order)
        for row in ((place, 10, float(account)), (place, 3, account + 0.5))
    ]
    assert triples(facts, "active_users") == expected
    assert "weather" not in facts.signals
    assert triples(facts, "sentiment") == []


@pytest.mark.parametrize("everybody", [True, False], ids=["a range", "single ids"])
async def test_beyond_a_year_the_latest_observation_of_a_signal_is_known(
    book: Store, everybody: bool
) -> None:
    async with book.begin() as tx:
        await observe(tx, 1, "licensed_users", {900: 10.0, 500: 20.0, 400: 30.0})
        await observe(tx, 4, "licensed_users", {700: 5.0, 20: 6.0})
    who = (1, 2, 3, 4) if everybody else (1, 4)
    facts = await load(book, *((account, TODAY) for account in who))
    last = len(who) - 1
    assert triples(facts, "licensed_users") == [(0, 400, 30.0), (last, 700, 5.0), (last, 20, 6.0)]


async def test_the_same_customer_may_be_looked_at_as_of_several_days(book: Store) -> None:
    async with book.begin() as tx:
        await observe(tx, 2, "active_users", {5: 1.0, 300: 2.0})
        await ticket(tx, 2, 1, opened=200, closed=100)
        await ticket(tx, 1, 2, opened=200, closed=None)
    facts = await load(book, (2, TODAY), (1, TODAY), (2, days_ago(150)))
    assert triples(facts, "active_users") == [
        (0, 300, 2.0),
        (0, 5, 1.0),
        (2, 300, 2.0),
        (2, 5, 1.0),
    ]
    assert sorted(facts.tickets.subject.tolist()) == [0, 1, 2]


async def test_old_tickets_count_only_while_they_are_open(book: Store) -> None:
    async with book.begin() as tx:
        await ticket(tx, 1, 1, opened=900, closed=None)
        await ticket(tx, 1, 2, opened=900, closed=800)
        await ticket(tx, 1, 3, opened=900, closed=10)
        await ticket(tx, 1, 4, opened=-5, closed=None)
    tickets = (await load(book, (1, TODAY))).tickets
    closed = sorted(tickets.closed_on.tolist())
    assert closed == [NO_DAY, days_ago(10).toordinal()]


async def test_what_is_dated_a_day_ahead_is_loaded_for_the_day_it_comes_in(book: Store) -> None:
    async with book.begin() as tx:
        await observe(tx, 1, "active_users", {0: 1.0, -1: 2.0, -5: 3.0})
        await ticket(tx, 1, 1, opened=-1, closed=None)
    facts = await load(book, (1, TODAY))
    assert triples(facts, "active_users") == [(0, 0, 1.0), (0, -1, 2.0)]
    assert facts.tickets.opened_on.tolist() == [days_ago(-1).toordinal()]


async def _term_of_each_kind(tx: Tx) -> None:
    await tx.contracts.add_many(
        [
            term(1, 1, ends_on=days_ago(-30), seats=None),
            term(2, 1, ends_on=None, notice_days=None),
            term(3, 1, starts_on=days_ago(-10), ends_on=days_ago(-300)),
            term(4, 1, ends_on=days_ago(-60), notice_days=20),
            term(
                5,
                1,
                starts_on=days_ago(400),
                ends_on=days_ago(36),
                status=ContractStatus.RENEWED,
                known_on=TODAY,
            ),
            term(
                6,
                1,
                ends_on=days_ago(-40),
                status=ContractStatus.CANCELLED,
                cancelled_on=days_ago(50),
            ),
        ]
    )


async def test_terms_are_those_that_run_on_the_day(book: Store) -> None:
    async with book.begin() as tx:
        await _term_of_each_kind(tx)
    terms = (await load(book, (1, TODAY))).terms
    ends = [None if end == NO_DAY else end - TODAY.toordinal() for end in terms.ends_on.tolist()]
    assert sorted(ends, key=str) == [30, 40, None]
    assert np.isnan(terms.seats).sum() == 1


async def test_a_decided_term_still_ran_before_it_was_decided(book: Store) -> None:
    async with book.begin() as tx:
        await _term_of_each_kind(tx)
    facts = await load(book, (1, days_ago(100)), (1, TODAY))
    first = facts.terms.ends_on[facts.terms.subject == 0] - TODAY.toordinal()
    # One ended 36 days ago and became known as renewed today; one was cancelled 50 days ago.
    assert {-36, 40} <= set(first.tolist())
    now = facts.terms.ends_on[facts.terms.subject == 1] - TODAY.toordinal()
    assert -36 not in now.tolist()


async def test_touches_count_on_the_day_of_the_house_and_not_when_taken_back(book: Store) -> None:
    at = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)
    async with book.begin() as tx:
        for kind, key in ((TouchKind.CALL, "a"), (TouchKind.NOTE, "b"), (TouchKind.VISIT, "c")):
            number = await tx.touches.add(
                {"account_id": 1, "kind": kind, "at": at, "source": "chat", "natural_key": key}
            )
        assert await tx.touches.undo(number, at=at)
    async with book.read() as tx:
        asked = subjects((1, TODAY))
        utc = await tx.health_facts.load(asked, DEFAULT_MODEL)
        shanghai = await tx.health_facts.load(asked, DEFAULT_MODEL, zone=ZoneInfo("Asia/Shanghai"))
    assert utc.sources["touches"].since == date(2026, 11, 20).toordinal()
    assert utc.touches.on.tolist() == [date(2026, 11, 20).toordinal()]
    assert shanghai.touches.on.tolist() == [date(2026, 11, 21).toordinal()]


async def test_answers_events_payments_and_champions_are_read(book: Store) -> None:
    async with book.begin() as tx:
        await tx.facts.add(
            "surveys",
            [
                {"account_id": 1, "kind": kind, "answered_on": on, "respondent": who, "score": 4.0}
                for kind, on, who in (
                    ("nps", days_ago(9), "A"),
                    ("csat", days_ago(8), "B"),
                    ("nps", days_ago(7), "A"),
                    ("nps", days_ago(380), "A"),
                )
            ],
        )
        await tx.facts.add(
            "events",
            [
                {"account_id": 1, "event": name, "held_on": days_ago(5), "response": name}
                for name in ("attended", "ignored", "registered")
            ],
        )
        await tx.facts.add(
            "payments",
            [
                {
                    "account_id": 1,
                    "invoice_no": f"R{due}",
                    "due_on": days_ago(due),
                    "paid_on": None if paid is None else days_ago(paid),
                    "amount": 1,
                    "currency": "CNY",
                }
                for due, paid in ((500, None), (600, 590), (20, 25), (-9, None))
            ],
        )
        await tx.facts.add(
            "contacts",
            [
                {
                    "account_id": 1,
                    "name": role,
                    "role": role,
                    "left_on": days_ago(3),
                    "opted_out": False,
                    "custom": {},
                    "created_at": datetime(2026, 1, 1, tzinfo=UTC),
                }
                for role in ("champion", "user")
            ],
        )
    facts = await load(book, (1, TODAY))
    assert facts.surveys.nps.tolist() == [True, False, True]
    first, other, again = facts.surveys.respondent.tolist()
    assert first == again != other
    assert sorted(facts.events.joined.tolist()) == [0.0, 0.5, 1.0]
    bills = facts.payments
    assert sorted(zip(bills.due_on.tolist(), bills.paid_on.tolist(), strict=True)) == [
        (days_ago(500).toordinal(), NO_DAY),
        (days_ago(20).toordinal(), days_ago(25).toordinal()),
        (days_ago(-9).toordinal(), NO_DAY),
    ]
    assert facts.contacts.left_on.tolist() == [days_ago(3).toordinal()]


async def test_sources_say_since_when_and_chat_never_falls_silent(book: Store) -> None:
    async with book.begin() as tx:
        await connect(tx, "tickets", since_days=50)
        await tx.fact_sources.heard("touches", "old", days_ago(40), since=days_ago(90))
    sources = (await load(book, (1, TODAY))).sources
    assert sorted(sources) == ["tickets", "touches"]
    assert sources["tickets"].since == days_ago(50).toordinal()
    assert sources["touches"].heard_on == TODAY.toordinal()


async def test_thousands_of_scattered_customers_are_read_at_once(store: Store) -> None:
    n = 40_000
    async with store.begin() as tx:
        await add_accounts(tx, *([Segment.STANDARD] * n))
        await tx.facts.add(
            "signals",
            [
                {
                    "account_id": number,
                    "signal": "active_users",
                    "observed_on": TODAY - timedelta(days=1),
                    "value": float(number),
                }
                for number in range(1, n + 1)
            ],
        )
        found = await tx.health_facts.load(
            subjects(*((number, TODAY) for number in range(1, n + 1, 3))), DEFAULT_MODEL
        )
    assert found.signals["active_users"].value.tolist() == list(range(1, n + 1, 3))
