"""Waiting for the answer that says what it should: a polite refusal is no success."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from benchmarks.mailbox import Shown, words_of

WITHIN_S = 20.0
"""Longer than any platform waits; what is slower is an error, not merely slow."""


class Unanswered(Exception):
    """Something else was said, or nothing in time."""


def answers(said: str, says: Sequence[str]) -> bool:
    """Whether all of it is in there."""
    return all(each in said for each in says)


async def awaited(first: str, says: Sequence[str], later: Shown) -> None:
    """Return once all of `says` was said: at first, or in one thing that is shown later."""
    said = [first]
    try:
        async with asyncio.timeout(WITHIN_S):
            while not answers(said[-1], says):
                said.append(words_of(await later.get()))
    except TimeoutError:
        raise Unanswered(f"not {says!r}: {' / '.join(said)[:600]}") from None
