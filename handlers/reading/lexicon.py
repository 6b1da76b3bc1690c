"""Finding vocabulary in a text in one linear pass."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass


def hops(firsts: Iterable[str], inside: str = "a-z") -> re.Pattern[str]:
    """Where a word may begin: a first character, Latin ones not in the middle of `inside`."""
    words = "".join(sorted(c for c in firsts if c.isascii() and c.isalnum()))
    others = "".join(re.escape(c) for c in sorted(firsts) if c not in words)
    return re.compile(rf"[{others}]|(?<![{inside}])[{words}]")


@dataclass(frozen=True, slots=True)
class Mark:
    """A word of the vocabulary in `text[start:end]` and what it stands for."""

    start: int
    end: int
    tag: str


class Lexicon:
    """Tagged words, given as small patterns that begin with a literal or a `[…]` of literals.

    At each place only the words with that first character are tried, the one with the longest
    plain beginning first and weak words (`…?`) last, so the work is proportional to the text. Latin words match whole words only.
    """

    def __init__(self, *words: Mapping[str, Sequence[str]]) -> None:
        by_first: dict[str, list[tuple[str, str]]] = {}
        for tag, source in ((t, s) for part in words for t, group in part.items() for s in group):
            for first in _firsts(source):
                by_first.setdefault(first, []).append((source, tag))
        self._sources = by_first
        self._compiled: dict[str, tuple[re.Pattern[str], list[str]]] = {}
        self._hop = hops(by_first)

    def _at(self, first: str) -> tuple[re.Pattern[str], list[str]]:
        """The words with a first character; compiled when first met, as start-up must be quick."""
        if first not in self._compiled:
            entries = sorted(
                self._sources[first],
                key=lambda entry: (entry[1].endswith("?"), -_literal(entry[0]), -len(entry[0])),
            )
            pattern = re.compile("|".join(f"({_whole(source)})" for source, _ in entries))
            self._compiled[first] = pattern, [tag for _, tag in entries]
        return self._compiled[first]

    def find(self, text: str) -> list[Mark]:
        """The marks of a folded text in order, none overlapping."""
        return list(self._scan(text))

    def _scan(self, text: str) -> Iterator[Mark]:
        end = 0
        for hop in self._hop.finditer(text):
            at = hop.start()
            if at < end:
                continue
            pattern, tags = self._at(text[at])
            found = pattern.match(text, at)
            if found is None or found.lastindex is None or found.end() == at:
                continue
            end = found.end()
            yield Mark(at, end, tags[found.lastindex - 1])


def worded(text: str) -> list[str]:
    """The words of a text; vocabularies are easier to read as text than as a list."""
    return text.split()


def _firsts(source: str) -> set[str]:
    """The characters a source can begin with: a literal, a `[…]`, or a leading `(?:…|…)`."""
    if source[0] == "[":
        return set(source[1 : source.index("]")])
    if not source.startswith("(?:"):
        return {source[0]}
    firsts, depth, at = set[str](), 0, 3
    opens = True
    while depth >= 0:
        char = source[at]
        if opens:
            firsts |= _firsts(source[at:])
            opens = False
        depth += (char == "(") - (char == ")")
        opens = char == "|" and depth == 0
        at += 1
    return firsts


def _literal(source: str) -> int:
    """How many characters of a source are plain, up to its first choice or repetition."""
    plain = re.sub(r"^\[[^\]]*\]", "x", source)
    found = re.search(r"[(\[?*+{|\\]", plain)
    if not found:
        return len(plain)
    return found.start() - (found[0] in "?*+{")


def _whole(source: str) -> str:
    """The source ending at the end of a word, where it ends in Latin letters."""
    return rf"(?:{source})(?:(?<![a-z])|(?![a-z]))"
