"""Who speaks before we know them, and what they may say: how to become known."""

from __future__ import annotations

from handlers.registry import Command
from scoring.model import Person, Role
from scoring.permissions import YES, PlaceScope, Verdict, may_start

STRANGER = Person(id=0, name="", role=Role.VIEWER, linked=False)
"""Somebody without an identity here."""

OPEN_TO_STRANGERS = frozenset({"help", "link"})
"""Commands that ask for no right of who is not linked."""


def may_say(viewer: Person, command: Command, *, place: PlaceScope) -> Verdict:
    """Whether the command is open to the viewer in that place, whatever it will be about."""
    if not viewer.linked and command.name in OPEN_TO_STRANGERS:
        return YES
    return may_start(viewer, command.right, place=place)
