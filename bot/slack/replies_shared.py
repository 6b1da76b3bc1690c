"""Answers that everybody in a channel is to read, because one of them wanted that."""

from __future__ import annotations

import structlog

from bot.slack.drawing import post_of
from bot.slack.heard import Where
from bot.slack.posting import Mouth
from bot.slack.replies import PATIENCE, Ack, Patience, Saying, drawn
from messages.i18n import Phrasebook
from scoring.errors import DeliveryError, OutcomeUnknown, Retryable

log = structlog.get_logger()


class SharedReply:
    """A tap on "share": everybody reads the answer, and who tapped is told that they do."""

    def __init__(
        self,
        mouth: Mouth,
        where: Where,
        url: str,
        *,
        ephemeral: bool,
        patience: Patience = PATIENCE,
    ) -> None:
        self.patience = patience
        self.ack = Ack()
        self._mouth = mouth
        self._where = where
        self._url = url
        self._ephemeral = ephemeral

    async def hold(self, book: Phrasebook) -> None:
        """Nothing: what is shared is seen."""
        self.ack.give()

    async def say(self, saying: Saying) -> None:
        """To the channel; a refusal aside."""
        told = "slack.shared"
        if saying.refused:
            for part in drawn(self._mouth, self._where, saying):
                await self._mouth.aside(self._where, self._url, part)
            self.ack.give()
            return
        try:
            for part in drawn(self._mouth, self._where, saying):
                await self._mouth.in_channel(self._where, self._url, part)
        except DeliveryError as fault:
            log.warning("an answer was not shared", code=fault.code, fault=type(fault).__name__)
            told = _why_not(fault)
        replace = self._ephemeral and told == "slack.shared"
        part = post_of(saying.book.t(told), saying.book)
        if replace or told != "slack.shared":
            await self._mouth.aside(self._where, self._url, part, replace=replace)
        self.ack.give()


def _why_not(fault: DeliveryError) -> str:
    if isinstance(fault, OutcomeUnknown):
        return "slack.share_in_doubt"
    return "slack.not_now" if isinstance(fault, Retryable) else "slack.not_shared"
