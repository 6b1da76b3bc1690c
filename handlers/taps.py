"""The taps under a card: forms for what a line still needs, and only what the reader may do."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from handlers.context import Context
from handlers.forms import form_for
from handlers.registry import Command
from messages.cards.parts import Asks
from messages.i18n import Phrasebook
from messages.model import Form, Message
from scoring.permissions import may_start


def asking(phrases: Phrasebook) -> Asks:
    """The form that completes a button's line, by the signature of its command."""
    commands = _commands()

    def asks(line: str) -> Form | None:
        verb, *given = line.split()
        command = commands.get(verb)
        if command is None or len(command.positional) + len(command.named) <= len(given):
            return None
        return form_for(phrases, command, given)

    return asks


def only_allowed(ctx: Context, message: Message) -> Message:
    """The message without buttons that would only be refused."""
    commands = _commands()

    def allowed(line: str) -> bool:
        command = commands.get(line.split()[0])
        if command is None:
            return False
        return may_start(ctx.viewer, command.right, place=ctx.place.scope).allowed

    return replace(message, buttons=tuple(b for b in message.buttons if allowed(b.line)))


@cache
def _commands() -> dict[str, Command]:
    # The list of commands imports every command, some of which draw taps.
    from handlers.commands import COMMANDS

    return {command.name: command for command in COMMANDS}
