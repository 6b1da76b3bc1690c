"""`renewals model`: what an operator types, with its exit code and its sentence."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from shutil import copytree

import pytest

from tests.commands import renewals

CONTRACTS = "account,contract_no,ends_on\nAcme,A-1,2027-01-01\nBeta,B-1,2027-02-01\n"
SIGNALS = "account,signal,observed_on,value\nAcme,depth,2026-11-20,9\nBeta,depth,2026-11-20,1\n"
DEPTH = """
name = "depth"
[signals.depth]
dimension = "adoption"
weight = 100
bad = 0
good = 10
"""
NOW = ("--now", "2026-11-23T09:00+08:00")


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two customers with a signal that only their own model knows."""
    folder = tmp_path_factory.mktemp("imported")
    (folder / "contracts.csv").write_text(CONTRACTS)
    (folder / "signals.csv").write_text(SIGNALS)
    (folder / "depth.toml").write_text(DEPTH)
    assert renewals(folder, "import", "contracts.csv", *NOW).returncode == 0
    assert renewals(folder, "import", "signals.csv", "--kind", "signals", *NOW).returncode == 0
    return folder


@pytest.fixture
def folder(imported: Path, tmp_path: Path) -> Path:
    """A copy of them for each test."""
    return copytree(imported, tmp_path / "book")


def test_a_model_is_shown_changed_previewed_activated_and_listed(folder: Path) -> None:
    shown = renewals(folder, "model", "show")
    (folder / "shown.toml").write_text(shown.stdout, encoding="utf-8")
    same = json.loads(renewals(folder, "model", "preview", "shown.toml", "--json", *NOW).stdout)
    assert (same["customers"], same["moved"], same["warnings"]) == (2, 0, 0)

    told = json.loads(renewals(folder, "model", "preview", "depth.toml", "--json", *NOW).stdout)
    assert {(each["account"], each["band"]["to"], each["warned"]) for each in told["changes"]} == {
        ("Acme", "healthy", False),
        ("Beta", "critical", True),
    }
    assert (
        "2 customers would change band"
        in renewals(folder, "model", "preview", "depth.toml", *NOW).stdout
    )
    with sqlite3.connect(folder / "renewals.db") as book:
        assert book.execute("SELECT count(*) FROM health_models").fetchone() == (0,)

    done = renewals(folder, "model", "activate", "depth.toml", "--by", "Ada", *NOW)
    assert "in force as version" in done.stdout
    assert "already in force" in renewals(folder, "model", "activate", "depth.toml", *NOW).stdout
    assert renewals(folder, "tick", "--job", "health", *NOW).returncode == 0
    versions = json.loads(renewals(folder, "model", "list", "--json").stdout)
    assert [(each["name"], each["activated_by"]) for each in versions] == [
        ("depth", "Ada"),
        ("default", "renewals"),
    ]
    first = renewals(folder, "model", "show", str(versions[-1]["id"])).stdout
    assert 'name = "default"' in first
    scores = json.loads(renewals(folder, "score", "--json", *NOW).stdout)
    assert {each["account"]: each["score"] for each in scores} == {"Acme": 90, "Beta": 10}


@pytest.mark.parametrize("verb", ["preview", "activate"])
def test_a_model_that_cannot_be_is_refused_with_every_fault(folder: Path, verb: str) -> None:
    (folder / "bad.toml").write_text(DEPTH.replace("100", "105").replace("good = 10", "good = 0"))
    found = renewals(folder, "model", verb, "bad.toml", *NOW)
    assert found.returncode == 3
    assert "signals.depth.weight: 105 is outside 0 to 100." in found.stderr
    assert "signals.depth.good: “bad” and “good” are both 0" in found.stderr
    (folder / "gbk.toml").write_bytes('name = "华东"'.encode("gbk"))
    told = renewals(folder, "model", verb, "gbk.toml", "--json", *NOW)
    assert (told.returncode, len(json.loads(told.stdout)["faults"])) == (3, 1)
    assert renewals(folder, "model", verb, "absent.toml", *NOW).returncode == 2
    with sqlite3.connect(folder / "renewals.db") as book:
        assert book.execute("SELECT count(*) FROM health_models").fetchone() == (0,)


def test_an_unknown_version_is_a_sentence(folder: Path) -> None:
    found = renewals(folder, "model", "show", "77")
    assert (found.returncode, "no version 77" in found.stderr) == (1, True)
