"""The reply to an event that changed something, kept in the transaction that changed it."""

from __future__ import annotations

from datetime import datetime

from messages.incoming import Incoming
from messages.kept import to_document
from messages.model import Message
from scoring.model import Locale
from storage.transaction import Tx


class HeardElsewhere(Exception):
    """The same event was handled meanwhile, here or by another replica; that reply stands."""


async def remember(
    tx: Tx, incoming: Incoming, message: Message, locale: Locale, *, now: datetime
) -> None:
    """Keep the reply, so that a repeat of the event gets it; HeardElsewhere undoes this one."""
    if not incoming.id:
        return
    reply = {"locale": locale.value, "message": to_document(message)}
    if not await tx.inbox.keep(incoming.platform, incoming.id, reply, at=now):
        raise HeardElsewhere
