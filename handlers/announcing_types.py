"""What the delivery loop asks of the handlers: is it still true, and how is it said.

The loop hands over the rows of one place; the handler re-checks each against the book and makes
one message of those that still hold. A row of kind `repaint` asks for the new face of a post
(`facts["post"]` is its id); `tx.posts.told_by` tells what the post was about.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from messages.model import Message
from scoring.model import Locale
from storage.outbox import Delivery, Notification
from storage.transaction import Tx


@dataclass(frozen=True, slots=True)
class Composed:
    """One message for one place; every row handed over is in exactly one of the three.

    `kept` are told by the message, `superseded` are no longer true, `deferred` are told later, at
    that instant. Without a message nothing is kept. `redirected` are to be put for other readers,
    because the ones they were put for may not read them any more. `for_digest` are those of the
    deferred that a digest is to tell, with its day.
    """

    message: Message | None
    locale: Locale
    kept: tuple[int, ...] = ()
    superseded: tuple[int, ...] = ()
    deferred: Mapping[int, datetime] = field(default_factory=dict)
    redirected: tuple[Notification, ...] = ()
    for_digest: Mapping[int, date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.message is None) == bool(self.kept):
            raise ValueError("a message keeps rows, and kept rows need a message")

    def covers(self, rows: Sequence[Delivery]) -> bool:
        """Whether every row is decided, once."""
        decided = sorted([*self.kept, *self.superseded, *self.deferred])
        return decided == sorted(row.id for row in rows)


Compose = Callable[[Tx, Sequence[Delivery], datetime], Awaitable[Composed]]
"""Re-check rows of one place at an instant and make their message; reads only."""
