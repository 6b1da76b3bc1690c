"""The words of a chat line that our own buttons and forms write."""

from __future__ import annotations

import re

_BARE = re.compile(r"""[^\s"'“”‘’「」=\\＂＇＝＼]+\Z""")
_ENDS_QUOTE = re.compile(r"""["\\＂＼]""")  # a line is read with full-width signs made narrow


def quoted(value: str) -> str:
    """`value` as one word of a chat line: in double quotes when it would read as several."""
    if _BARE.match(value):
        return value
    return '"' + _ENDS_QUOTE.sub(r"\\\g<0>", value) + '"'


def with_values(line: str, values: list[tuple[str, str]]) -> str:
    """`line` completed by `name=value` for everything that was filled in."""
    filled = (f"{name}={quoted(value)}" for name, value in values if value)
    return " ".join((line.strip(), *filled)).strip()
