"""`renewals audit`, `audit verify`, `audit erase` as the operator types them."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import app

BOOK = "account,contract_no,ends_on,owner\nAcme,A-1,2027-01-01,Ada Park\nBeta,B-1,2027-02-01,\n"


@pytest.fixture
def said(tmp_path: Path, sqlite_files: Any) -> Any:
    """A command line over one book with two customers, all of it sealed."""
    with sqlite_files.fresh() as url:
        runner = CliRunner(env={"LC_ALL": "en_US.UTF-8"})
        (tmp_path / "renewals.toml").write_text("")
        (tmp_path / "book.csv").write_text(BOOK)

        def say(*words: str, code: int = 0) -> Any:
            config = ["--config", str(tmp_path / "renewals.toml"), "--db", url]
            found = runner.invoke(app, [*words, *config])
            assert found.exit_code == code, found.output
            text = found.stdout
            return json.loads(text) if "--json" in words else text + found.stderr

        say("import", str(tmp_path / "book.csv"))
        say.path = url.removeprefix("sqlite+aiosqlite:///")  # type: ignore[attr-defined]
        yield say


def test_what_was_changed_is_listed_by_subject_person_and_day(said: Any) -> None:
    everything = said("audit", "--json")
    assert {entry["actor"] for entry in everything} == {"operator"}
    acme = said("audit", "--subject", "Acme", "--json")
    assert {entry["subject"] for entry in acme} == {"account", "contract"}
    (contract,) = said("audit", "--subject", "A-1", "--json")
    assert contract["after"]["contract_no"] == "A-1"
    one = f"contract:{contract['subject_id']}"
    assert said("audit", "--subject", one, "--json") == [contract]
    assert len(said("audit", "--subject", "contract", "--limit", "1", "--json")) == 1
    assert said("audit", "--person", "Ada Park", "--json") == []
    assert said("audit", "--since", "2100-01-01", "--json") == []
    assert "Acme" in said("audit")


def test_half_a_name_is_enough_as_it_is_for_a_score(said: Any) -> None:
    assert said("audit", "--subject", "acm", "--json") == said(
        "audit", "--subject", "Acme", "--json"
    )
    assert "called Gamma" in said("audit", "--subject", "Gamma", code=1)


def test_it_is_said_in_words_whether_the_trail_holds(said: Any) -> None:
    assert "not sealed yet" in said("audit", "verify")
    (seal,) = said("tick", "--job", "sealing", "--json")["sealed"]
    assert "as it was sealed" in said("audit", "verify", "--head", seal["hash"])
    held = said("audit", "verify", "--json", "--head", seal["hash"].upper())
    assert (held["ok"], held["head"], held["head_seal"]) == (True, seal["hash"], 1)
    assert "No seal has the hash" in said("audit", "verify", "--head", "0" * 64, code=1)


def test_a_change_behind_our_back_is_told_and_fails(said: Any) -> None:
    said("tick", "--job", "sealing")
    with sqlite3.connect(said.path) as book:
        book.execute("DROP TRIGGER audit_erases")
        book.execute("UPDATE audit SET actor = 'X' WHERE id = 2")
    book.close()
    broken = said("audit", "verify", "--json", code=1)
    assert [one["problem"] for one in broken["findings"]] == ["changed", "unguarded"]
    assert "Entry 2 (seal 1)" in said("audit", "verify", code=1)


def test_somebody_is_forgotten_for_good(said: Any) -> None:
    counted = said("audit", "erase", "--account", "Acme", "--dry-run", "--json")
    assert (counted["erased"], counted["known"]) == (0, True)
    done = said("audit", "erase", "--account", "Acme", "--by", "Dana", "--json")
    assert done["erased"] == done["found"] >= 2
    assert [one["seal"] for one in done["seals"]] == [1, 2]
    listed = said("audit", "--json")
    assert "Acme" not in json.dumps(listed)
    assert "Beta" in json.dumps(listed)
    assert listed[0]["action"] == "audit.erased"
    held = said("audit", "verify", "--json")
    assert (held["ok"], held["erased"]) == (True, done["erased"])
    assert "knows nobody called" in said("audit", "erase", "--contact", "No One")
    assert "Checked 5 entries;" in said("audit", "verify")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["audit", "--subject", "Nobody Ltd"], 1),
        (["audit", "--since", "tomorrow"], 2),
        (["audit", "--limit", "0"], 2),
        (["audit", "verify", "--head", "abc"], 2),
        (["audit", "erase"], 2),
        (["audit", "erase", "--person", "A", "--contact", "B"], 2),
        (["audit", "erase", "--person", "A"], 1),
        (["audit", "erase", "--person", "Ada", "--by", "\n"], 2),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(
    said: Any, words: list[str], code: int
) -> None:
    assert said(*words, code=code).strip()
