"""Which answers may be shown to a whole channel, and how they are made anew for it.

Sharing runs the line again for everybody, so that amounts, notes and contact details are left out
as anywhere in a channel. What changes the book, and what is about the asker alone, is not shared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from handlers.registry import Command
from handlers.writing import written
from messages.i18n import Phrasebook
from messages.model import Message, Note, plain
from scoring.model import Person

SHARED = frozenset({"show", "due", "proof"})
"""Commands whose answers are of use to a channel."""


def share_line(command: Command, values: Mapping[str, object]) -> str:
    """The line that makes the answer anew; empty for what is not shared."""
    return written(command, values) if command.name in SHARED else ""


def shared_by(phrases: Phrasebook, message: Message, person: Person) -> Message:
    """The answer as everybody reads it, with the name of who wanted them to."""
    note = Note(plain(phrases.t("sharing.by", who=person.name)))
    return replace(message, blocks=(*message.blocks, note), private=False)
