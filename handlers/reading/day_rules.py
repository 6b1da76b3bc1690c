"""One rule: a bounded pattern, where it may start, and what a match means."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from handlers.reading.spans import Reading


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern tried only where its first character can stand, so that a scan stays linear."""

    starts: frozenset[str]
    pattern: str
    resolve: Callable[[re.Match[str], date], Reading | None]


def rule(
    starts: Iterable[str], pattern: str, resolve: Callable[[re.Match[str], date], Reading | None]
) -> Rule:
    """A rule from its parts; `starts` are single characters."""
    return Rule(frozenset(starts), pattern, resolve)


def one_of(words: Iterable[str]) -> str:
    """An alternation that prefers the longest word."""
    ordered = sorted(words, key=len, reverse=True)
    return "(?:" + "|".join(re.escape(word) for word in ordered) + ")"


def before(found: re.Match[str], width: int = 1) -> str:
    """The characters just before the match."""
    return found.string[max(0, found.start() - width) : found.start()]
