"""The RavenStack sample goes through the import as docs/ravenstack.md says."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from handlers.importing.bringing import FileToBring, bring
from handlers.importing.plan import Author, Plan
from handlers.jobs import milestones
from handlers.rules import Rules
from scripts.ravenstack import contract, convert, earlier_terms, signals, touch
from storage.store import Store
from tests.requirements import DATA

NEW_YEAR = datetime.fromisoformat("2025-01-02T09:00:00+08:00")
FILES = ("accounts", "contracts", "outcomes", "tickets", "signals", "touches")

SUBSCRIPTION = {
    "subscription_id": "S-1",
    "account_id": "A-1",
    "start_date": "2024-02-29",
    "end_date": "",
    "plan_tier": "Pro",
    "seats": "9",
    "mrr_amount": "833",
    "arr_amount": "9996",
    "is_trial": "False",
    "upgrade_flag": "False",
    "downgrade_flag": "False",
    "churn_flag": "False",
    "billing_frequency": "annual",
    "auto_renew_flag": "True",
}


@pytest.mark.parametrize(
    ("given", "ends_on", "status"),
    [
        ({}, "2025-02-28", "active"),
        ({"start_date": "2023-12-31"}, "2025-12-30", "active"),
        ({"start_date": "2024-01-01"}, "2025-12-31", "active"),
        ({"billing_frequency": "monthly"}, "", "active"),
        ({"end_date": "2024-05-06", "churn_flag": "True"}, "2024-05-06", "lost"),
    ],
)
def test_yearly_subscriptions_end_on_the_day_before_their_anniversary(
    given: dict[str, str], ends_on: str, status: str
) -> None:
    row = contract({**SUBSCRIPTION, **given}, {"A-1": "Company_0"})
    assert (row["ends_on"], row["status"]) == (ends_on, status)


@pytest.mark.parametrize(
    ("given", "years"),
    [
        ({}, []),
        ({"start_date": "2023-05-01"}, [("S-1/2023", "2023-05-01", "2024-04-30")]),
        ({"start_date": "2023-05-01", "billing_frequency": "monthly"}, []),
        ({"start_date": "2023-05-01", "end_date": "2024-04-30"}, []),
        (
            {"start_date": "2023-05-01", "end_date": "2024-05-01"},
            [("S-1/2023", "2023-05-01", "2024-04-30")],
        ),
    ],
)
def test_years_that_were_renewed_are_earlier_terms(
    given: dict[str, str], years: list[tuple[str, str, str]]
) -> None:
    found = list(earlier_terms({**SUBSCRIPTION, **given}, {"A-1": "Company_0"}))
    assert [(row["contract_no"], row["starts_on"], row["ends_on"]) for row in found] == years
    assert all(row["status"] == "renewed" for row in found)


def test_usage_is_added_up_by_customer_and_week() -> None:
    usage = [
        {"subscription_id": "S-1", "usage_date": day, "feature_name": feature,
         "usage_count": "4", "usage_duration_secs": "90", "error_count": "1"}
        for day, feature in (("2024-12-16", "a"), ("2024-12-22", "b"), ("2024-12-30", "a"))
    ]  # fmt: skip
    rows = list(signals(usage, [SUBSCRIPTION], {"A-1": "Company_0"}))
    assert [(r["observed_on"], r["value"]) for r in rows if r["signal"] == "usage_minutes"] == [
        ("2024-12-22", "3.0"),
        ("2024-12-31", "1.5"),  # the sample ends before that week does
    ]
    assert [r["value"] for r in rows if r["signal"] == "features_used"] == ["2", "1"]


def test_a_churn_event_is_a_note() -> None:
    event = {
        "churn_event_id": "C-1",
        "account_id": "A-1",
        "churn_date": "2024-10-27",
        "reason_code": "pricing",
        "refund_amount_usd": "4.03",
        "is_reactivation": "False",
        "feedback_text": "too expensive",
    }
    note = "churn event C-1: pricing; too expensive; refund 4.03 USD"
    assert touch(event, {"A-1": "Company_0"})["note"] == note


# The import's own tests run on both databases; here the rows are what matters.
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.needs("data")
async def test_every_row_of_the_sample_is_taken_and_none_twice(
    store: Store, tmp_path: Path
) -> None:
    assert convert(Path(DATA) / "ravenstack", tmp_path) == {
        "accounts": 500,
        "contracts": 5_000,
        "earlier_contracts": 299,
        "outcomes": 486,
        "tickets": 2_000,
        "signals": 77_988,
        "touches": 600,
    }
    first = await _bring(store, tmp_path)
    assert (first.new, first.changed, first.unchanged, first.refused) == (86_574, 0, 0, 0)
    assert Counter(notice.key for notice in first.warnings) == {
        "import.notice.open_ended": 2_300,
        "import.notice.overlap": 1_049,
        "import.notice.odd_length": 66,
    }
    again = await _bring(store, tmp_path)
    assert (again.new, again.changed, again.unchanged, again.refused) == (0, 0, 86_574, 0)
    async with store.begin() as tx:
        crossed = await milestones.run(tx, Rules(), NEW_YEAR)
    assert (crossed.due, crossed.superseded, crossed.opportunities) == (315, 395, 315)


async def _bring(store: Store, folder: Path) -> Plan:
    files = [FileToBring(f"{kind}.csv", folder / f"{kind}.csv") for kind in FILES]
    author = Author(None, "operator", "cli")
    brought = await bring(store, files, Rules(), NEW_YEAR, author=author, write=True)
    return brought.plan
