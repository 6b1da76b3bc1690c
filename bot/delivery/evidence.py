"""What posts that were read back say about rows: told, not told, or unclear."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.adapters.base import Hanging

_MARGIN = timedelta(hours=1)
"""How far the platform's clock and ours may be apart."""


@dataclass(frozen=True, slots=True)
class Found:
    """A message that hangs there as a whole: its posts in order, and which rows it tells."""

    posts: tuple[Hanging, ...]
    rows: frozenset[int]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Every row is in one of them; `told` by the key of the message that tells it."""

    told: Mapping[str, Found] = field(default_factory=dict)
    absent: frozenset[int] = frozenset()
    unclear: frozenset[int] = frozenset()


def weigh(marks: Mapping[int, str], posts: Iterable[Hanging], *, since: datetime) -> Evidence:
    """Judge rows, by their marks, from posts that this book does not know of.

    Unclear is a row of a message that does not hang there as a whole; and, when a post since then
    does not say what it tells (a former version wrote it), every row that no other post tells.
    """
    messages: dict[str, list[Hanging]] = defaultdict(list)
    mute = False
    for post in posts:
        messages[post.message].append(post)
        mute = mute or (post.rows is None and post.at >= since - _MARGIN)
    complete: dict[str, str] = {}
    partly: set[str] = set()
    for message, parts in messages.items():
        rows = {mark for part in parts for mark in part.rows or ()}
        if any(part.whole for part in parts):
            complete |= dict.fromkeys(rows, message)
        else:
            partly |= rows
    told: dict[str, set[int]] = defaultdict(set)
    absent: set[int] = set()
    unclear: set[int] = set()
    for row_id, mark in marks.items():
        if mark in complete:
            told[complete[mark]].add(row_id)
        elif mute or mark in partly:
            unclear.add(row_id)
        else:
            absent.add(row_id)
    return Evidence(
        told={
            message: Found(
                tuple(sorted(messages[message], key=lambda post: post.part)), frozenset(rows)
            )
            for message, rows in told.items()
        },
        absent=frozenset(absent),
        unclear=frozenset(unclear),
    )
