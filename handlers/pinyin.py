"""How Chinese characters sound, one character at a time and fast enough for an import.

The dictionary is pypinyin's; it is imported when the first Chinese character is read, because
that takes a fifth of a second which no other line should pay.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import product

from handlers.naming_words import READINGS_ZH, TWO_READINGS

MOST_DOUBTFUL = 2
"""So many characters of a name may be read in two ways; four spellings are enough."""

_known: dict[str, str] = {}
_PAIR_STARTS = frozenset(pair[0] for pair in READINGS_ZH)


def syllable(character: str) -> str:
    """The usual reading without tone (ü is v), empty for what has none."""
    found = _known.get(character)
    if found is None:
        found = _known[character] = _look_up(character)
    return found


def spellings(characters: Sequence[str]) -> list[list[str]]:
    """The readings of a run of tokens, the usual one first; what has no reading stays itself."""
    usual = [_known.get(token) or syllable(token) or token for token in characters]
    doubtful: list[int] = []
    for at, token in enumerate(characters):
        if token in _PAIR_STARTS and at + 1 < len(characters):
            pair = READINGS_ZH.get(token + characters[at + 1])
            if pair:
                usual[at : at + 2] = pair
                continue
        if token in TWO_READINGS and not (at and characters[at - 1] + token in READINGS_ZH):
            doubtful.append(at)
    if not doubtful:
        return [usual]
    found = []
    doubtful = doubtful[:MOST_DOUBTFUL]
    for choice in product(*(TWO_READINGS[characters[at]] for at in doubtful)):
        spelling = list(usual)
        for at, reading in zip(doubtful, choice, strict=True):
            spelling[at] = reading
        found.append(spelling)
    return found


def _look_up(character: str) -> str:
    if character in TWO_READINGS:
        return TWO_READINGS[character][0]
    if len(character) != 1 or character.isascii():
        return ""
    from pypinyin.constants import PINYIN_DICT

    marked = PINYIN_DICT.get(ord(character), "").partition(",")[0]
    apart = unicodedata.normalize("NFD", marked.replace("ü", "v"))
    return "".join(c for c in apart if c.isascii() and c.isalpha())
