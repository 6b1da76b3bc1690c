"""All commands, in the order `help` shows them. A new command is a new file and a line here."""

from __future__ import annotations

from handlers.commands.claim import claim
from handlers.commands.release import release
from handlers.registry import Command

COMMANDS: tuple[Command, ...] = (
    claim,
    release,
)
