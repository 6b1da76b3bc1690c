"""What the delivery loop needs of a platform; real ones and the playground's say the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from messages.abilities import Ability
from messages.i18n import Phrasebook
from messages.model import Message
from storage.dispatches import PlaceName
from storage.outbox import THREAD
from storage.pacing import Pace
from storage.posts import Post

__all__ = ["ROWS", "THREAD", "WHOLE", "Adapter", "Adapters", "Hanging", "Payload", "Receipt"]

ROWS = "rows"
"""In a payload: short marks of the deliveries that the message tells (bot/delivery/row_marks.py)."""

WHOLE = "whole"
"""In a payload, true: with this part the whole message has been said."""

Payload = dict[str, Any]
"""The JSON of one post, without place and credentials.

Where `ability().threads`, THREAD may name the post below which it hangs, by its message id. Where
`ability().read_back`, ROWS and WHOLE travel along with the post.
"""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a platform said when it took a message. `editable_until` None: for as long as it hangs.

    `response_code` is what an edit needs where the platform wants one.
    """

    message_id: str
    response_code: str | None = None
    editable_until: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """The form in which it is kept while other parts are on their way."""
        until = self.editable_until
        return {
            "message_id": self.message_id,
            "response_code": self.response_code,
            "editable_until": until.isoformat() if until else None,
        }


@dataclass(frozen=True, slots=True)
class Hanging:
    """A post of ours as it was read back. `rows` None: a version posted it that did not say.

    `at` is when it was posted by the platform's clock; `key` and `rows` are what it was sent with.
    """

    key: str
    receipt: Receipt
    rows: frozenset[str] | None
    whole: bool
    at: datetime

    @property
    def message(self) -> str:
        """The key of the message that it is a part of."""
        return self.key.rpartition(".")[0]

    @property
    def part(self) -> int:
        """Which part of the message it is, from 0."""
        number = self.key.rpartition(".")[2]
        return int(number) if number.isdecimal() else 0


class Adapter(Protocol):
    """One way to post to some places of one platform.

    `send`, `edit` and `find` raise the DeliveryError that fits: OutcomeUnknown whenever a byte may
    have been taken, a Retryable or Undeliverable only when certainly nothing was.
    """

    @property
    def platform(self) -> str:
        """The platform as rows of the outbox name it."""

    def serves(self, place: str) -> bool:
        """Whether this is the way to that place."""

    def ability(self, place: str) -> Ability:
        """What that kind of place can do."""

    def ready(self, place: str) -> bool:
        """Whether this process can post there now; another replica may be the one that can."""

    def pace(self, place: str, *, edits: bool = False) -> Sequence[Pace]:
        """The scopes a post there counts against (the place itself, a corp), each with its limits.

        `edits`: those that an edit counts against; the same where the platform counts alike.
        Empty where nothing is limited, as with stand-ins whose hours pass in seconds.
        """

    def render(
        self, message: Message, place: str, book: Phrasebook, key: str
    ) -> tuple[Payload, ...]:
        """The posts that say a message, in order. `key` is unique to the message."""

    def marked(self, payload: Payload, words: str) -> tuple[Payload, ...]:
        """A payload that begins with `words`, or a post of those words and the payload."""

    def simplified(self, payload: Payload) -> tuple[Payload, ...]:
        """The same in the plainest form, for a payload that was refused; empty when it is that."""

    async def send(self, place: str, payload: Payload, key: str) -> Receipt:
        """Post once; never tries again by itself. `key` travels along where the platform can."""

    async def edit(self, post: Post, payload: Payload) -> Receipt:
        """Replace what a post shows; called only where `ability().edit`. Safe to repeat."""

    async def find(self, place: str, key: str, since: datetime, thread: str = "") -> Receipt | None:
        """What was posted under `key`; called only where `ability().read_back`.

        `thread` is the message id of the post below which it was to hang.
        """

    async def hanging(self, place: str, since: datetime, thread: str = "") -> Sequence[Hanging]:
        """Our posts there (or below a post) since then at least; called only where `read_back`."""


class Adapters:
    """The ways that are configured."""

    def __init__(self, adapters: Iterable[Adapter]) -> None:
        self._adapters = tuple(adapters)

    def to(self, name: PlaceName) -> Adapter | None:
        """The way to a place, None when it is not configured."""
        for adapter in self._adapters:
            if adapter.platform == name.platform and adapter.serves(name.place):
                return adapter
        return None
