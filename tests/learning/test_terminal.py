"""`model fit|backtest|forget` and `factors` as an operator runs them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests import commands


def renewals(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return commands.renewals(folder, *words, "--db", f"sqlite+aiosqlite:///{folder / 'book.db'}")


def as_json(folder: Path, *words: str) -> Any:
    done = renewals(folder, *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_an_empty_book_is_told_in_a_sentence_and_as_json(tmp_path: Path) -> None:
    found = as_json(tmp_path, "model", "backtest")
    assert (found["n"], found["positives"], found["auc"]) == (0, 0, None)
    assert found["factors"] == found["calibration"] == []
    assert as_json(tmp_path, "factors")["significant"] is False
    assert as_json(tmp_path, "model", "forget") == {"forgotten": False}
    refused = renewals(tmp_path, "model", "fit")
    assert refused.returncode == 1
    assert "No renewal is decided yet" in refused.stderr


@pytest.mark.parametrize("words", [["--anyway"], ["--by", "  "]])
def test_words_that_make_no_sense_are_usage_errors(tmp_path: Path, words: list[str]) -> None:
    done = renewals(tmp_path, "model", "fit", *words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
