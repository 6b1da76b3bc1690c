"""The edge where lines come in: whatever goes wrong behind it, the person gets a sentence."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Sequence
from datetime import datetime

import structlog

from handlers.answering import Answer, Desk, language_of
from handlers.filing import Overheard
from handlers.other_doors import OtherDoors
from handlers.registry import Command
from handlers.rules import Rules
from handlers.strangers import STRANGER
from messages.i18n import Phrasebook
from messages.incoming import Incoming
from messages.model import Choice, Message, Paragraph, plain
from scoring.errors import StoreUnavailable
from storage.store import Store

log = structlog.get_logger()


class Dispatcher:
    """Answers every line; a bug becomes a reference number that finds the traceback in the log."""

    def __init__(self, store: Store, commands: Sequence[Command], rules: Rules) -> None:
        self.desk = Desk(store, commands, rules)
        self._others = OtherDoors(store, self.desk.clerk)
        self._rules = rules

    async def dispatch(self, incoming: Incoming, now: datetime) -> Answer:
        """The reply to one line, always."""
        return await self._always(incoming, self.desk.answer(incoming, now))

    async def _always(self, incoming: Incoming, answering: Awaitable[Answer]) -> Answer:
        """The answer, or a sentence for whatever went wrong behind it."""
        try:
            answer = await answering
        except StoreUnavailable as fault:
            log.warning("store unavailable", reason=fault.reason, platform=incoming.platform)
            return self._sorry(incoming, f"error.store.{fault.reason}")
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("a line could not be answered", reference=reference)
            return self._sorry(incoming, "error.bug", reference=reference)
        log.info(
            "answered",
            platform=incoming.platform,
            place=incoming.place.scope,
            refused=answer.refused,
        )
        return answer

    async def seek(self, incoming: Incoming, what: str, text: str, now: datetime) -> list[Choice]:
        """Options for a select that searches the book, as its sender may read it; [] in trouble."""
        try:
            return await self._others.seek(incoming, what, text, now)
        except StoreUnavailable as fault:
            log.warning("store unavailable", reason=fault.reason, platform=incoming.platform)
        except Exception:
            log.exception("a search could not be answered", reference=secrets.token_hex(4))
        return []

    async def file(self, incoming: Incoming, message: Overheard, now: datetime) -> Answer:
        """File a message of the chat as a touch; the answer's `form` asks what is not clear."""
        return await self._always(incoming, self._others.file(incoming, message, now))

    async def share(self, incoming: Incoming, now: datetime) -> Answer:
        """Make an answer anew for a whole channel: `incoming` has `Answer.share` as its text and
        the channel, with scope SHARED, as its place. Post it there unless it is refused."""
        return await self._always(incoming, self._others.share(incoming, now))

    async def previews(
        self, incoming: Incoming, urls: Sequence[str], now: datetime
    ) -> dict[str, Answer]:
        """What links of ours look like where their sender shares them; by link, without others."""
        try:
            return await self._others.previews(incoming, urls, now)
        except StoreUnavailable as fault:
            log.warning("store unavailable", reason=fault.reason, platform=incoming.platform)
        except Exception:
            log.exception("a link could not be previewed", reference=secrets.token_hex(4))
        return {}

    def _sorry(self, incoming: Incoming, key: str, **params: object) -> Answer:
        locale = language_of(STRANGER, incoming, self._rules)
        sentence = Phrasebook(locale, self._rules.zone).t(key, **params)
        return Answer(Message(sentence, (Paragraph(plain(sentence)),)), locale, refused=True)
