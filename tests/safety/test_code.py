"""What the product's code never does, read from the code itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("bot", "handlers", "messages", "scoring", "storage")

FORBIDDEN_MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "yaml", "joblib"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}
SECRETS = ("signature", "csrf", "hmac")


def _sources() -> Iterator[tuple[str, ast.Module]]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


SOURCES = dict(_sources())


def _nodes() -> Iterator[tuple[str, ast.AST]]:
    for path, tree in SOURCES.items():
        for node in ast.walk(tree):
            yield path, node


def test_nothing_is_unpickled() -> None:
    found = [
        path
        for path, node in _nodes()
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        if name.split(".")[0] in FORBIDDEN_MODULES
    ]
    assert found == []


def test_no_text_is_run_as_code() -> None:
    found = [
        (path, node.lineno)
        for path, node in _nodes()
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in FORBIDDEN_CALLS
    ]
    assert found == []


def test_no_shell_is_asked() -> None:
    found = [
        (path, node.lineno)
        for path, node in _nodes()
        if (isinstance(node, ast.keyword) and node.arg == "shell")
        or (isinstance(node, ast.Attribute) and node.attr in {"system", "popen"})
    ]
    assert found == []


def test_certificates_are_always_checked() -> None:
    found = [
        (path, node.lineno)
        for path, node in _nodes()
        if isinstance(node, ast.keyword)
        and node.arg in {"ssl", "verify", "verify_ssl"}
        and isinstance(node.value, ast.Constant)
        and node.value.value is False
    ]
    assert found == []


@pytest.mark.parametrize("word", SECRETS)
def test_what_proves_who_speaks_is_compared_in_constant_time(word: str) -> None:
    """`==` takes longer the more characters are right; hmac.compare_digest does not."""
    found = [
        (path, node.lineno, ast.unparse(node))
        for path, node in _nodes()
        if path.startswith(("bot/slack", "bot/wecom", "bot/web"))
        and isinstance(node, ast.Compare)
        and isinstance(node.ops[0], ast.Eq | ast.NotEq)
        and any(
            name.lower().endswith(word)
            for side in (node.left, *node.comparators)
            for name in [
                side.id
                if isinstance(side, ast.Name)
                else side.attr
                if isinstance(side, ast.Attribute)
                else ""
            ]
        )
    ]
    assert found == []


def test_templates_escape_what_they_show() -> None:
    found = [
        ast.unparse(node)
        for _, node in _nodes()
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"Environment", "SandboxedEnvironment", "Template"}
    ]
    assert all("autoescape=True" in call or "string" in call for call in found), found
    page = (ROOT / "bot/web/playground/page.html").read_text(encoding="utf-8")
    assert "|safe" not in page.replace(" ", "")
