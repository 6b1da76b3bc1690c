"""What was heard already: a repeated event gets the reply it got before and acts once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select

from storage.repository import Repository, insert_ignoring
from storage.tables import inbox

# Asked with every line, so put together once.
_REPLY_TO = select(inbox.c.reply).where(
    inbox.c.source == bindparam("source"), inbox.c.event_id == bindparam("event_id")
)


class Inbox(Repository):
    """Replies by event, for commands that changed something."""

    async def reply_to(self, source: str, event_id: str) -> dict[str, Any] | None:
        """The reply given to this event before, if it was seen."""
        event = {"source": source, "event_id": event_id}
        reply = await self._connection.scalar(_REPLY_TO, event)
        return None if reply is None else dict(reply)

    async def keep(
        self, source: str, event_id: str, reply: dict[str, Any], *, at: datetime
    ) -> bool:
        """Keep the reply; false when the event was handled meanwhile by somebody else."""
        result = await self._connection.execute(
            insert_ignoring(self._connection, inbox)
            .values(source=source, event_id=event_id, reply=reply, at=at)
            .returning(inbox.c.event_id)
        )
        return result.first() is not None

    async def forget_before(self, instant: datetime) -> None:
        """Drop the replies to events that no platform repeats any more."""
        await self._connection.execute(delete(inbox).where(inbox.c.at < instant))
