"""`backup`, `restore`, `migrate-data` as an operator types them, killed and misused."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from tests.commands import renewals
from tests.processes import ROOT

CONTRACTS = 4_000
SHEET = "account,contract_no,ends_on\n" + "".join(
    f"Customer {n % 500},A-{n},2027-{n % 12 + 1:02}-{n % 28 + 1:02}\n" for n in range(CONTRACTS)
)


def command(*words: str) -> tuple[list[str], dict[str, str]]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("RENEWALS_", "PORT"))}
    return [sys.executable, "-m", "bot", *words], {**clean, "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("operator")
    (made / "book.csv").write_text(SHEET)
    (made / "text.txt").write_text("no backup\n" * 100)
    assert renewals(made, "import", "book.csv").returncode == 0
    assert renewals(made, "backup", "good.backup").returncode == 0
    return made


@pytest.mark.parametrize(
    ("words", "english", "chinese"),
    [
        (["backup", "."], "is a folder", "是文件夹"),
        (["backup", "nowhere/x"], "no folder nowhere", "nowhere 不存在"),
        (["backup", "good.backup"], "exists already", "已存在"),
        (["backup", "renewals.db", "--force"], "is the book itself", "就是正在使用的台账"),
        (["backup", "x", "--db", "sqlite:///no.db"], "no book at no.db", "no.db 处没有台账"),
        (["restore", "absent"], "no file absent", "absent 不存在"),
        (["restore", "."], "not an ordinary file", "不是普通文件"),
        (["restore", "text.txt"], "is not a backup", "不是备份文件"),
        (["restore", "renewals.db"], "is the book itself", "就是正在使用的台账"),
        (["migrate-data", "--to", "sqlite:///renewals.db"], "in use already", "就是当前数据库"),
        (["migrate-data", "--to", "sqlite:///good.backup"], "holds a book", "已有台账"),
        (["migrate-data", "--to", "sqlite:///text.txt"], "not a readable", "不是可读的数据库"),
        (["migrate-data", "--to", "sqlite:///nowhere/x.db"], "no folder", "不存在"),
        (["migrate-data", "--to", "postgresql://127.0.0.1:9/x"], "cannot be reached", "连不上"),
    ],
)
def test_a_wrong_use_is_a_sentence_and_changes_nothing(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    english: str,
    chinese: str,
) -> None:
    monkeypatch.chdir(folder)
    before = {path.name: path.stat().st_size for path in folder.iterdir()}
    for locale, sentence in (("en_US.UTF-8", english), ("zh_CN.UTF-8", chinese)):
        # In this process: it is about the sentences, and a start costs a second.
        found = CliRunner().invoke(app, words, env={"LC_ALL": locale})
        assert (found.exit_code, found.stdout) == (1, "")
        assert sentence in found.stderr
    assert {path.name: path.stat().st_size for path in folder.iterdir()} == before


@pytest.mark.parametrize("to", ["", "mysql://x/y", "not an address"])
def test_an_address_that_is_none_is_a_usage_error(folder: Path, to: str) -> None:
    assert renewals(folder, "migrate-data", "--to", to).returncode == 2


def test_everything_is_told_as_one_json_value(folder: Path) -> None:
    told = json.loads(renewals(folder, "backup", "json.backup", "--json").stdout)
    assert told["tables"]["contracts"]["rows"] == CONTRACTS
    words = ("--db", "sqlite:///back.db", "--json")
    restored = json.loads(renewals(folder, "restore", "json.backup", *words).stdout)
    assert (restored["rows"], restored["proven"]) == (told["rows"], True)
    moved = json.loads(
        renewals(folder, "migrate-data", "--to", "sqlite:///moved.db", "--json").stdout
    )
    assert (moved["same"], moved["tables"]["contracts"]) == (True, told["tables"]["contracts"])
    for name in ("json.backup", "back.db", "moved.db"):
        (folder / name).unlink()


def test_a_full_disk_leaves_what_was_there(folder: Path) -> None:
    line, environment = command("backup", "good.backup", "--force")
    before = (folder / "good.backup").read_bytes()
    limited = ["bash", "-c", 'ulimit -f 600; trap "" XFSZ; exec "$@"', "-", *line]
    found = subprocess.run(
        limited, cwd=folder, env=environment, capture_output=True, timeout=120, check=False
    )
    assert found.returncode == 1
    assert b"Traceback" not in found.stderr
    assert (folder / "good.backup").read_bytes() == before
    assert not list(folder.glob("*.part*"))


@pytest.mark.parametrize(
    ("words", "made"),
    [
        (["backup", "killed.backup"], "killed.backup"),
        (["restore", "good.backup", "--db", "sqlite:///killed.db"], "killed.db"),
        (["migrate-data", "--to", "sqlite:///moved.db"], "moved.db"),
    ],
)
def test_a_kill_leaves_nothing_half_and_the_next_one_works(
    folder: Path, words: list[str], made: str
) -> None:
    """Killed as soon as it writes, so in the midst of it; and again a little later."""
    line, environment = command(*words)
    for later_s in (0.0, 0.1):
        process = subprocess.Popen(
            line, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while process.poll() is None and not (folder / f"{made}.part").exists():
            time.sleep(0.005)
        if later_s:
            time.sleep(later_s)
        process.kill()
        assert process.wait(10) == -signal.SIGKILL
        assert not (folder / made).exists()
    assert renewals(folder, *words).returncode == 0
    with closing(sqlite3.connect(folder / made)) as book:
        assert book.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert book.execute("SELECT count(*) FROM contracts").fetchone() == (CONTRACTS,)
    assert not list(folder.glob("*.part*"))
    (folder / made).unlink()
