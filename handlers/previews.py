"""Links to customers, as they look where somebody shares them: `https://bot.example/c/A-12`."""

from __future__ import annotations

from handlers.context import Context
from messages.model import Message


async def preview_of(ctx: Context, url: str) -> Message | None:
    """What everybody in the place may see of the customer behind a link of ours.

    None for any other link, and for a customer whom the sharer may not read.
    """
    raise NotImplementedError
