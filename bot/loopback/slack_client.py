"""What Slack's client lets a person do besides typing and pressing, as the page asks for it.

The acts return nothing of an answer: messages hang themselves up on the board, views come to the
`windows`, as they come to the real client.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.loopback.room import Room
from bot.loopback.spoken import Spoken
from bot.loopback.windows import Windows
from scoring.model import Locale, Person

State = Mapping[str, Any]
"""What was picked, as Slack writes it in `state.values` (`{"type": …, "selected_option": …}`)."""

Option = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something was tapped: a message (`room`, `message_id`), a modal (`view`), else Home."""

    room: Room | None = None
    message_id: str = ""
    view: str = ""
    block: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What the client knows of the app: its command, and shortcuts by id and name."""

    app: str
    command: str
    on_message: Sequence[tuple[str, str]]
    anywhere: Sequence[tuple[str, str]]
    names: Mapping[str, str]
    """Channels and the bot by their ids."""


class SlackClient(Protocol):
    """The verbs, for people whom the stand-in Slack knows.

    All answer a `Spoken`: at most a notice, or errors at the fields of a view.
    """

    @property
    def windows(self) -> Windows:
        """Everybody's modals and Home tabs."""

    def serves(self, person: Person) -> bool:
        """Whether that person is somebody there; others are heard by name in this process."""

    def known(self, locale: Locale) -> Known:
        """What the client shows of the app, in a language."""

    async def say(self, person: Person, room: Room, line: str, thread: str = "") -> Spoken:
        """Type a line: a slash command, a mention, a message, an answer below a message."""

    async def give(self, person: Person, room: Room, name: str, content: bytes) -> Spoken:
        """Drop a file."""

    def file(self, message_id: str) -> tuple[str, bytes] | None:
        """Name and content of a file that the bot put somewhere."""

    async def act(self, person: Person, spot: Spot, state: State) -> Spoken:
        """Tap or pick something."""

    async def seek(self, person: Person, spot: Spot, text: str) -> list[Option]:
        """Options and groups of options for what is typed into a select that searches."""

    async def submit(self, person: Person, view: str, values: Mapping[str, State]) -> Spoken:
        """Hand a modal in, with its `state.values`."""

    async def close(self, person: Person, view: str, *, every: bool) -> Spoken:
        """Close a modal: the one on top, or all of them."""

    async def home(self, person: Person) -> Spoken:
        """Look at the Home tab."""

    async def shortcut(self, person: Person, name: str, room: Room | None, post: str) -> Spoken:
        """Use a shortcut, on a message where there is one."""

    async def react(self, person: Person, room: Room, message_id: str, emoji: str) -> Spoken:
        """Put an emoji under a message, or take it away again."""
