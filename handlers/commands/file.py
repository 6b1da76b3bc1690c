"""`file D-3f9a1c 华为`: a message that somebody wanted to keep, under the customer it is about."""

from __future__ import annotations

from datetime import date

from handlers.context import Context
from handlers.drafts import take_draft
from handlers.filing import Overheard, file_under
from handlers.registry import Text, Word, command
from handlers.subjects import Customer
from messages.model import Message
from scoring.errors import Refused
from scoring.model import TouchKind
from scoring.permissions import Right


@command("file", right=Right.LOG_TOUCH, changes=True, listed=False)
async def file(
    ctx: Context,
    message: Word,
    customer: Customer,
    *,
    kind: TouchKind | None = None,
    contact: Text | None = None,
    next_on: date | None = None,
) -> Message:
    """File it as a touch; what is given besides is so, whatever the words say."""
    kept = await take_draft(ctx, message)
    if kept is None:
        raise Refused("file.gone")
    return await file_under(
        ctx, Overheard.of(kept), customer, kind=kind, contact=contact, next_on=next_on
    )
