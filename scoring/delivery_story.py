"""What became of one delivery, from what put it to the posts that told it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scoring.model import DeliveryState


class Waits(StrEnum):
    """Why a delivery has no end yet."""

    LATER = "later"  # its time has not come: quiet hours, a rest, a digest, a back-off
    RESTS = "rests"  # its place or the whole platform rests after a limit or a fault
    NEXT = "next"  # it goes out with the next round
    SENDING = "sending"  # a worker has it in hand
    SETTLING = "settling"  # nobody knows whether it arrived; it is looked for soon


@dataclass(frozen=True, slots=True)
class PostTold:
    """One post of the message; `edits` were made since."""

    message_id: str
    posted_at: datetime
    part: int
    parts: int
    edits: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about it after a bad end: `resend` or `drop`."""

    step: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryStory:
    """Everything that is known of one delivery.

    `attempts` count failures of its own; an outage of the platform counts for none. `rests` is
    the reason of the pause it waits for. `origin` is the id in the log of what put it, None for
    rows of versions before 0005.
    """

    id: int
    key: str
    kind: str
    platform: str
    place: str
    who: str | None
    account: str | None
    state: DeliveryState
    put_at: datetime
    due_at: datetime
    origin: str | None
    attempts: int
    failing_since: datetime | None
    sent_at: datetime | None
    error: str | None
    suspect_since: datetime | None
    rests: str | None
    posts: tuple[PostTold, ...]
    decisions: tuple[Decision, ...]

    @property
    def code(self) -> str:
        """How chat lines name it."""
        return f"D-{self.id}"

    def waits(self, now: datetime) -> Waits | None:
        """Why it has no end; None when it has one."""
        match self.state:
            case DeliveryState.LEASED:
                return Waits.SENDING
            case DeliveryState.AMBIGUOUS:
                return Waits.SETTLING
            case DeliveryState.WAITING if self.due_at > now:
                return Waits.LATER
            case DeliveryState.WAITING:
                return Waits.RESTS if self.rests else Waits.NEXT
        return None
