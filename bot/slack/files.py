"""Files that people drop and files that they get."""

from __future__ import annotations

from typing import Protocol

import structlog

from bot.adapters.wire import Fetched
from bot.slack.heard import RemoteFile, Where
from bot.slack.seams import Fetch, Give
from handlers.importing.limits import DEFAULT_LIMITS, MIB
from messages.incoming import InFile
from messages.model import Attachment
from scoring.errors import DeliveryError, Refused, Rejected

log = structlog.get_logger()


class Downloads(Protocol):
    """The part of Slack's API that fetches files."""

    async def download(self, file: RemoteFile, most: int, *, team: str = "") -> Fetched:
        """A file that somebody dropped; Rejected (`too_long`) when it is longer."""


class Gives(Protocol):
    """A way to post that can hand over files."""

    async def give(self, place: str, attachment: Attachment) -> object:
        """Put a file there; raises the DeliveryError tree."""


def fetching(api: Downloads, *, most: int = DEFAULT_LIMITS.file_bytes) -> Fetch:
    """Fetches what was dropped, as far as it is not too large to be imported."""

    async def fetch(file: RemoteFile, where: Where) -> InFile:
        if file.bytes > most:
            raise Refused("slack.file_too_large", most=most // MIB)
        try:
            found = await api.download(file, most, team=where.team)
        except DeliveryError as fault:
            log.warning("a file was not fetched", fault=type(fault).__name__, code=fault.code)
            if isinstance(fault, Rejected) and fault.code == "too_long":
                raise Refused("slack.file_too_large", most=most // MIB) from None
            raise Refused("slack.file_not_fetched") from None
        return InFile(file.name or found.name, found.content)

    return fetch


def giving(adapter: Gives) -> Give:
    """Hands files to whoever asked, in their own conversation: nobody else sees them there."""

    async def give(where: Where, attachment: Attachment) -> None:
        await adapter.give(where.user, attachment)

    return give
