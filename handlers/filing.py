"""A message of the chat as a touch: filed under the customer that its words name.

Slack's message shortcut and 📌 come here. Where the words name nobody for sure, the message is kept
for an hour and a form asks; the form's line, `file D-3f9a1c`, files what was kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from handlers.context import Context
from messages.model import Message


@dataclass(frozen=True, slots=True)
class Overheard:
    """A message that somebody wants to keep.

    `id` is the platform's name of it (team, channel and ts), so that it is filed once; `author` is
    the platform's id of who wrote it, `at` when.
    """

    id: str
    text: str
    author: str = ""
    at: datetime | None = None


async def file_message(ctx: Context, message: Overheard) -> Message:
    """File it and say so; or a message whose `form` asks for the customer."""
    raise NotImplementedError
