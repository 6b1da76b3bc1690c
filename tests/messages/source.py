"""What the product's own source says: its string constants and its calls for phrases."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "handlers", "messages", "scoring", "storage")
DOTTED = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ask:
    """A call that names a phrase; `params` is None when they cannot be read from the source."""

    where: str
    key: str
    params: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Source:
    """One file: constants with their lines, patterns of composed strings, calls, and enums."""

    path: str
    strings: tuple[tuple[int, str], ...]
    patterns: tuple[str, ...]
    asks: tuple[Ask, ...]
    members: tuple[str, ...]


@cache
def sources() -> tuple[Source, ...]:
    """All Python files of the product."""
    files = [file for room in ROOMS for file in sorted((ROOT / room).rglob("*.py"))]
    return tuple(_read(file) for file in files)


def page_text() -> str:
    """The playground's page and scripts, which ask for phrases too."""
    folder = ROOT / "bot" / "web"
    files = [*folder.rglob("*.js"), *folder.rglob("*.html"), *folder.rglob("*.jinja")]
    return "\n".join(file.read_text(encoding="utf-8") for file in sorted(files))


def _read(file: Path) -> Source:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    path = file.relative_to(ROOT).as_posix()
    docstrings = {id(node) for node in _docstrings(tree)}
    strings: list[tuple[int, str]] = []
    patterns: list[str] = []
    asks: list[Ask] = []
    members: list[str] = []
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in docstrings:
                strings.append((node.lineno, text))
            case ast.JoinedStr():
                patterns.extend(_pattern(node))
            case ast.Call():
                asks.extend(_ask(node, path))
            case ast.ClassDef(bases=[ast.Name(id="StrEnum")]):
                members.extend(_members(node))
    return Source(path, tuple(strings), tuple(patterns), tuple(asks), tuple(members))


def _docstrings(tree: ast.AST) -> Iterator[ast.AST]:
    """Strings that stand alone: docstrings of modules, classes, functions and constants."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def _pattern(node: ast.JoinedStr) -> Iterator[str]:
    """A composed key as a pattern, when enough of it is written out to mean something."""
    parts = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
    written = "".join(str(part) for part in parts if part is not None)
    if len(written) >= 4 and "." in written and re.fullmatch(r"[\w.]+", written):
        yield "".join(r"\w+" if part is None else re.escape(str(part)) for part in parts)


def _ask(node: ast.Call, path: str) -> Iterator[Ask]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else None
    plural = name == "tn"
    if name not in ("t", "tn") or not node.args:
        return
    key = node.args[0]
    if isinstance(key, ast.Constant) and isinstance(key.value, str):
        names = [keyword.arg for keyword in node.keywords]
        known = None if None in names else frozenset(str(each) for each in names)
        if known is not None and plural:
            known |= {"n"}
        yield Ask(f"{path}:{node.lineno}", key.value, known)


def _members(node: ast.ClassDef) -> Iterator[str]:
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", node.name).lower()
    for statement in node.body:
        match statement:
            case ast.Assign(value=ast.Constant(value=str(value))):
                yield f"{kind}.{value}"
