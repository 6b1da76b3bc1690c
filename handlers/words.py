"""From a chat line to words: width, mentions, the root command, quotes, `name=value`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from handlers.reading.digits import clean, halfwidth

LINE_LIMIT = 500
"""Characters read of a line that is not a note (reliability.md, exhaustion)."""

NOTE_LIMIT = 4000
"""Characters read of a line with free text; platforms send at most as much."""

_MENTION = re.compile(r"^(?:<@[A-Za-z0-9|._-]{1,64}>|@\S{1,64})\s+")
_SLASH = re.compile(r"^/(?:renewals?\b|续约(?:助手|机器人)?)\s*", re.IGNORECASE)
_BARE = re.compile(r"^(?:renewals?|续约(?:助手|机器人)?)(?:\s+|$)", re.IGNORECASE)
_NAMED = re.compile(r"(?<![a-z_])([a-z_]{1,20})=(\"(?:[^\"\\]|\\.)*\"|“[^”]*”|'[^']*'|\S*)")
_ESCAPED = re.compile(r"\\([\"\\])")
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
