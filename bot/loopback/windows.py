"""What each person has before them on the stand-in Slack besides messages: modals and the Home tab.

The cloud puts in what the product opened, updated, pushed or published; pages listen and draw it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.loopback.board import Payload


@dataclass(frozen=True, slots=True)
class Window:
    """One person's views as Slack keeps them (with id, hash and state); the last modal is on top."""

    person_id: int
    modals: tuple[Payload, ...] = ()
    home: Payload | None = None


See = Callable[[Window], None]


class Windows:
    """Everybody's views; whoever listens hears of each change at once."""

    def __init__(self) -> None:
        self._of: dict[int, Window] = {}
        self._listeners: list[See] = []

    def listen(self, see: See) -> None:
        """Call `see` with each person's window when it changed."""
        self._listeners.append(see)

    def of(self, person_id: int) -> Window:
        """What that person has before them."""
        return self._of.get(person_id) or Window(person_id)

    def stack(self, person_id: int, modals: Sequence[Payload]) -> None:
        """These modals are open now, the last on top; none closes them all."""
        self._put(replace(self.of(person_id), modals=tuple(modals)))

    def publish(self, person_id: int, home: Payload) -> None:
        """The person's Home tab is this one now."""
        self._put(replace(self.of(person_id), home=home))

    def _put(self, window: Window) -> None:
        self._of[window.person_id] = window
        for see in self._listeners:
            see(window)
