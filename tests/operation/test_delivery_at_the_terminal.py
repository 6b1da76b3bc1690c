"""`renewals delivery` for operators and scripts: how it stands, and the story of one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app

BOOK = "account,contract_no,ends_on,owner,team\nAcme,A-1,2026-12-20,Ada Park,East\n"
PEOPLE = "name,role,team,slack_id\nAda Park,rep,East,U1\n"
NOW = "2026-11-23T09:07+08:00"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "book.csv").write_text(BOOK)
    (tmp_path / "people.csv").write_text(PEOPLE)
    for words in (
        ["import", str(tmp_path / "people.csv"), "--kind", "people", "--now", NOW],
        ["import", str(tmp_path / "book.csv"), "--now", NOW],
        ["tick", "--now", NOW],
    ):
        run(tmp_path, *words)
    return tmp_path


def run(folder: Path, *words: str, code: int = 0) -> str:
    url = f"sqlite+aiosqlite:///{folder / 'book.db'}"
    said = CliRunner().invoke(app, [*words, "--db", url], env={"LC_ALL": "en_US.UTF-8"})
    assert said.exit_code == code, said.output
    return said.stdout if code == 0 else said.output


def test_it_says_how_delivery_stands(folder: Path) -> None:
    found = json.loads(run(folder, "delivery", "--json", "--now", NOW))
    assert found["waiting"] == 1
    assert (found["due"], found["expired_leases"], found["paused_places"]) == (1, 0, 0)
    assert found["oldest_due_at"] is not None


def test_it_tells_the_story_of_one_with_the_id_of_what_put_it(folder: Path) -> None:
    found = json.loads(run(folder, "delivery", "D-1", "--json", "--now", NOW))
    assert (found["code"], found["account"], found["who"]) == ("D-1", "Acme", "Ada Park")
    assert (found["state"], found["waits"], found["posts"]) == ("waiting", "next", [])
    assert found["origin"].startswith("cli-")
    text = run(folder, "delivery", "d1", "--now", NOW)
    assert found["origin"] in text
    assert "next round" in text


def test_an_unknown_code_is_a_sentence_and_fails(folder: Path) -> None:
    said = run(folder, "delivery", "X-99", code=1)
    assert "There is no delivery X-99" in said
    assert "another team" not in said
