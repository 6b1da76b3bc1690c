"""What comes in besides chat lines: searches, messages to file, links, answers to share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from handlers.filing import Overheard, file_message
from handlers.obeying import Answer, Clerk, Turn
from handlers.previews import MOST_LINKS, preview_of
from handlers.seeking import seek
from handlers.sharing import SHARED, shared_by
from messages.incoming import Incoming
from messages.model import Choice
from scoring.errors import UnknownCommand
from storage.store import Store


class OtherDoors:
    """Holds what never changes while the service runs."""

    def __init__(self, store: Store, clerk: Clerk) -> None:
        self._store = store
        self._clerk = clerk

    async def seek(self, incoming: Incoming, what: str, text: str, now: datetime) -> list[Choice]:
        """Options for a select that searches the book, as its sender may read it."""
        async with self._store.read() as tx:
            return await seek(await self._clerk.context(tx, incoming, now), what, text)

    async def file(self, incoming: Incoming, message: Overheard, now: datetime) -> Answer:
        """File a message of the chat as a touch, or ask for what is not clear."""
        return await self._clerk.do(incoming, now, lambda ctx: file_message(ctx, message))

    async def share(self, incoming: Incoming, now: datetime) -> Answer:
        """Make an answer anew for everybody in the place, saying who shares it."""
        heard = self._clerk.ear.hear(incoming.text)
        await self._clerk.look_ahead(incoming, incoming.text, now)
        async with self._store.read() as tx:
            ctx = await self._clerk.context(tx, incoming, now)
            if heard is None or heard.command.name not in SHARED:
                return await self._clerk.refused(ctx, UnknownCommand(incoming.text[:40]))
            sharing = Turn(amend=lambda phrases, said: shared_by(phrases, said, ctx.viewer))
            return await self._clerk.reply(tx, incoming, incoming.text, now, sharing)

    async def previews(
        self, incoming: Incoming, urls: Sequence[str], now: datetime
    ) -> dict[str, Answer]:
        """What links of ours look like where their sender shares them; by link, without others."""
        found: dict[str, Answer] = {}
        async with self._store.read() as tx:
            ctx = await self._clerk.context(tx, incoming, now)
            for url in list(dict.fromkeys(urls))[:MOST_LINKS]:
                preview = await preview_of(ctx, url)
                if preview is not None:
                    found[url] = Answer(preview, ctx.phrases.locale)
        return found
