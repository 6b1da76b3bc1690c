"""What a customer may be called in a chat line, as search keys and as forms to compare with.

A key starts at every character or word of the name, so that an ordinary index finds a part of a
name by prefix; the same again in pinyin and in initials. Legal forms count only in the whole name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from handlers.naming_words import LEGAL_EN, LEGAL_ZH, PLACES_ZH, TRADES_ZH
from handlers.pinyin import spellings

LONGEST_KEY = 24
"""Characters of a key; whoever types more has said enough."""

LONGEST_INITIALS = 12

MOST_STARTS = 8
"""Characters or words of a name at which a key may start."""

_TOKEN = re.compile(r"[0-9]+|[㐀-䶿一-鿿豈-﫿]|[^\W\d_㐀-䶿一-鿿豈-﫿]+")
_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿]")
_MARKS = re.compile("[\u0300-\u036f]")


def key_of(text: str) -> str:
    """The text as keys are written: one case and width, without accents, spaces, punctuation."""
    return "".join(tokens_of(text))


def tokens_of(text: str) -> list[str]:
    """The text as words, numbers and single Chinese characters, normalised."""
    narrow = unicodedata.normalize("NFKC", text).casefold()
    if not narrow.isascii() and not unicodedata.is_normalized("NFD", narrow):
        narrow = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", narrow)))
    return _TOKEN.findall(narrow.replace("'", "").replace("’", "").replace("&", " "))


def keys_of(name: str, aliases: Iterable[str] = ()) -> set[str]:
    """All search keys of a customer of that name."""
    keys: set[str] = set()
    _add_keys(name, keys)
    for alias in aliases:
        _add_keys(alias, keys)
    keys.discard("")
    return keys


def _add_keys(name: str, keys: set[str]) -> None:
    tokens = tokens_of(name)
    if not tokens:
        return
    text = "".join(tokens)
    keys.add(text[:LONGEST_KEY])
    if not _HAN.search(text):
        _add_latin_keys(tokens, keys)
        return
    core = _without_legal_form(tokens, text)
    joined = "".join(core)
    trade = TRADES_ZH.search(joined)
    # A key that starts inside the trade, or at the last character before it, finds too much.
    last = (trade.start() if trade and trade.start() > 1 else len(joined)) - 1
    place = PLACES_ZH.match(joined)
    first = place.end() if place else 1
    starts = [0]
    at = 0
    for index, token in enumerate(core):
        if first <= at < last and len(starts) < MOST_STARTS:
            starts.append(index)
        at += len(token)
    readings = spellings(core)
    for start in starts:
        keys.add("".join(core[start:])[:LONGEST_KEY])
        for reading in readings:
            keys.add("".join(reading[start:])[:LONGEST_KEY])
            keys.add(_initials(core[start:], reading[start:])[:LONGEST_INITIALS])


def _add_latin_keys(tokens: list[str], keys: set[str]) -> None:
    core = _without_latin_form(tokens)
    for start in range(min(len(core), MOST_STARTS)):
        keys.add("".join(core[start:])[:LONGEST_KEY])
    if len(core) > 1:
        keys.add(_acronym(core))


def _acronym(words: list[str]) -> str:
    return "".join(word if word.isdigit() else word[0] for word in words)[:LONGEST_INITIALS]


def _initials(tokens: list[str], reading: list[str]) -> str:
    """First letters of syllables; words and numbers between them stay whole."""
    return "".join(
        [
            sound if sound is token or sound == token else sound[0]
            for token, sound in zip(tokens, reading, strict=True)
        ]
    )


def _without_legal_form(tokens: list[str], text: str) -> list[str]:
    form = LEGAL_ZH.search(text)
    if form is None:
        return _without_latin_form(tokens)
    kept = len(tokens) - (form.end() - form.start())
    return tokens[:kept] if kept > 0 else tokens


def _without_latin_form(tokens: list[str]) -> list[str]:
    kept = len(tokens)
    while kept > 1 and tokens[kept - 1] in LEGAL_EN:
        kept -= 1
    return tokens[:kept]


@dataclass(frozen=True)
class Forms:
    """The ways to write one name, from the whole of it to its bare middle."""

    name: str

    @cached_property
    def tokens(self) -> list[str]:
        """The whole name, taken apart."""
        return tokens_of(self.name)

    @cached_property
    def full(self) -> str:
        """The whole name with its legal form."""
        return "".join(self.tokens)

    @cached_property
    def core_tokens(self) -> list[str]:
        """The name without its legal form."""
        return _without_legal_form(self.tokens, self.full)

    @cached_property
    def core(self) -> str:
        """The name without its legal form, as a key."""
        return "".join(self.core_tokens)

    @cached_property
    def proper(self) -> str:
        """The name without place and trade either: what people say."""
        bare = PLACES_ZH.sub("", self.core)
        if TRADES_ZH.fullmatch(bare):  # 中国银行
            bare = self.core
        trade = TRADES_ZH.search(bare)
        return bare[: trade.start()] if trade and trade.start() > 1 else bare

    @cached_property
    def chinese(self) -> bool:
        """Whether it has Chinese characters, so that it sounds like something in pinyin."""
        return _HAN.search(self.full) is not None

    @cached_property
    def sounds(self) -> list[str]:
        """The name without its legal form in pinyin, in every reading."""
        if not self.chinese:
            return []
        return ["".join(reading) for reading in spellings(self.core_tokens)]

    @cached_property
    def proper_sounds(self) -> list[str]:
        """What people say, in pinyin."""
        if not self.chinese:
            return []
        return ["".join(reading) for reading in spellings(tokens_of(self.proper))]

    @cached_property
    def initials(self) -> list[str]:
        """First letters of the syllables or words."""
        if not self.chinese:
            return [_acronym(self.core_tokens)] if len(self.core_tokens) > 1 else []
        bare = tokens_of(self.proper)
        found = [_initials(self.core_tokens, r) for r in spellings(self.core_tokens)]
        return found + [_initials(bare, r) for r in spellings(bare)]
