"""Learning from a real book, on both databases: what counts, what leaks, what is put in force."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from sqlalchemy import insert

from handlers.kept_factors import KEPT, factors_of_the_day
from handlers.learning import backtest as look_back
from handlers.learning import factors, fit, forget, lesson_of, read_lesson
from handlers.learning_report import report_document
from handlers.models.activating import activate
from handlers.models.in_force import model_in_force
from handlers.models.writing import text_of
from handlers.probability import predictor
from scoring.errors import Refused
from scoring.health.assess import assess
from scoring.health.default import DEFAULT_MODEL
from scoring.health.facts import Facts, Subjects
from scoring.health.model import Dimension, HealthModel, Signal
from scoring.health.seen import seen
from scoring.learning.predicting import Kind
from scoring.learning.sample import LEAD_DAYS
from scoring.model import ContractStatus, Segment
from storage.decided import DecidedRenewals
from storage.renewal_models import RenewalModels
from storage.store import Store
from storage.tables import contacts
from storage.transaction import Tx
from tests.health_book import NOW, RULES, TODAY, add_accounts, connect, days_ago, term, use_weekly

TWO = np.array([2], np.int8)

MODEL = HealthModel(
    "own",
    (
        Signal("use", Dimension.USAGE, 60, 0, 100, 60, 0.5, reads="use"),
        Signal("noise", Dimension.ADOPTION, 30, 0, 100, 60, 0.5, reads="noise"),
        Signal("open_tickets", Dimension.SUPPORT, 10, 5, 0, 30, 0.75, measure="open_tickets"),
    ),
)


async def fill(tx: Tx, n: int, *, slope: float = 8.0) -> None:
    """`n` customers whose term ended on a day of its own; use decides who renewed."""
    generator = np.random.default_rng(4)
    use, noise = generator.random(n), generator.random(n)
    lost = generator.random(n) > 1 / (1 + np.exp(-1 - slope * (use - 0.4)))
    ids = await add_accounts(tx, *[Segment.STANDARD] * n)
    terms, seen = [], []
    for place, account in enumerate(ids):
        ends_on = days_ago(600 - 2 * place)
        status = ContractStatus.LOST if lost[place] else ContractStatus.RENEWED
        terms.append(term(account, account, ends_on=ends_on, status=status, known_on=ends_on))
        on = ends_on - timedelta(days=LEAD_DAYS + 3)
        seen += [
            {"account_id": account, "signal": name, "observed_on": on, "value": 100 * float(value)}
            for name, value in (("use", use[place]), ("noise", noise[place]))
        ]
    await tx.contracts.add_many(terms)
    await tx.facts.add("signals", seen)


@pytest.fixture
async def taught(store: Store) -> Store:
    """A book of 290 decided renewals under a model of its own."""
    async with store.begin() as tx:
        await fill(tx, 290)
    await activate(store, RULES, text_of(MODEL), NOW, by="test")
    return store


DECIDED: list[tuple[str, dict[str, Any], dict[str, Any] | None, bool | None]] = [
    ("running", {}, None, None),
    ("lost by its status", {"status": ContractStatus.LOST, "ends_on": days_ago(9)}, None, True),
    ("renewed by its status", {"status": "renewed", "ends_on": days_ago(9)}, None, False),
    ("cancelled without outcome", {"status": "cancelled", "ends_on": days_ago(9)}, None, None),
    ("an outcome overrules", {"status": "active"}, {"outcome": "churned"}, True),
    ("downgraded stayed", {"status": "renewed"}, {"outcome": "downgraded"}, False),
    ("open-ended and gone", {"status": "lost", "ends_on": None}, {"outcome": "churned"}, True),
    (
        "decided later than today",
        {},
        {"outcome": "renewed", "decided_on": TODAY + timedelta(3)},
        None,
    ),
]


@pytest.mark.parametrize(
    ("more", "outcome", "lost"), [row[1:] for row in DECIDED], ids=[row[0] for row in DECIDED]
)
async def test_which_terms_are_decided(
    store: Store, more: dict[str, Any], outcome: dict[str, Any] | None, lost: bool | None
) -> None:
    async with store.begin() as tx:
        await add_accounts(tx, Segment.CORE)
        await tx.contracts.add_many([term(1, 1, **more)])
        if outcome is not None:
            row = {"contract_id": 1, "decided_on": days_ago(5), "from_chat": False, "at": NOW}
            await tx.facts.add("outcomes", [row | outcome])
    async with store.read() as tx:
        found = await DecidedRenewals(tx.connection).until(TODAY, "CNY")
    assert found.lost.tolist() == ([] if lost is None else [lost])


async def test_the_day_looked_at_is_ninety_days_before_the_lapse_or_before_the_decision(
    store: Store,
) -> None:
    async with store.begin() as tx:
        await add_accounts(tx, Segment.CORE)
        await tx.contracts.add_many(
            [
                term(1, 1, ends_on=days_ago(1), status="lost"),
                term(2, 1, ends_on=days_ago(1), status="renewed"),
            ]
        )
        row = {"contract_id": 2, "outcome": "renewed", "from_chat": False, "at": NOW}
        await tx.facts.add("outcomes", [row | {"decided_on": days_ago(200)}])
    async with store.read() as tx:
        found = await DecidedRenewals(tx.connection).until(TODAY, "CNY")
    days = [date.fromordinal(int(day)) for day in found.subjects().as_of]
    assert days == [days_ago(90), days_ago(201)]


async def test_amounts_are_in_the_base_currency_by_the_rate_of_the_day(store: Store) -> None:
    async with store.begin() as tx:
        await add_accounts(tx, Segment.CORE)
        await tx.contracts.add_many(
            [
                term(n, 1, status="lost", ends_on=days_ago(10), arr=Decimal(100), currency=currency)
                for n, currency in enumerate(("CNY", "USD", "EUR"), 1)
            ]
        )
        await tx.facts.add(
            "rates",
            [
                {"currency": "USD", "on": days_ago(ago), "rate": rate}
                for ago, rate in ((300, "7.0"), (20, "7.2"), (1, "9"))
            ],
        )
    async with store.read() as tx:
        found = await DecidedRenewals(tx.connection).until(TODAY, "CNY")
    assert found.arr.tolist() == pytest.approx([100.0, 720.0, np.nan], nan_ok=True)


async def test_nothing_later_than_the_day_looked_at_changes_what_is_learned_from(
    store: Store,
) -> None:
    async with store.begin() as tx:
        ids = await add_accounts(tx, Segment.CORE, Segment.STANDARD)
        await connect(tx, "signals", "tickets", "payments", "surveys", "events", since_days=900)
        for account in ids:
            ends_on = days_ago(40)
            await tx.contracts.add_many([term(account, account, ends_on=ends_on, status="lost")])
            await tx.facts.add(
                "signals",
                [
                    {
                        "account_id": account,
                        "signal": name,
                        "observed_on": days_ago(ago),
                        "value": value,
                    }
                    for name, value in (("active_users", 60.0), ("licensed_users", 100.0))
                    for ago in range(131, 230, 7)
                ],
            )
            await tx.facts.add(
                "tickets", [_ticket(account, 1, 200, 190), _ticket(account, 2, 150, None)]
            )
    async with store.read() as tx:
        before = (await lesson_of(tx, RULES, NOW)).sample
    assert before is not None
    assert before.known[:, 0].all()  # it does see what came before
    async with store.begin() as tx:
        for account in ids:
            await use_weekly(tx, account, 1.0)  # the last 13 weeks: the as-of day is 129 days ago
            await tx.facts.change(
                "tickets",
                [
                    {
                        "account_id": account,
                        "ticket_no": "T-2",
                        "closed_on": days_ago(100),
                        "csat": 1.0,
                    }
                ],
            )
            await tx.facts.add("tickets", [_ticket(account, n, 120, None) for n in range(3, 9)])
            await tx.facts.add(
                "surveys",
                [
                    {
                        "account_id": account,
                        "kind": "nps",
                        "answered_on": days_ago(100),
                        "respondent": "",
                        "score": 0.0,
                        "comment": None,
                    }
                ],
            )
            await tx.facts.add(
                "payments",
                [
                    {
                        "account_id": account,
                        "invoice_no": "I-1",
                        "due_on": days_ago(110),
                        "paid_on": None,
                        "amount": Decimal(1),
                        "currency": "CNY",
                        "contract_no": None,
                    }
                ],
            )
            await tx.facts.add(
                "events",
                [
                    {
                        "account_id": account,
                        "event": "day",
                        "held_on": days_ago(60),
                        "response": "attended",
                    }
                ],
            )
    async with store.read() as tx:
        after = (await lesson_of(tx, RULES, NOW)).sample
    assert after is not None
    np.testing.assert_array_equal(before.g, after.g)
    np.testing.assert_array_equal(before.health, after.health)
    np.testing.assert_array_equal(before.known, after.known)


async def test_a_fit_is_kept_and_predicts_nothing_until_it_is_activated(taught: Store) -> None:
    kept = await fit(taught, RULES, NOW, by="Ada")
    assert not kept.active
    async with taught.read() as tx:
        assert await RenewalModels(tx.connection).in_force() is None
        _, model = await model_in_force(tx)
        found = await predictor(tx, model, TODAY)
    assert found is not None
    assert found.is_default


async def test_an_activated_fit_predicts_and_everybody_is_scored_again(taught: Store) -> None:
    done = await fit(taught, RULES, NOW, by="Ada", activate=True)
    assert done.active
    assert done.report is not None
    assert done.report.trained.auc > 0.8
    async with taught.read() as tx:
        model_id, model = await model_in_force(tx)
        found = await predictor(tx, model, TODAY)
        stored = await RenewalModels(tx.connection).in_force()
        due = await tx.health.due_n(TODAY)
    assert found is not None
    assert (found.kind, found.is_default) == (Kind.WEIGHTS, False)
    assert stored is not None
    assert (stored.activated_by, stored.health_model_id, stored.decided_n) == ("Ada", model_id, 290)
    assert due >= 290
    again = await fit(taught, RULES, NOW, by="Bea", activate=True)
    async with taught.read() as tx:
        newer = await RenewalModels(tx.connection).in_force()
    assert newer is not None
    assert newer.id == again.kept_as != stored.id
    assert await forget(taught, NOW, by="Bea")
    assert not await forget(taught, NOW, by="Bea")
    async with taught.read() as tx:
        assert await RenewalModels(tx.connection).in_force() is None


async def test_what_was_learned_does_not_outlive_the_signals_it_was_learned_from(
    taught: Store,
) -> None:
    await fit(taught, RULES, NOW, by="Ada", activate=True)
    other = HealthModel(
        "other", (Signal("use", Dimension.USAGE, 100, 0, 50, 60, 0.5, reads="use"),)
    )
    await activate(taught, RULES, text_of(other), NOW, by="test")
    async with taught.read() as tx:
        _, model = await model_in_force(tx)
        found = await predictor(tx, model, TODAY)
    assert found is not None
    assert found.is_default


async def test_medians_of_today_are_not_learned_from_and_move_no_probability(
    taught: Store,
) -> None:
    await fit(taught, RULES, NOW, by="Ada", activate=True)
    before = (await read_lesson(taught, RULES, NOW)).sample
    likely = await _probabilities(taught)
    # Today everybody is well: the medians of today are far from what counted then.
    async with taught.begin() as tx:
        rows = [
            {"account_id": account, "signal": name, "observed_on": TODAY, "value": 99.0}
            for account in range(1, 281)
            for name in ("use", "noise")
        ]
        await tx.facts.add("signals", rows)
    done = await activate(taught, RULES, None, NOW, by="test")
    assert done.changed
    async with taught.read() as tx:
        _, model = await model_in_force(tx)
        found = await predictor(tx, model, TODAY)
    assert model.for_segment(Segment.STANDARD)[0].reference > 0.9
    assert found is not None
    assert not found.is_default
    after = (await read_lesson(taught, RULES, NOW)).sample
    assert before is not None
    assert after is not None
    np.testing.assert_array_equal(before.g, after.g)
    np.testing.assert_array_equal(before.health, after.health)
    assert (await _probabilities(taught))[1] == pytest.approx(likely[1])


async def _probabilities(store: Store) -> tuple[int, float]:
    """How many there are, and the probability of a customer of whom nothing is known."""
    async with store.read() as tx:
        _, model = await model_in_force(tx)
        found = await predictor(tx, model, TODAY)
        assert found is not None
        nobody = Subjects(np.array([10**6]), np.array([TODAY.toordinal()], np.int32), TWO)
        assessed = assess(Facts(nobody), model, np.array([-1], np.int8))
        return len(nobody), float(found.of(nobody, model, assessed)[0])


async def test_a_champion_who_was_named_after_the_day_changes_nothing(store: Store) -> None:
    async with store.begin() as tx:
        (account,) = await add_accounts(tx, Segment.CORE)
        await tx.contracts.add_many([term(1, account, ends_on=days_ago(40), status="lost")])
        subjects = Subjects(
            np.array([account] * 2),
            np.array([TODAY.toordinal() - 129, TODAY.toordinal()], np.int32),
            np.zeros(2, np.int8),
        )
        row = {"account_id": account, "name": "Ida", "role": "champion", "created_at": NOW}
        await tx.connection.execute(insert(contacts), [row | {"opted_out": False, "custom": {}}])
    async with store.read() as tx:
        facts = await tx.health_facts.load(subjects, DEFAULT_MODEL, zone=RULES.zone)
    assert seen(facts).contacts.subject.tolist() == [1]


async def test_factors_are_kept_for_the_day_and_until_something_is_decided(taught: Store) -> None:
    first = await factors_of_the_day(taught, RULES, NOW)
    assert first.n == 290
    assert first.found[0].significant
    async with taught.begin() as tx:
        kept = await tx.settings.get(KEPT)
        await tx.settings.put(KEPT, kept | {"n": 7}, at=NOW)
    again = await factors_of_the_day(taught, RULES, NOW)
    assert again.n == 7  # it was not worked out again
    np.testing.assert_equal(again.found, first.found)
    assert (await factors_of_the_day(taught, RULES, NOW + timedelta(days=1))).n == 290
    async with taught.begin() as tx:
        row = {"contract_id": 1, "decided_on": days_ago(5), "outcome": "churned"}
        await tx.facts.add("outcomes", [row | {"from_chat": False, "at": NOW}])
        await tx.settings.put(KEPT, kept | {"n": 7}, at=NOW)
    assert (await factors_of_the_day(taught, RULES, NOW)).n == 290


async def test_what_does_not_prove_better_is_refused_and_nothing_is_written(store: Store) -> None:
    async with store.begin() as tx:
        await fill(tx, 200, slope=0.0)
    await activate(store, RULES, text_of(MODEL), NOW, by="test")
    with pytest.raises(Refused, match=r"learning\.not_better"):
        await fit(store, RULES, NOW, by="Ada", activate=True)
    lesson = await read_lesson(store, RULES, NOW)
    assert not any(factor.significant for factor in await factors(lesson))
    forced = await fit(store, RULES, NOW, by="Ada", activate=True, anyway=True)
    assert forced.active
    async with store.read() as tx:
        rows = await tx.connection.exec_driver_sql("SELECT count(*) FROM renewal_models")
        assert rows.scalar() == 1


async def test_an_empty_book_and_one_with_little_say_so(store: Store) -> None:
    with pytest.raises(Refused, match=r"learning\.nothing"):
        await fit(store, RULES, NOW, by="Ada")
    async with store.begin() as tx:
        await fill(tx, 20)
    lesson, report = await look_back(store, RULES, NOW)
    assert report is None
    document = report_document(lesson, report, await factors(lesson))
    assert (document["n"], document["auc"], document["factors"]) == (20, None, [])
    with pytest.raises(Refused, match=r"learning\.too_few_to_use"):
        await fit(store, RULES, NOW, by="Ada", activate=True)


async def test_the_report_has_the_keys_that_are_promised(taught: Store) -> None:
    lesson, report = await look_back(taught, RULES, NOW)
    document = report_document(lesson, report, await factors(lesson))
    assert {"n", "positives", "auc", "brier", "baseline", "calibration", "factors"} <= set(document)
    assert set(document["baseline"]) >= {"auc", "brier"}
    assert document["split"] == "time"
    first = document["factors"][0]
    assert first["name"] == "use"
    assert 1 < first["low"] < first["effect"] < first["high"]
    assert "noise" not in [row["name"] for row in document["factors"]]


def _ticket(account: int, number: int, opened: int, closed: int | None) -> dict[str, Any]:
    return {
        "account_id": account,
        "ticket_no": f"T-{number}",
        "opened_on": days_ago(opened),
        "closed_on": None if closed is None else days_ago(closed),
        "csat": None,
    }
