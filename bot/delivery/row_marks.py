"""Short marks by which a post says which deliveries it tells, for whoever reads it back.

Every part of a message carries those of all its deliveries, the last part also that it is the last:
so a book that knows nothing of the message sees whether it was said as a whole.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence

from bot.adapters.base import ROWS, WHOLE, Hanging, Payload

_OCTETS = 9
"""72 bits: two names in a million deliveries share a mark once in ten billion books."""


def mark_of(name: str) -> str:
    """The mark of what a delivery tells (`Doubting.names`): 12 letters, the same for ever."""
    digest = hashlib.sha256(name.encode()).digest()[:_OCTETS]
    return base64.urlsafe_b64encode(digest).decode()


def with_rows(payloads: Sequence[Payload], names: Iterable[str]) -> tuple[Payload, ...]:
    """The parts of a message, each with the marks of what it tells."""
    rows = " ".join(sorted(map(mark_of, names)))
    last = len(payloads) - 1
    return tuple(
        {**payload, ROWS: rows, **({WHOLE: True} if number == last else {})}
        for number, payload in enumerate(payloads)
    )


def said_of(payload: Payload) -> Payload:
    """What a payload says of the deliveries it tells, to be kept with the post for its edits."""
    return {name: payload[name] for name in (ROWS, WHOLE) if name in payload}


def said_again(post: Hanging) -> Payload:
    """The same, of a post that was read back."""
    rows = {} if post.rows is None else {ROWS: " ".join(sorted(post.rows))}
    return {**rows, **({WHOLE: True} if post.whole else {})}
