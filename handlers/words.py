"""From a chat line to words: width, mentions, the root command, quotes, `name=value`.

People type in a hurry: commas for spaces, a full stop or a smile at the end, a please before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from handlers.reading.digits import clean, halfwidth

LINE_LIMIT = 500
"""Characters read of a line that is not a note (reliability.md, exhaustion)."""

NOTE_LIMIT = 4000
"""Characters read of a line with free text; platforms send at most as much."""

_MENTION = re.compile(r"^(?:<@[A-Za-z0-9|._-]{1,64}>\s+|@[^\s，,：:]{1,64}[\s，,：:]+)")
_SLASH = re.compile(r"^/(?:renewals?\b|[续續][约約](?:助手|机器人)?)\s*", re.IGNORECASE)
_BARE = re.compile(
    r"^(?:renewals?(?:[\s,:]+|$)|[续續][约約](?:助手|机器人)?[\s，,：:]*)", re.IGNORECASE
)
_PLEASE = re.compile(
    r"^(?:请|麻烦|劳驾|帮我|帮忙|给我|我要|我想|please\s|pls\s)+"
    r"(?P<look>(?:看一下|查一下|看看|查看|查查|看|查)?)\s*",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?<![a-z_])([a-z_]{1,20})=(\"(?:[^\"\\]|\\.)*\"|“[^”]*”|'[^']*'|\S*)")
_ESCAPED = re.compile(r"\\([\"\\＂＼])")
_SEPARATOR = re.compile(r"[，、;；]|,(?!(?<=\d,)\d{3}(?!\d))")
_AMOUNT = re.compile(r"[^\d\s]{0,3}\d{1,3}(?:[,，]\d{3})+[^\d\s，,]{0,2}")
_AFTER_VERB = re.compile(r"[，,、;；：:]")
_TAIL = re.compile(
    r"[\s。．.！!？?，,、；;：:~～…\u2190-\u2bff\u3030\u303d\ufe0f\u20e3\U0001f000-\U0001faff]"
)
_SMILE = re.compile(r"\[[\u4e00-\u9fffA-Za-z]{1,6}\]\Z")  # as WeCom writes its own: 到期[强]
_WORD = re.compile(r"\"([^\"]*)\"|“([^”]*)”|(\S+)")


@dataclass(frozen=True, slots=True)
class Words:
    """A line taken apart: `plain` words in order with their start in `text`, and named values."""

    text: str
    plain: tuple[str, ...]
    starts: tuple[int, ...]
    named: dict[str, str]

    def rest(self, index: int) -> str:
        """The line from the word at `index` on, as it was typed."""
        return self.text[self.starts[index] :].strip() if index < len(self.starts) else ""


def strip_address(text: str) -> str:
    """The line without control characters, the mention of the bot and the slash command."""
    line = clean(text[: NOTE_LIMIT + 200], lines=True).strip()
    line = _MENTION.sub("", line, count=1)
    return _SLASH.sub("", line, count=1).strip()


def strip_root(line: str) -> str:
    """The line without a root command written as a bare word, which may be a name after all."""
    return _BARE.sub("", line, count=1).strip()


def openings(line: str) -> list[str]:
    """The line as what follows a polite opening, the shortest first; `请帮我看一下到期`."""
    found = _PLEASE.match(line)
    if found is None:
        return []
    return list(dict.fromkeys((line[found.end() :], line[found.start("look") :])))


def without_tail(text: str) -> str:
    """The text without full stops, exclamation marks and smiles at its end."""
    end = len(text)
    while end:
        if _TAIL.match(text, end - 1):
            end -= 1
        elif text[end - 1] == "]" and (smile := _SMILE.search(text[max(0, end - 8) : end])):
            end -= len(smile[0])
        else:
            break
    return text[:end]


def after_verb(word: str) -> tuple[str, str]:
    """The first word of a line cut at a comma or colon: `跟进，华为` are a verb and a name."""
    found = _AFTER_VERB.search(word)
    return (word, "") if found is None else (word[: found.start()], word[found.end() :])


def spaced(text: str, most: int | None = None) -> str:
    """The text with commas between words as spaces; of the first `most` words only.

    What is quoted, and all from the first `name=value` on, stays as it is, and so do amounts.
    """
    out: list[str] = []
    at = 0
    words = 0
    for found in re.finditer(r"\S+", text):
        token = found[0]
        if most is not None and words >= most:
            break
        if "=" in token or token[0] in "\"“'":
            break
        if not _AMOUNT.fullmatch(token):
            left = None if most is None else most - words
            pieces = _SEPARATOR.split(token, maxsplit=0 if left is None else left)
            token = " ".join(pieces)
            words += sum(map(bool, pieces[: len(pieces) if left is None else left]))
        else:
            words += 1
        out += [text[at : found.start()], token]
        at = found.end()
    return "".join(out) + text[at:]


def split(text: str, names: frozenset[str] = frozenset()) -> Words:
    """Words of a line, full-width written narrow; `name=value` is taken out for the names given."""
    typed, narrow = text, halfwidth(text)
    named: dict[str, str] = {}
    for found in _NAMED.finditer(narrow) if names else ():
        if found[1] in names:
            value = typed[found.start(2) : found.end(2)]
            if len(value) > 1 and found[2][0] in "\"“'":
                value = value[1:-1]
            named[found[1]] = _ESCAPED.sub(r"\1", value)
            blank = " " * len(found[0])
            typed = typed[: found.start()] + blank + typed[found.end() :]
    narrow = halfwidth(typed)
    matches = list(_WORD.finditer(narrow))
    return Words(
        text=typed,
        plain=tuple(
            next(group for group in found.groups() if group is not None) for found in matches
        ),
        starts=tuple(found.start() for found in matches),
        named=named,
    )
