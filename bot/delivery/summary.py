"""What delivery did, in numbers."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class DeliverySummary:
    """Rows by what became of them; `messages` and `edits` count requests a platform took.

    `put_back` rows wait because of a limit or an outage, `retried` ones because of a failure of
    their own, `unserved` ones because their place is not configured.
    """

    messages: int = 0
    edits: int = 0
    sent: int = 0
    superseded: int = 0
    deferred: int = 0
    put_back: int = 0
    retried: int = 0
    ambiguous: int = 0
    review: int = 0
    failed: int = 0
    unserved: int = 0

    def __add__(self, other: DeliverySummary) -> DeliverySummary:
        return DeliverySummary(
            **{
                field.name: getattr(self, field.name) + getattr(other, field.name)
                for field in fields(self)
            }
        )


NOTHING = DeliverySummary()
"""Nothing was due."""
