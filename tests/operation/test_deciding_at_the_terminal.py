"""`renewals delivery resend|drop`: the operator decides about bad ends without any chat."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.commands import renewals

PEOPLE = "name,role,team,slack_id\nAda Park,rep,East,U1\n"
BOOK = (
    "account,contract_no,ends_on,owner,team\n"
    "Acme,A-1,2026-12-20,Ada Park,East\nBolt,B-1,2026-12-20,Ada Park,East\n"
)
NOW = ("--now", "2026-11-23T09:07+08:00")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "people.csv").write_text(PEOPLE)
    (tmp_path / "book.csv").write_text(BOOK)
    renewals(tmp_path, "import", "people.csv", "--kind", "people", *NOW)
    renewals(tmp_path, "import", "book.csv", *NOW)
    renewals(tmp_path, "tick", *NOW)
    with sqlite3.connect(tmp_path / "renewals.db") as book:
        book.execute("UPDATE deliveries SET state = 'review'")
    return tmp_path


def decided(folder: Path, *words: str) -> CompletedProcess[str]:
    return renewals(folder, "delivery", *words, *NOW)


def states(folder: Path) -> list[str]:
    with sqlite3.connect(folder / "renewals.db") as book:
        return [state for (state,) in book.execute("SELECT state FROM deliveries ORDER BY id")]


@pytest.mark.parametrize(("step", "state"), [("resend", "waiting"), ("drop", "sent")])
def test_one_is_decided_and_the_trail_names_the_operator(
    folder: Path, step: str, state: str
) -> None:
    line = f"delivery {step} D-2"
    assert line in decided(folder, "D-2").stdout
    done = decided(folder, step, "D-2")
    assert (done.returncode, done.stderr) == (0, "")
    assert "D-2" in done.stdout
    assert states(folder) == ["review", state]
    (entry,) = json.loads(renewals(folder, "audit", "--subject", "delivery", "--json").stdout)
    assert (entry["action"], entry["actor"], entry["via"]) == (
        f"delivery.{step}",
        "operator",
        "cli",
    )


def test_all_are_counted_and_then_decided_by_the_line_that_is_offered(folder: Path) -> None:
    counted = decided(folder, "resend", "all")
    assert counted.returncode == 0
    assert states(folder) == ["review", "review"]
    offered = re.search(r"delivery (resend all-2)", counted.stdout)
    assert offered is not None
    assert decided(folder, *offered[1].split()).returncode == 0
    assert states(folder) == ["waiting", "waiting"]


def test_scripts_get_one_value_that_says_whether_it_was_done(folder: Path) -> None:
    counted = json.loads(decided(folder, "drop", "all", "--json").stdout)
    assert (counted["done"], counted["lines"][0]) == (False, "delivery drop all-2")
    done = json.loads(decided(folder, "drop", "all-2", "--json").stdout)
    assert (done["done"], done["step"], done["code"]) == (True, "drop", "all-2")
    refused = decided(folder, "drop", "D-1", "--json")
    assert (refused.returncode, json.loads(refused.stdout)["done"]) == (1, False)


@pytest.mark.parametrize(
    ("code", "words", "sentence"),
    [
        (1, ["resend", "D-77"], "There is no delivery D-77"),
        (2, ["resend"], "D-12"),
        (2, ["forget", "D-2"], "resend or drop"),
        (2, ["D-2", "resend"], "resend or drop"),
    ],
)
def test_what_cannot_be_decided_is_said(
    folder: Path, code: int, words: list[str], sentence: str
) -> None:
    found = decided(folder, *words)
    assert (found.returncode, sentence in found.stderr) == (code, True), found.stderr
    assert states(folder) == ["review", "review"]


def test_what_waits_for_a_decision_is_listed(folder: Path) -> None:
    told = renewals(folder, "delivery", *NOW)
    assert re.search(r"^D-2 +review +Bolt +Ada Park", told.stdout, re.MULTILINE)
    found = json.loads(renewals(folder, "delivery", "--json", *NOW).stdout)
    assert [one["code"] for one in found["problems"]] == ["D-2", "D-1"]
    assert found["review"] == 2
