"""`log 华为 和王总电话聊了, 下周三跟进`: a touch, filed in ten seconds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from handlers.context import Context
from handlers.registry import Text, command
from handlers.subjects import Customer
from handlers.touching import keep_touch, understood
from messages.model import Message
from scoring.model import TouchKind
from scoring.permissions import Right


@command("log", right=Right.LOG_TOUCH, changes=True)
async def log(
    ctx: Context,
    customer: Customer,
    text: Text,
    *,
    kind: TouchKind | None = None,
    contact: Text | None = None,
    next_on: date | None = None,
) -> Message:
    """File a touch as understood, say what that was, and offer to mend it.

    What is given besides the words is so, whatever the words say.
    """
    reading = await understood(ctx, customer, text, today=ctx.today)
    return await keep_touch(
        ctx,
        customer,
        replace(
            reading,
            kind=kind or reading.kind,
            contact=contact or reading.contact,
            next_on=next_on or reading.next_on,
        ),
    )
