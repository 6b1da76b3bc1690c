"""Cutting a typed line where one statement ends and the next begins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from handlers.reading.days import FoundDay

_CUT = re.compile(
    r"[;!?。；！？\n…()\[\]{}【】「」|•·—]|,(?!\d)|(?<!\d),|(?<!\d):(?!\d)|(?<=\d):(?=\s)|\.{2,}|[-=]>"
    r"|(?<=\s)[-–]+\s"
    r"|(?<!\bdr)(?<!\bmr)(?<!\bms)(?<!\bmrs)(?<!\bprof)(?<!\bst)(?<!\bapprox)(?<!\bvs)\.(?=\s|$)"
)
_MAY_CUT = re.compile(r"[,.;!?。；！？\n…()\[\]{}【】「」|•·=:–—-]")
_CJK = r"\u4e00-\u9fff"
# A space between Chinese characters, or a picture, ends a thought without ending the clause.
_PAUSE = re.compile(
    rf"(?<=[{_CJK}]) (?=[{_CJK}])|[\U0001f000-\U0001faff\u2600-\u27bf]\ufe0f?|、"
    r"|\b(?:and|but|so|then)\b|然后|但是|不过|所以|而且"
)
_HAS_CJK = re.compile(rf"[{_CJK}]")


@dataclass(frozen=True, slots=True)
class Clause:
    """One statement in `text[start:end]`."""

    start: int
    end: int
    chinese: bool


def cut(text: str, days: Sequence[FoundDay]) -> list[Clause]:
    """The clauses of a folded text; punctuation inside a day expression does not cut."""
    inside = {at for day in days for at in range(day.start, day.end)}
    clauses: list[Clause] = []
    start = 0
    for hop in _MAY_CUT.finditer(text):
        if hop.start() in inside or hop.start() < start:
            continue
        found = _CUT.match(text, hop.start())
        if not found:
            continue
        if text[start : found.start()].strip():
            clauses.append(_clause(text, start, found.start()))
        start = found.end()
    if text[start:].strip():
        clauses.append(_clause(text, start, len(text)))
    return clauses


def _clause(text: str, start: int, end: int) -> Clause:
    return Clause(start, end, bool(_HAS_CJK.search(text, start, end)))


class _Placed(Protocol):
    @property
    def start(self) -> int: ...


_T = TypeVar("_T", bound=_Placed)


def by_clause(clauses: Sequence[Clause], found: Sequence[_T]) -> Iterator[tuple[Clause, list[_T]]]:
    """Each clause with what was found in it; both are in the order of the text."""
    at = 0
    for clause in clauses:
        own: list[_T] = []
        while at < len(found) and found[at].start < clause.end:
            if found[at].start >= clause.start:
                own.append(found[at])
            at += 1
        yield clause, own


def next_pause(text: str, start: int, end: int) -> int:
    """Where the thought that goes on at `start` ends, at the latest at `end`."""
    found = _PAUSE.search(text, start, end)
    return found.start() if found else end


def last_pause(text: str, start: int, end: int) -> int:
    """Where the thought that ends at `end` began, at the earliest at `start`."""
    at = start
    for found in _PAUSE.finditer(text, start, end):
        at = found.end()
    return at
