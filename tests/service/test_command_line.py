"""Whatever is typed, named or broken: an exit code that says which, a sentence, no traceback."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.commands import renewals
from tests.processes import ROOT

GOOD = "account,contract_no,ends_on\nAcme,A-1,2027-01-01\n"
BAD = "account,contract_no,starts_on,ends_on\nAcme,A-1,2027-05-31,2026-05-31\n"


NOBODY_THERE = "postgresql+psycopg://bot:sesame@127.0.0.1:1/book"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.csv").write_text(GOOD)
    (tmp_path / "bad.csv").write_text(BAD)
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    (tmp_path / "damaged.xlsx").write_bytes(b"PK\x03\x04" + bytes(200))
    (tmp_path / "text.db").write_text("this is not a database, however long it may be\n" * 50)
    os.mkfifo(tmp_path / "fifo.csv")
    (tmp_path / "late.toml").write_text('[hours]\nstart = "18:00"\nend = "09:00"\n')
    (tmp_path / "days.toml").write_text('off_days = ["tomorrow"]\n')
    (tmp_path / "money.toml").write_text('base_currency = "euro"\n')
    (tmp_path / "tongue.toml").write_text('locale = "fr"\n')
    (tmp_path / "robot.toml").write_text('[teams."East"]\nplaces = ["wecom:robot:gone"]\n')
    return tmp_path


@pytest.mark.parametrize(
    ("code", "words", "sentence"),
    [
        (2, ["export", "nowhere/x.xlsx"], "no folder"),
        (2, ["export", "."], "folder"),
        (2, ["docs", "nowhere/x.md"], "no folder"),
        (2, ["import", "good.csv", "--annotate", "nowhere/x.xlsx"], "no folder"),
        (2, ["tick", "--now", "0001-01-01"], "1990"),
        (2, ["tick", "--now", "9998-12-01"], "2150"),
        (2, ["tick", "--now", "9999-12-31T23:59:59Z"], "2150"),
        (2, ["say", "due", "--as", "operator", "--now", "9999-12-20"], "2150"),
        (2, ["demo", "--port", "99999"], "port"),
        (2, ["demo", "--port", "-1"], "port"),
        (2, ["config", "check", "--config", "late.toml"], "hours"),
        (2, ["config", "check", "--config", "days.toml"], "off_days"),
        (2, ["config", "check", "--config", "robot.toml"], "wecom:robot:gone"),
        (2, ["config", "check", "--config", "money.toml"], "three capital letters, such as CNY"),
        (2, ["config", "check", "--config", "tongue.toml"], "locale: write zh_CN or en"),
        (2, ["outbox", "--db", ""], "--db"),
        (1, ["proof", "--db", NOBODY_THERE], "port 1 failed: Connection refused"),
        (1, ["backup", "x.book", "--db", NOBODY_THERE], "port 1 failed: Connection refused"),
        (1, ["doctor", "--db", NOBODY_THERE], "port 1 failed: Connection refused"),
        (1, ["run", "--db", NOBODY_THERE], "port 1 failed: Connection refused"),
        (1, ["audit", "--person", "Ada Prk"], "nobody of that name"),
        (1, ["outbox", "--db", "sqlite+aiosqlite:///text.db"], "database"),
        (1, ["migrate", "--db", "sqlite+aiosqlite:///text.db"], "database"),
        (2, ["import", "absent.csv"], "absent.csv"),
        (2, ["import", "good.csv", "--kind", "nothing"], "nothing"),
        (3, ["import", "picture.csv"], "PNG"),
        (3, ["import", "empty.csv"], "empty"),
        (3, ["import", "damaged.xlsx"], ""),
        (3, ["import", "fifo.csv"], "fifo.csv"),
        (3, ["import", "good.csv", "empty.csv"], "empty.csv: "),
        (3, ["import", "bad.csv"], ""),
    ],
)
def test_what_cannot_be_done_is_said_with_its_exit_code(
    folder: Path, code: int, words: list[str], sentence: str
) -> None:
    found = renewals(folder, *words)
    assert (found.returncode, sentence in found.stderr) == (code, True), found.stderr


@pytest.mark.parametrize("name", ["picture.csv", "empty.csv", "absent.csv", "bad.csv", "good.csv"])
def test_an_import_prints_one_json_value_whatever_becomes_of_it(folder: Path, name: str) -> None:
    told = json.loads(renewals(folder, "import", name, "--json").stdout)
    assert {"new", "changed", "unchanged", "refused", "rows"} <= set(told)
    assert ("error" in told) == (name not in ("bad.csv", "good.csv"))


@pytest.mark.parametrize("name", ["late.toml", "robot.toml", "absent.toml"])
def test_faults_of_the_configuration_come_as_one_json_value(folder: Path, name: str) -> None:
    found = renewals(folder, "config", "check", "--config", name, "--json")
    assert (found.returncode, len(json.loads(found.stdout)["faults"])) == (2, 1)


def test_the_proof_is_told_in_tables(folder: Path) -> None:
    soon = (datetime.now(UTC).date() + timedelta(days=20)).isoformat()
    (folder / "soon.csv").write_text(f"account,contract_no,ends_on\nAcme,A-7,{soon}\n")
    assert renewals(folder, "import", "soon.csv").returncode == 0
    said = renewals(folder, "proof").stdout
    assert re.search(r"^contract_no +problem$", said, re.MULTILINE)
    assert re.search(r"^A-7 +no_owner$", said, re.MULTILINE)
    assert re.search(r"^Deliveries +.*Sent 0", said, re.MULTILINE)
    assert not re.search(r"[{}()<>]", said)


@pytest.mark.parametrize(
    ("tongue", "label", "counted"),
    [
        ("en_US.UTF-8", "No alert undelivered  1", "whose first alert is not due yet"),
        ("zh_CN.UTF-8", "无未送达提醒  1", "尚未到首次提醒日"),
    ],
)
def test_the_proof_says_in_words_what_is_counted(
    folder: Path, tongue: str, label: str, counted: str
) -> None:
    later = (datetime.now(UTC).date() + timedelta(days=110)).isoformat()
    (folder / "later.csv").write_text(f"account,contract_no,ends_on\nAcme,A-7,{later}\n")
    assert renewals(folder, "import", "later.csv").returncode == 0
    said = renewals(folder, "proof", environment={"LC_ALL": tongue}).stdout
    assert label in said
    assert counted in said


def test_an_empty_book_is_not_taken_for_a_good_one_unsaid(folder: Path) -> None:
    first, second = (renewals(folder, "proof", "--json") for _ in range(2))
    assert json.loads(first.stdout)["contracts"] == 0
    assert "There was no book at" in first.stderr
    assert second.stderr == ""


def test_nothing_is_written_when_the_copy_cannot_be(folder: Path) -> None:
    renewals(folder, "migrate")
    words = ["--skip-refused", "--annotate", "nowhere/a.xlsx"]
    assert renewals(folder, "import", "good.csv", "bad.csv", *words).returncode == 2
    with sqlite3.connect(folder / "renewals.db") as book:
        assert book.execute("SELECT count(*) FROM contracts").fetchone() == (0,)


def test_the_count_of_refused_rows_counts_rows(folder: Path) -> None:
    (folder / "two.csv").write_text(
        "account,contract_no,ends_on,arr,seats\nAcme,A-1,someday,much,few\n"
    )
    told = renewals(folder, "import", "two.csv").stdout
    assert "Refused (1):" in told
    assert told.count("Row 2") >= 2


def test_what_nobody_foresaw_is_a_sentence_with_a_reference(folder: Path) -> None:
    renewals(folder, "migrate")
    with sqlite3.connect(folder / "renewals.db") as book:
        book.execute("ALTER TABLE people RENAME COLUMN locale TO spoken")
    found = subprocess.run(
        [sys.executable, "-m", "bot", "doctor"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "RENEWALS_LOG_FORMAT": "json"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    line, sentence = found.stderr.strip().splitlines()
    assert found.returncode == 1
    told = json.loads(line)
    assert told["reference"] in sentence
    # Whatever the command had put by then has the same id.
    assert told["origin"] == told["reference"]
    assert told["reference"].startswith("cli-")
    assert json.loads(line)["level"] == "error"


@pytest.mark.parametrize(
    ("typed", "code", "sentence"),
    [
        ("\n\n\n\n\n", 0, "Wrote"),
        ("Asia/Shangai\n\n\n\n\n", 2, "time_zone: not a time zone"),
        ("\nrmb\n\n\n\n", 2, "base_currency"),
    ],
)
def test_a_first_configuration_is_its_owners_alone_and_its_faults_are_told_at_once(
    tmp_path: Path, typed: str, code: int, sentence: str
) -> None:
    found = renewals(tmp_path, "init", "first.toml", typed=typed)
    assert found.returncode == code
    assert sentence in found.stdout + found.stderr
    assert (tmp_path / "first.toml").stat().st_mode & 0o777 == 0o600


def test_a_first_configuration_without_any_answer_is_a_sentence(tmp_path: Path) -> None:
    found = renewals(tmp_path, "init", "first.toml")
    assert found.returncode == 1
    assert "Nothing was written" in found.stderr
    assert "Aborted" not in found.stderr
    assert not (tmp_path / "first.toml").exists()
