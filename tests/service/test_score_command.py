"""`score`: whole lines of a terminal, from files to parts that add up."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copytree

import pytest

from tests.commands import renewals

NOW = ("--now", "2026-11-23T09:07:00+08:00")
CONTRACTS = "account,contract_no,ends_on\nAcme,A-1,2027-01-10\nBravo,B-1,2027-05-01\n"
SIGNALS = "account,signal,observed_on,value\n" + "".join(
    f"Acme,active_users,2026-{month:02}-{day:02},{users}\n"
    for (month, day), users in zip(
        [(9, 6), (9, 13), (9, 20), (9, 27), (10, 4), (10, 11), (10, 18), (10, 25), (11, 1)],
        range(90, 0, -10),
        strict=True,
    )
)
LICENCES = "Acme,licensed_users,2026-09-01,100\n"


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("imported")
    (folder / "contracts.csv").write_text(CONTRACTS)
    (folder / "signals.csv").write_text(SIGNALS + LICENCES)
    for kind in ("contracts", "signals"):
        assert renewals(folder, "import", f"{kind}.csv", "--kind", kind, *NOW).returncode == 0
    return folder


@pytest.fixture
def folder(imported: Path, tmp_path: Path) -> Path:
    return copytree(imported, tmp_path / "book")


def test_every_score_is_the_sum_of_its_parts(folder: Path) -> None:
    found = json.loads(renewals(folder, "score", "--json", *NOW).stdout)
    assert [one["account"] for one in found] == ["Acme", "Bravo"]
    for one in found:
        assert round(sum(part["points"] for part in one["parts"]), 1) == one["score"]
        assert one["as_of"] == "2026-11-23"
    acme, bravo = found
    assert "active_ratio_30d" not in acme["missing"]
    assert "active_ratio_30d" in bravo["missing"]
    assert (bravo["band"], bravo["coverage"]) == (None, 0.0)
    assert acme["score"] < bravo["score"]


def test_one_customer_is_shown_with_reasons_and_nobody_by_a_sentence(folder: Path) -> None:
    shown = renewals(folder, "score", "--account", " acme ", *NOW)
    assert shown.returncode == 0
    assert "Acme" in shown.stdout
    *parts, total = shown.stdout.splitlines()
    points = [float(line.split()[0]) for line in (*parts, total)]
    assert round(sum(points[:-1]), 1) == points[-1]
    assert sum("unknown, counts as usual" in line for line in parts) >= 5
    part = renewals(folder, "score", "--account", "acm", *NOW)
    assert (part.returncode, part.stdout) == (0, shown.stdout)
    nobody = renewals(folder, "score", "--account", "Zulu", *NOW)
    assert (nobody.returncode, nobody.stdout) == (1, "")
    assert "Zulu" in nobody.stderr


def test_the_tick_writes_what_score_only_shows(folder: Path) -> None:
    before = renewals(folder, "score", "--json", *NOW).stdout
    did = json.loads(renewals(folder, "tick", "--job", "risk", "--json", *NOW).stdout)
    assert did["scores"] == 2
    again = json.loads(renewals(folder, "tick", "--job", "health", "--json", *NOW).stdout)
    assert again["scores"] == 0
    assert renewals(folder, "score", "--json", *NOW).stdout == before


def test_a_book_without_customers_is_answered_in_words(tmp_path: Path) -> None:
    empty = renewals(tmp_path, "score", *NOW)
    assert (empty.returncode, empty.stdout) == (0, "Nothing to list.\n")
    assert renewals(tmp_path, "score", "--json", *NOW).stdout == "[]\n"
