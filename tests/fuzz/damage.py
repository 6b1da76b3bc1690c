"""Something valid with a part of it made wrong, the same for the same seed."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

PIECES = (
    "", " ", "\x00", "\ud83d", "\ufeff", "\u202e", "\u2028", "\r\n", "\t", "'", '"', "\\", "`", "<", "&amp;",
    "<!here>", "<@U1>", "@all", "%s%n", "{0}", "{{7*7}}", "${x}", "../../etc/passwd", "=1+1", "-1", "0", "1e309",
    "NaN", "Infinity", "9" * 400, "١٢٣", "１２３", "𝟙", "é" * 50, "\u0301" * 60, "🧑‍🤝‍🧑" * 20, "续约" * 300,
    "null", "true", "[]", "{}", "2026-02-30", "9999-12-31", "0000-00-00", "明天", "下下下周", "A" * 3_000,
    "(" * 200, "a" * 29 + "!", "' OR 1=1 --", "]]>", "<!DOCTYPE x [<!ENTITY a 'b'>]>&a;", "C-1", "R-99999999999",
)  # fmt: skip
NUMBERS = (0, -1, 1, 2**31, -(2**63), 2**63, 2**64, 10**400, 0.1, -0.0, 1e308, 1e-320)


def text(draw: random.Random) -> str:
    """A string that nobody expects."""
    if draw.random() < 0.6:
        return draw.choice(PIECES)
    return "".join(draw.choice(PIECES) for _ in range(draw.randint(2, 4)))


def value(draw: random.Random, depth: int = 0) -> Any:
    """A JSON value that nobody expects."""
    which = draw.randrange(8)
    if which == 0:
        return None
    if which == 1:
        return draw.random() < 0.5
    if which == 2:
        return draw.choice(NUMBERS)
    if which == 3 and depth < 3:
        return [value(draw, depth + 1) for _ in range(draw.randint(0, 4))]
    if which == 4 and depth < 3:
        return {text(draw): value(draw, depth + 1) for _ in range(draw.randint(0, 4))}
    if which == 5 and depth == 0:
        deep: Any = text(draw)
        for _ in range(draw.choice((20, 200, 900))):
            deep = [deep] if draw.random() < 0.5 else {"x": deep}
        return deep
    return text(draw)


def tree(draw: random.Random, whole: Any) -> Any:
    """A JSON value with one to three of its parts replaced, taken away or doubled."""
    whole = copy.deepcopy(whole)
    for _ in range(draw.randint(1, 3)):
        whole = _one(draw, whole)
    return whole


def _one(draw: random.Random, whole: Any) -> Any:
    at = whole
    while True:
        inner = [each for each in _values(at) if isinstance(each, dict | list) and each]
        if not inner or draw.random() < 0.35:
            break
        at = draw.choice(inner)
    if not isinstance(at, dict | list) or not at:
        return value(draw)
    key: Any = draw.choice(list(at)) if isinstance(at, dict) else draw.randrange(len(at))
    which = draw.randrange(4)
    if which == 0:
        del at[key]
    elif which == 1 and isinstance(at[key], str):
        at[key] = data(draw, at[key].encode("utf-8", "replace")).decode("utf-8", "replace")
    elif which == 2 and isinstance(at, dict):
        at[text(draw)] = at[key]
    else:
        at[key] = value(draw)
    return whole


def _values(of: Any) -> list[Any]:
    if isinstance(of, dict):
        return list(of.values())
    return list(of) if isinstance(of, list) else []


def data(draw: random.Random, content: bytes) -> bytes:
    """Bytes with some of them changed, cut, doubled, or something put between."""
    changed = bytearray(content)
    for _ in range(draw.randint(1, 4)):
        at = draw.randint(0, len(changed))
        which = draw.randrange(6)
        if which == 0 and changed:
            changed[min(at, len(changed) - 1)] = draw.randrange(256)
        elif which == 1:
            del changed[at : at + draw.choice((1, 5, 100))]
        elif which == 2:
            changed[at:at] = changed[at : at + draw.choice((3, 50, 500))]
        elif which == 3:
            changed[at:at] = draw.randbytes(draw.choice((1, 8, 64)))
        elif which == 4:
            changed = changed[:at]
        else:
            changed[at:at] = text(draw).encode("utf-8", "surrogatepass")
    return bytes(changed)


def encoded(draw: random.Random, whole: Any) -> bytes:
    """JSON as somebody careless writes it: sometimes not quite JSON."""
    content = json.dumps(whole).encode()
    return data(draw, content) if draw.random() < 0.2 else content
