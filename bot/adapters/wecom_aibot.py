"""WeCom's AI bot: pushes over its long connection, to groups and to people (101463).

Nothing can be read back or deduplicated; a card is edited only in answer to a click. Only the
replica that has the connection can post.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

from bot.adapters.base import Hanging, Payload, Receipt
from bot.adapters.wecom_aibot_files import Uploads
from bot.adapters.wecom_paces import aibot_pace
from bot.wecom.frames import SEND
from messages.abilities import ABILITIES, Ability, PlaceKind
from messages.i18n import Phrasebook
from messages.model import Attachment, Message
from messages.render.wecom import render_wecom
from messages.render.wecom_check import check_wecom
from messages.render.wecom_plain import CARD, bare, plainer, with_plainer
from scoring.errors import Rejected, Retryable
from scoring.model import Platform
from storage.pacing import Pace
from storage.posts import Post

_SINGLE, _GROUP = 1, 2  # chat_type; without it the platform guesses


class Connection(Protocol):
    """The part of the long connection that pushes need."""

    @property
    def connected(self) -> bool:
        """Whether this process has it."""

    async def request(
        self,
        cmd: str,
        body: dict[str, Any],
        *,
        req_id: str | None = None,
        chat: str | None = None,
        timeout_s: float = 5.0,
    ) -> dict[str, Any]:
        """Send and wait for the acknowledgement; raises the DeliveryError that fits."""


async def as_named(userid: str) -> str:
    """The id that the place names."""
    return userid


class WecomAibot:
    """The chats of one AI bot. With `people` it also serves `user:ID`, in the direct chat.

    `addressed` gives the id the bot knows a person by, where that is an encrypted one. `paced`
    false: for the playground, where hours pass in seconds and limits by the minute say nothing.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        people: bool = False,
        addressed: Callable[[str], Awaitable[str]] = as_named,
        paced: bool = True,
    ) -> None:
        self._connection = connection
        self._addressed = addressed
        self._paced = paced
        self._kinds = ("group", "bot", "user") if people else ("group", "bot")
        self._uploads = Uploads(connection)

    @property
    def platform(self) -> str:
        """`wecom`."""
        return Platform.WECOM

    def serves(self, place: str) -> bool:
        """Groups and direct chats by id."""
        kind, _, chat = place.partition(":")
        return kind in self._kinds and bool(chat)

    def ability(self, place: str) -> Ability:
        """Groups hear mentions only."""
        return ABILITIES[_kind(place)]

    def ready(self, place: str) -> bool:
        """While the connection is here."""
        return self._connection.connected

    def pace(self, place: str, *, edits: bool = False) -> Sequence[Pace]:
        """By chat, answers and pushes together."""
        return aibot_pace(place) if self._paced else ()

    def render(
        self, message: Message, place: str, book: Phrasebook, key: str
    ) -> tuple[Payload, ...]:
        """Markdown, and a card for what is tapped; `key` is the card's task id."""
        kind = _kind(place)
        return with_plainer(render_wecom(message, kind, book, task_id=key), message, kind, book)

    def marked(self, payload: Payload, words: str) -> tuple[Payload, ...]:
        """The words on a line of their own before the content, or before the card."""
        if payload["msgtype"] == "markdown":
            content = f"{words}\n\n{payload['markdown']['content']}"
            begun = {**payload, "markdown": {**payload["markdown"], "content": content}}
            if not check_wecom(begun, PlaceKind.WECOM_AIBOT_GROUP):
                return (begun,)
        return (_markdown(words), payload)

    def simplified(self, payload: Payload) -> tuple[Payload, ...]:
        """A card as markdown with lines to type; markdown is the plainest the AI bot takes."""
        return plainer(payload) if payload["msgtype"] == CARD else ()

    async def send(self, place: str, payload: Payload, key: str) -> Receipt:
        """Push once. A card's task id names it, so that a click finds it; else the key does."""
        chat, chat_type = _chat(place)
        body = {**await self._to(chat, chat_type), **bare(payload)}
        card = payload.get(CARD)
        try:
            await self._connection.request(SEND, body, chat=chat)
        except Retryable as fault:
            # A code nobody has listed, in answer to a card: sources disagree whether groups take
            # cards at all, so it is said without one.
            if card and type(fault) is Retryable:
                raise Rejected(fault.detail, code=fault.code) from None
            raise
        return Receipt(str(card["task_id"]) if card else key)

    async def edit(self, post: Post, payload: Payload) -> Receipt:
        """Never from here: a card changes only in answer to a click."""
        raise Rejected("the AI bot edits only what was tapped")

    async def find(self, place: str, key: str, since: datetime, thread: str = "") -> Receipt | None:
        """Never: nothing can be read back."""
        raise Rejected("the AI bot cannot read")

    async def hanging(self, place: str, since: datetime, thread: str = "") -> Sequence[Hanging]:
        """Never, as above."""
        raise Rejected("the AI bot cannot read")

    async def give(self, place: str, attachment: Attachment) -> None:
        """Put a file into a chat. Until it is uploaded nothing can have arrived."""
        chat, chat_type = _chat(place)
        media_id = await self._uploads.upload(attachment)
        body = {**await self._to(chat, chat_type), "msgtype": "file"}
        await self._connection.request(SEND, {**body, "file": {"media_id": media_id}}, chat=chat)

    async def _to(self, chat: str, chat_type: int) -> dict[str, Any]:
        chatid = chat if chat_type == _GROUP else await self._addressed(chat)
        return {"chatid": chatid, "chat_type": chat_type}


def _markdown(content: str) -> Payload:
    return {"msgtype": "markdown", "markdown": {"content": content}}


def _kind(place: str) -> PlaceKind:
    group = place.startswith("group:")
    return PlaceKind.WECOM_AIBOT_GROUP if group else PlaceKind.WECOM_AIBOT_DM


def _chat(place: str) -> tuple[str, int]:
    kind, _, chat = place.partition(":")
    return chat, _GROUP if kind == "group" else _SINGLE
