"""What hangs in the places of the stand-in platforms: messages of the bot and of people."""

from __future__ import annotations

import itertools
import secrets
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from messages.abilities import PlaceKind
from scoring.model import Platform

KEPT = 400
"""Messages remembered of each place; older ones have scrolled away."""

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as its platform shows it. `person_id` None: the bot said it.

    `only_for` is the one person who sees it (Slack's ephemeral messages); `key` is what a delivery
    was sent under; `file` a file that hangs on it. `faces` are what single people see instead of
    the payload (a WeCom card that was changed for the one who tapped it). `ts` is
    Slack's own name for it, `thread` the ts of the message whose thread it hangs in. `previews`
    are what a link in it unfurled to, `reactions` who put which emoji under it. `gone`: it was
    taken away.
    """

    id: str
    platform: Platform
    place: str
    kind: PlaceKind
    at: datetime
    person_id: int | None = None
    author: str = ""
    text: str = ""
    payload: Payload | None = None
    only_for: int | None = None
    key: str = ""
    file: str = ""
    revision: int = 0
    faces: Mapping[int, Payload] = field(default_factory=dict)
    ts: str = ""
    thread: str = ""
    gone: bool = False
    previews: tuple[Payload, ...] = ()
    reactions: Mapping[str, frozenset[int]] = field(default_factory=dict)

    @property
    def room(self) -> str:
        """The playground's name of the place."""
        return f"{self.platform}:{self.place}"


Hear = Callable[[Shown], None]


class Board:
    """Every message of every place, in order; whoever listens hears of each new face at once."""

    def __init__(self) -> None:
        self._places: dict[tuple[Platform, str], deque[Shown]] = {}
        self._numbers = itertools.count(1)
        # Ids of another run must not be taken for ones of this.
        self._run = secrets.token_hex(3)
        self._listeners: list[Hear] = []

    def listen(self, hear: Hear) -> None:
        """Call `hear` with every message that is hung up or changed."""
        self._listeners.append(hear)

    def hang(self, shown: Shown) -> Shown:
        """Put a message up; it gets its id here."""
        here = self._places.setdefault((shown.platform, shown.place), deque(maxlen=KEPT))
        numbered = replace(shown, id=f"{self._run}.{next(self._numbers)}")
        here.append(numbered)
        self._tell(numbered)
        return numbered

    def change(self, shown: Shown) -> Shown:
        """Replace a message by its new face; KeyError when it hangs no more."""
        here = self._places.get((shown.platform, shown.place), deque())
        for index, old in enumerate(here):
            if old.id == shown.id:
                changed = replace(shown, revision=old.revision + 1)
                here[index] = changed
                self._tell(changed)
                return changed
        raise KeyError(shown.id)

    def get(self, platform: Platform, place: str, message_id: str) -> Shown | None:
        """The message of that id."""
        here = self._places.get((platform, place), ())
        return next((shown for shown in here if shown.id == message_id), None)

    def sent_under(self, platform: Platform, place: str, key: str) -> Shown | None:
        """The message a delivery was sent as."""
        here = self._places.get((platform, place), ())
        return next((shown for shown in here if key and shown.key == key), None)

    def seen_by(self, person_id: int, rooms: Collection[str]) -> Iterator[Shown]:
        """What one person sees of some places, oldest first."""
        for (platform, place), here in self._places.items():
            if f"{platform}:{place}" in rooms:
                yield from (
                    shown
                    for shown in here
                    if shown.only_for in (None, person_id) and not shown.gone
                )

    def _tell(self, shown: Shown) -> None:
        for hear in self._listeners:
            hear(shown)
