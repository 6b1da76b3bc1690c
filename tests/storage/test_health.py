"""Standings, marks and history as they are kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from handlers.jobs import health
from scoring.model import ContractStatus, Segment, TouchKind
from scoring.priority import priority
from storage.health_thinning import SLICES
from storage.store import Store
from storage.tables import health_history
from storage.transaction import Tx
from tests.health_book import (
    NOW,
    RULES,
    TODAY,
    add_accounts,
    connect,
    days_ago,
    everything,
    term,
    use_weekly,
)


@pytest.fixture
async def book(store: Store) -> Store:
    async with store.begin() as tx:
        await tx.marks.next_rev()
        await add_accounts(tx, *([Segment.STANDARD] * 5))
    return store


async def _marked(store: Store) -> dict[int, int]:
    return {row["account_id"]: row["rev"] for row in await everything(store, "health_due")}


async def test_a_mark_is_set_once_and_grows(book: Store) -> None:
    async with book.begin() as tx:
        await tx.health.mark_due([3, 1, 3])
        await tx.health.mark_due([])
    async with book.begin() as tx:
        await tx.health.mark_due(iter([3]))
    assert await _marked(book) == {1: 1, 3: 2}


async def test_marked_customers_are_taken_in_order_and_only_once(book: Store) -> None:
    async with book.begin() as tx:
        await tx.health.mark_due([5, 4, 2, 1])
        assert await tx.health.due_n(TODAY) == 4
        assert await tx.health.waits(TODAY, seen_rev=0)
        taken = [await tx.health.take_due(3, TODAY) for _ in range(3)]
        assert not await tx.health.waits(TODAY, seen_rev=0)
    assert taken == [[1, 2, 4], [5], []]


async def test_a_touch_marks_its_customer_when_it_comes_changes_and_goes(book: Store) -> None:
    values = {"account_id": 2, "kind": TouchKind.CALL, "at": NOW, "source": "chat"}
    async with book.begin() as tx:
        number = await tx.touches.add_once({**values, "natural_key": "a"})
        assert await tx.touches.add_once({**values, "account_id": 3, "natural_key": "a"}) is None
    assert number is not None
    assert await _marked(book) == {2: 1}
    async with book.begin() as tx:
        await tx.touches.change(number, {"kind": TouchKind.NOTE})
        await tx.undoing.swap("touch", number, expect={"kind": "note"}, values={"kind": "call"})
        await tx.facts.change("touches", [{"natural_key": "a", "note": "said"}])
        assert await tx.touches.undo(number, at=NOW)
        assert not await tx.touches.undo(number, at=NOW)
    assert await _marked(book) == {2: 5}


async def test_what_says_nothing_of_health_marks_nobody(book: Store) -> None:
    async with book.begin() as tx:
        await tx.facts.add("goals", [{"account_id": 1, "goal": "grow"}])
        await tx.accounts.change(1, {"region": "North"})
    assert await _marked(book) == {}


async def test_a_term_that_was_withdrawn_marks_its_customer(book: Store) -> None:
    async with book.begin() as tx:
        await tx.contracts.add_many([term(1, 4)])
        await tx.undoing.withdraw_successor(1, on=TODAY, clock_rev=2)
    assert await everything(book, "contracts") == []
    assert await _marked(book) == {4: 1}


async def test_terms_changed_since_a_revision_mark_their_customers(book: Store) -> None:
    async with book.begin() as tx:
        await tx.contracts.add_many(
            [term(1, 1, clock_rev=3), term(2, 2, clock_rev=4), term(3, 2, clock_rev=5)]
        )
        await tx.health.mark_changed_terms(3)
        assert await _nobody_else(tx) == {2}
        await tx.health.mark_all()
        assert await _nobody_else(tx) == {1, 2}


async def _nobody_else(tx: Tx) -> set[int]:
    rows = await tx.connection.exec_driver_sql("SELECT account_id FROM health_due")
    return set(rows.scalars())


async def _history(store: Store, account_id: int, *days: date) -> None:
    async with store.begin() as tx:
        model_id = (await tx.health_models.in_force() or (0, ""))[0]
        model_id = model_id or await tx.health_models.put_in_force("m", "", by="t", at=NOW)
        rows = [
            {
                "account_id": account_id,
                "on": on,
                "model_id": model_id,
                "score": on.day,
                "coverage": 0.5,
                "band": "steady",
                "parts": bytes.fromhex("e803ceff"),
            }
            for on in days
        ]
        await tx.connection.execute(insert(health_history), rows)


async def test_the_score_of_a_week_ago_is_the_one_that_held_then(book: Store) -> None:
    await _history(book, 1, days_ago(30), days_ago(9), days_ago(3))
    async with book.read() as tx:
        past = await tx.health.week_ago(1, TODAY)
        assert past is not None
        assert (past.on, past.parts) == (days_ago(9), (10.0, -0.5))
        assert await tx.health.week_ago(2, TODAY) is None
        assert await tx.health.week_ago(1, days_ago(25)) is None
        course = await tx.health.history(1, days_ago(9))
        subjects = await tx.health_scores.subjects([2, 1, 99], TODAY)
        ago = await tx.health_scores.score_ago(subjects, days_ago(7), past.model_id)
        other = await tx.health_scores.score_ago(subjects, days_ago(7), past.model_id + 1)
    assert [on for on, _, _ in course] == [days_ago(9), days_ago(3)]
    assert subjects.account_id.tolist() == [2, 1]
    assert ago[1] == days_ago(9).day
    assert ago[0] != ago[0]
    assert other[1] != other[1]


async def test_history_is_thinned_to_weeks_and_then_to_months(book: Store) -> None:
    days = [days_ago(n) for n in range(1, 900)]
    await _history(book, 1, *days)
    await _history(book, 5, *days[-100:])
    async with book.begin() as tx:
        for night in range(SLICES):
            await tx.health_thinning.thin(TODAY + timedelta(days=night))
        again = [await tx.health_thinning.thin(TODAY + timedelta(days=27)) for _ in range(1)]
        kept = [on for on, _, _ in await tx.health.history(1, date.min)]
        assert len(await tx.health.history(5, date.min)) <= 5
    assert again == [0]
    fresh = [on for on in kept if on >= days_ago(60)]
    weekly = [on for on in kept if days_ago(700) <= on < days_ago(130)]
    monthly = [on for on in kept if on < days_ago(770)]
    assert fresh == [days_ago(n) for n in range(60, 0, -1)]
    assert {on.weekday() for on in weekly} == {6}
    assert len(weekly) in (81, 82)
    assert all((on + timedelta(days=7)).month != on.month for on in monthly[:-1])
    assert len(monthly) in (4, 5, 6)


async def test_work_is_ordered_by_the_risk_of_its_customer(book: Store) -> None:
    async with book.begin() as tx:
        lost = {"status": ContractStatus.LOST, "ends_on": days_ago(30)}
        won = {"status": ContractStatus.RENEWED, "ends_on": days_ago(30)}
        await tx.contracts.add_many(
            [
                term(1, 1),
                term(2, 2),
                term(3, 3, **lost),
                *(term(n, 3, **won) for n in range(4, 10)),
            ]
        )
        await connect(tx, "signals", "tickets", "payments")
        await use_weekly(tx, 1, 90)
        await use_weekly(tx, 2, 3)
    await health.run(book, RULES, NOW)
    terms = {row["id"]: row for row in await everything(book, "contracts")}
    async with book.read() as tx:
        good, bad = await tx.health.standing(1), await tx.health.standing(2)
    assert good is not None
    assert bad is not None
    assert good.p_renew is not None
    assert bad.p_renew is not None
    assert good.p_renew > bad.p_renew
    assert terms[2]["priority"] > terms[1]["priority"] + 1
    neutral = priority(term(1, 1)["arr"], term(1, 1)["ends_on"])
    # Risk counts in steps of an eighth of a doubling.
    exact = priority(term(1, 1)["arr"], term(1, 1)["ends_on"], risk=1 - good.p_renew)
    assert terms[1]["priority"] == pytest.approx(exact, abs=1 / 16 + 1e-9)
    assert terms[3]["priority"] == priority(term(3, 3)["arr"], days_ago(30))
    assert terms[1]["priority"] < neutral


async def test_a_term_that_changes_keeps_the_risk_of_its_customer(book: Store) -> None:
    async with book.begin() as tx:
        await tx.contracts.add_many([term(1, 1), term(2, 2)])
        await connect(tx, "signals")
        await use_weekly(tx, 1, 90)
    await health.run(book, RULES, NOW)
    (scored, _) = await everything(book, "contracts")
    was = term(1, 1)
    risk = scored["priority"] - priority(was["arr"], was["ends_on"])
    assert risk < -0.5
    later, worth = TODAY + timedelta(days=20), was["arr"] * 3
    async with book.begin() as tx:
        for changes in ({"ends_on": later}, {"arr": worth}, {"seats": 9}):
            assert await tx.contracts.change(
                1,
                await tx.contracts.row(1),
                changes,
                clock_rev=await tx.marks.next_rev(),
                schedule=RULES.schedule,
                today=TODAY,
            )
        assert (await tx.contracts.row(1))["priority"] == pytest.approx(
            priority(worth, later) + risk
        )
        assert await tx.undoing.swap(
            "contract", 1, expect={"seats": 9}, values={"ends_on": None}, clock_rev=9
        )
        assert (await tx.contracts.row(1))["priority"] == pytest.approx(
            priority(worth, None) + risk
        )
