"""docs/faults.md names tests: each of them is there, and each fault has one."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/faults.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@cache
def _tests_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


def test_every_test_that_is_named_exists() -> None:
    missing = [(path, name) for path, name in NAMED.findall(PAGE) if name not in _tests_of(path)]
    assert missing == []


def test_every_fault_has_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| F")]
    assert [row.split()[1] for row in rows] == [f"F{number}" for number in range(1, 16)]
    assert [row for row in rows if not NAMED.search(row)] == []
