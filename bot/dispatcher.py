"""The edge where lines come in: whatever goes wrong behind it, the person gets a sentence."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

import structlog

from handlers.answering import Answer, Desk, language_of
from handlers.registry import Command
from handlers.rules import Rules
from handlers.strangers import STRANGER
from messages.i18n import Phrasebook
from messages.incoming import Incoming
from messages.model import Message, Paragraph, plain
from scoring.errors import StoreUnavailable
from storage.store import Store

log = structlog.get_logger()


class Dispatcher:
    """Answers every line; a bug becomes a reference number that finds the traceback in the log."""

    def __init__(self, store: Store, commands: Sequence[Command], rules: Rules) -> None:
        self.desk = Desk(store, commands, rules)
        self._rules = rules

    async def dispatch(self, incoming: Incoming, now: datetime) -> Answer:
        """The reply to one line, always."""
        try:
            answer = await self.desk.answer(incoming, now)
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

    def _sorry(self, incoming: Incoming, key: str, **params: object) -> Answer:
        locale = language_of(STRANGER, incoming, self._rules)
        sentence = Phrasebook(locale, self._rules.zone).t(key, **params)
        return Answer(Message(sentence, (Paragraph(plain(sentence)),)), locale, refused=True)
