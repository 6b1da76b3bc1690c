"""The stand-in platforms as the delivery loop sees them: the same doors as the real ones."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.adapters.base import Payload, Receipt
from bot.loopback.board import Board, Shown
from messages.abilities import ABILITIES, Ability, PlaceKind
from messages.i18n import Phrasebook
from messages.model import Message
from messages.places import kind_of_place
from messages.render.slack import render_slack
from messages.render.wecom import render_wecom
from scoring.errors import RecipientGone, Rejected
from scoring.model import Platform
from storage.pacing import Pace
from storage.posts import Post

CARD_LIFE = timedelta(hours=72)
"""How long a WeCom app's card can be updated; each code works once (wecom.md b)."""


def render_for(
    message: Message, kind: PlaceKind, book: Phrasebook, *, key: str = "", act_at: str = ""
) -> tuple[Payload, ...]:
    """The payloads that kind of place gets for a message."""
    if ABILITIES[kind].platform is Platform.SLACK:
        return tuple(part.payload() for part in render_slack(message, book))
    return render_wecom(message, kind, book, task_id=key, act_at=act_at)


class LoopbackAdapter:
    """One stand-in platform. It never fails; what it cannot do, the real one cannot either."""

    def __init__(
        self,
        platform: Platform,
        board: Board,
        clock: Callable[[], datetime],
        *,
        serves: Callable[[str], bool] = lambda _place: True,
        act_at: str = "",
    ) -> None:
        self._platform = platform
        self._board = board
        self._clock = clock
        self._serves = serves
        self._act_at = act_at

    @property
    def platform(self) -> str:
        """`slack` or `wecom`."""
        return self._platform

    def serves(self, place: str) -> bool:
        """Every place of the platform that has no real adapter."""
        return self._serves(place)

    def ability(self, place: str) -> Ability:
        """The same as the real platform's."""
        return ABILITIES[kind_of_place(self._platform, place)]

    def ready(self, place: str) -> bool:
        """Always: the board is in this process."""
        return True

    def pace(self, place: str) -> Sequence[Pace]:
        """None: hours pass in seconds here, so limits by the minute would say nothing."""
        return ()

    def render(
        self, message: Message, place: str, book: Phrasebook, key: str
    ) -> tuple[Payload, ...]:
        """The real renderers' payloads."""
        kind = kind_of_place(self._platform, place)
        return render_for(message, kind, book, key=key, act_at=self._act_at)

    def marked(self, payload: Payload, words: str) -> tuple[Payload, ...]:
        """A post of the words before it."""
        if self._platform is Platform.SLACK:
            return ({"text": words, "blocks": []}, payload)
        return ({"msgtype": "text", "text": {"content": words}}, payload)

    def simplified(self, payload: Payload) -> tuple[Payload, ...]:
        """Nothing is ever refused here."""
        return ()

    async def send(self, place: str, payload: Payload, key: str) -> Receipt:
        """Hang the message up."""
        kind = kind_of_place(self._platform, place)
        is_card = payload.get("msgtype") == "template_card"
        code = secrets.token_hex(8) if kind is PlaceKind.WECOM_APP and is_card else None
        now = self._clock()
        shown = self._board.hang(
            Shown(
                id="",
                platform=self._platform,
                place=place,
                kind=kind,
                at=now,
                payload=payload,
                key=key,
                response_code=code,
            )
        )
        if kind is not PlaceKind.WECOM_APP:
            return Receipt(shown.id)
        # Texts of an app can never be changed, its cards for three days.
        return Receipt(shown.id, code, now + CARD_LIFE if code else now)

    async def edit(self, post: Post, payload: Payload) -> Receipt:
        """Give a message its new face, under the conditions of its platform."""
        shown = self._board.get(self._platform, post.place, post.message_id)
        if shown is None:
            raise RecipientGone("the message is not there any more", code="message_not_found")
        if not self.ability(post.place).edit:
            raise Rejected("messages of this kind of place stay as they are")
        now = self._clock()
        if shown.kind is PlaceKind.WECOM_APP:
            self._check_card(shown, post, payload, now)
            self._board.change(_with(shown, payload))
            return Receipt(shown.id, None, now)
        self._board.change(_with(shown, payload))
        return Receipt(shown.id)

    async def find(self, place: str, key: str, since: datetime) -> Receipt | None:
        """The message that was sent under `key`."""
        shown = self._board.sent_under(self._platform, place, key)
        return Receipt(shown.id) if shown is not None else None

    def _check_card(self, shown: Shown, post: Post, payload: Payload, now: datetime) -> None:
        cards = (shown.payload or {}, payload)
        if any(card.get("msgtype") != "template_card" for card in cards):
            raise Rejected("only cards can be updated")
        if shown.response_code is None or shown.response_code != post.response_code:
            raise Rejected("the card's code was used before", code="42014")
        if post.editable_until is not None and now > post.editable_until:
            raise Rejected("the card is older than 72 hours", code="42014")


def _with(shown: Shown, payload: Payload) -> Shown:
    return replace(shown, payload=payload, response_code=None)
