"""Where a line says the customer's own name, whole or as far as it begins so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handlers.reading.digits import fold

_WORD = re.compile(r"[a-z0-9][a-z0-9'’\-]*")
_HAN_LEAST = 2
"""Characters: one alone may be anybody's surname."""


def named_at(name: str, folded: str) -> Iterator[int]:
    """The places of `folded` that say the name: "Harbor & Pine", 云帆 of 云帆智能科技."""
    whole = fold(name).strip()
    for start in _starts(whole, folded):
        length = _alike(whole, folded[start:])
        yield from range(start, start + length)


def _starts(whole: str, folded: str) -> Iterator[int]:
    word = _WORD.match(whole)
    head = word[0] if word else whole[:_HAN_LEAST]
    if not head or (not word and len(head) < _HAN_LEAST):
        return
    edge = r"(?![a-z0-9])" if word else ""
    before = r"(?<![a-z0-9])" if word else ""
    for found in re.finditer(f"{before}{re.escape(head)}{edge}", folded):
        yield found.start()


def _alike(whole: str, text: str) -> int:
    """Characters that both begin with, whole words where they are Latin."""
    length = next(
        (at for at, (one, other) in enumerate(zip(whole, text, strict=False)) if one != other),
        min(len(whole), len(text)),
    )
    while length and _inside_a_word(whole, length) | _inside_a_word(text, length):
        length -= 1
    return length


def _inside_a_word(text: str, at: int) -> bool:
    return bool(_WORD.fullmatch(text[at - 1 : at])) and bool(_WORD.fullmatch(text[at : at + 1]))
