"""The stand-in Slack as the delivery loop sees it: the same doors as the real one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.adapters.base import Payload, Receipt
from bot.loopback.board import Board, Shown
from messages.abilities import ABILITIES, Ability
from messages.i18n import Phrasebook
from messages.model import Message
from messages.places import kind_of_place
from messages.render.slack import render_slack
from scoring.errors import RecipientGone
from scoring.model import Platform
from storage.pacing import Pace
from storage.posts import Post


class LoopbackSlack:
    """Channels and direct messages on a board. It never fails; nor can it do more than Slack."""

    def __init__(self, board: Board, clock: Callable[[], datetime]) -> None:
        self._board = board
        self._clock = clock

    @property
    def platform(self) -> str:
        """`slack`."""
        return Platform.SLACK

    def serves(self, place: str) -> bool:
        """All of them: it only stands in where Slack is not configured."""
        return True

    def ability(self, place: str) -> Ability:
        """The same as the real platform's."""
        return ABILITIES[kind_of_place(Platform.SLACK, place)]

    def ready(self, place: str) -> bool:
        """Always: the board is in this process."""
        return True

    def pace(self, place: str, *, edits: bool = False) -> Sequence[Pace]:
        """None: hours pass in seconds here, so limits by the minute would say nothing."""
        return ()

    def render(
        self, message: Message, place: str, book: Phrasebook, key: str
    ) -> tuple[Payload, ...]:
        """The real renderer's payloads."""
        return tuple(part.payload() for part in render_slack(message, book))

    def marked(self, payload: Payload, words: str) -> tuple[Payload, ...]:
        """A post of the words before it."""
        return ({"text": words, "blocks": []}, payload)

    def simplified(self, payload: Payload) -> tuple[Payload, ...]:
        """Nothing is ever refused here."""
        return ()

    async def send(self, place: str, payload: Payload, key: str) -> Receipt:
        """Hang the message up."""
        kind = kind_of_place(Platform.SLACK, place)
        blank = Shown("", Platform.SLACK, place, kind, self._clock())
        return Receipt(self._board.hang(replace(blank, payload=payload, key=key)).id)

    async def edit(self, post: Post, payload: Payload) -> Receipt:
        """Give a message its new face."""
        shown = self._board.get(Platform.SLACK, post.place, post.message_id)
        if shown is None:
            raise RecipientGone("the message is not there any more", code="message_not_found")
        self._board.change(replace(shown, payload=payload))
        return Receipt(shown.id)

    async def find(self, place: str, key: str, since: datetime, thread: str = "") -> Receipt | None:
        """The message that was sent under `key`."""
        shown = self._board.sent_under(Platform.SLACK, place, key)
        return Receipt(shown.id) if shown is not None else None
