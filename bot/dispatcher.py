"""The edge where lines come in: whatever goes wrong behind it, the person gets a sentence."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from enum import StrEnum
from math import ceil

import structlog

from bot.origins import Begun, beginning
from bot.paces import Paces
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

NO_VERB = "none"
"""The verb of a line that names none: a customer's name, or the answer to a question."""


class Outcome(StrEnum):
    """How a line ended."""

    ANSWERED = "answered"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    BUG = "bug"


Heard = Callable[[str, str, Outcome, float], None]
"""Told of every line: verb, platform, how it ended, seconds."""


def _uncounted(_verb: str, _platform: str, _outcome: Outcome, _seconds: float) -> None:
    """Nobody counts."""


class Dispatcher:
    """Answers every line; a bug becomes a reference that finds the traceback in the log: the id
    of everything the line did."""

    def __init__(
        self,
        store: Store,
        commands: Sequence[Command],
        rules: Rules,
        heard: Heard = _uncounted,
        paces: Paces | None = None,
    ) -> None:
        """With `paces`, whoever says more than those allow is asked to wait."""
        self.desk = Desk(store, commands, rules)
        self._others = OtherDoors(store, self.desk.clerk)
        self._rules = rules
        self._heard = heard
        self._paces = paces

    async def dispatch(self, incoming: Incoming, now: datetime) -> Answer:
        """The reply to one line, always."""
        return self._hurried(incoming) or await self._always(
            incoming, self.verb(incoming), self.desk.answer(incoming, now)
        )

    def verb(self, incoming: Incoming) -> str:
        """The command a line names, by its English name; NO_VERB where it names none."""
        ear = self.desk.clerk.ear
        heard = ear.heard(incoming, ear.line(incoming.text))
        return NO_VERB if heard is None else heard.command.name

    async def _always(self, incoming: Incoming, verb: str, answering: Awaitable[Answer]) -> Answer:
        """The answer, or a sentence for whatever went wrong behind it."""
        begun = time.perf_counter()
        with beginning(Begun.LINE) as origin:
            outcome, answer = await self._tried(incoming, verb, origin, answering)
        self._heard(verb, incoming.platform, outcome, time.perf_counter() - begun)
        return answer

    async def _tried(
        self, incoming: Incoming, verb: str, origin: str, answering: Awaitable[Answer]
    ) -> tuple[Outcome, Answer]:
        try:
            answer = await answering
        except StoreUnavailable as fault:
            log.warning("store unavailable", reason=fault.reason, platform=incoming.platform)
            return Outcome.UNAVAILABLE, self._sorry(incoming, f"error.store.{fault.reason}")
        except Exception:
            log.exception("a line could not be answered", verb=verb, reference=origin)
            return Outcome.BUG, self._sorry(incoming, "error.bug", reference=origin)
        log.info(
            "answered",
            verb=verb,
            platform=incoming.platform,
            place=incoming.place.scope,
            refused=answer.refused,
        )
        return Outcome.REFUSED if answer.refused else Outcome.ANSWERED, answer

    async def seek(self, incoming: Incoming, what: str, text: str, now: datetime) -> list[Choice]:
        """Options for a select that searches the book, as its sender may read it; [] in trouble."""
        with beginning(Begun.LINE):
            try:
                return await self._others.seek(incoming, what, text, now)
            except StoreUnavailable as fault:
                log.warning("store unavailable", reason=fault.reason, platform=incoming.platform)
            except Exception:
                log.exception("a search could not be answered")
            return []

    async def file(self, incoming: Incoming, message: Overheard, now: datetime) -> Answer:
        """File a message of the chat as a touch; the answer's `form` asks what is not clear."""
        return self._hurried(incoming) or await self._always(
            incoming, "log", self._others.file(incoming, message, now)
        )

    async def share(self, incoming: Incoming, now: datetime) -> Answer:
        """Make an answer anew for a whole channel: `incoming` has `Answer.share` as its text and
        the channel, with scope SHARED, as its place. Post it there unless it is refused."""
        return self._hurried(incoming) or await self._always(
            incoming, self.verb(incoming), self._others.share(incoming, now)
        )

    async def previews(
        self, incoming: Incoming, urls: Sequence[str], now: datetime
    ) -> dict[str, Answer]:
        """What links of ours look like where their sender shares them; by link, without others."""
        with beginning(Begun.LINE):
            try:
                return await self._others.previews(incoming, urls, now)
            except StoreUnavailable as fault:
                log.warning("store unavailable", reason=fault.reason, platform=incoming.platform)
            except Exception:
                log.exception("a link could not be previewed")
            return {}

    def _hurried(self, incoming: Incoming) -> Answer | None:
        """A word to wait, for who says too much at once: nothing is looked up or changed."""
        if self._paces is None:
            return None
        wait_s = self._paces.wait_s(f"{incoming.platform} {incoming.sender}")
        if not wait_s:
            return None
        log.info("somebody says too much at once", platform=incoming.platform)
        return self._sorry(incoming, "error.too_fast", n=ceil(wait_s))

    def _sorry(self, incoming: Incoming, key: str, **params: object) -> Answer:
        locale = language_of(STRANGER, incoming, self._rules)
        sentence = Phrasebook(locale, self._rules.zone).t(key, **params)
        return Answer(Message(sentence, (Paragraph(plain(sentence)),)), locale, refused=True)
