"""docs/security.md names tests: each of them is there, and each row of the table has one."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
UNTESTED = {"e-mail headers"}
"""Rows about what does not exist."""


@cache
def _tests_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_every_test_that_is_named_exists(path: str, name: str) -> None:
    assert (ROOT / path).is_file()
    assert name in _tests_of(path)


def test_every_row_has_a_test() -> None:
    section = PAGE.split("## What is refused")[1].split("\n## ")[0]
    rows = [line.split("|")[1:4] for line in section.splitlines() if line.startswith("| ")]
    without = {risk.strip() for risk, _, tests in rows if "tests/" not in tests}
    assert without == {"risk", *UNTESTED}
    assert len(rows) >= 18


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_dependency_is_locked_with_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    packages = re.split(r"^(?=[a-z0-9][\w.\-\[\]]*==)", text, flags=re.MULTILINE)[1:]
    assert len(packages) > 20
    assert [one.splitlines()[0] for one in packages if "--hash=sha256:" not in one] == []
