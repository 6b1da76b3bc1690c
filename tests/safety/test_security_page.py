"""docs/security.md names tests: each of them is there, and each row of the table has one."""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib.metadata import requires
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


def packages(lock: str) -> dict[str, str]:
    """What a lock says of each package, by its name."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    every = re.split(r"^(?=[a-z0-9][\w.\-\[\]]*==)", text, flags=re.MULTILINE)
    assert every[0] == ""
    return {one.split("==")[0]: one for one in every[1:]}


@pytest.mark.parametrize(
    ("lock", "least"),
    [("requirements.lock", 20), ("requirements-dev.lock", 20), ("requirements-sentry.lock", 1)],
)
def test_every_dependency_is_locked_with_hashes(lock: str, least: int) -> None:
    locked = packages(lock)
    assert len(locked) >= least
    assert [name for name, one in locked.items() if "--hash=sha256:" not in one] == []


def test_an_extra_that_the_image_can_have_is_locked_as_it_was_tested() -> None:
    usual, tested = packages("requirements.lock"), packages("requirements-dev.lock")
    extra = packages("requirements-sentry.lock")
    assert extra == {name: tested[name] for name in extra}
    assert not usual.keys() & extra.keys()
    needed = {
        re.split(r"[^\w.-]", one)[0].lower()
        for name in extra
        for one in requires(name) or ()
        if "extra ==" not in one
    }
    assert needed <= usual.keys() | extra.keys()
