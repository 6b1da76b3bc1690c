"""WeCom's self-built app: messages and cards to its members, messages to groups it made.

A repeat of the same bytes is dropped by WeCom for four hours (90236), so what nobody knows the
outcome of can be sent again; every message carries a few letters of its key, so that two that say
the same are not taken for one. Groups (90248) know neither cards nor that check.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.adapters.base import Hanging, Payload, Receipt
from bot.adapters.wecom_errors import CARD_SPENT, MEDIA_GONE
from bot.adapters.wecom_media import kind_of
from bot.adapters.wecom_paces import app_pace, appchat_pace
from bot.wecom.api import WecomApi
from messages.abilities import ABILITIES, Ability, PlaceKind
from messages.i18n import Phrasebook
from messages.limits import (
    WECOM_APPCHAT_MEMBERS,
    WECOM_CARD_HOURS,
    WECOM_DEDUPE_S,
    octets,
)
from messages.model import Attachment, Message
from messages.places import kind_of_place
from messages.render.payload import wecom_id
from messages.render.wecom import render_wecom
from messages.render.wecom_check import check_wecom
from messages.render.wecom_plain import CARD, bare, plainer, with_plainer
from scoring.errors import RecipientGone, Rejected
from scoring.model import Platform
from storage.pacing import Pace
from storage.posts import Post

PREFIXES = ("user:", "appchat:")
SEND = "message/send"
SEND_TO_GROUP = "appchat/send"
UPDATE = "message/update_template_card"

_CARD_LIFE = timedelta(hours=WECOM_CARD_HOURS)
_LETTERS = 5
_REFERENCES = {
    "text": "\n· {}",
    "markdown": '\n<font color="comment">· {}</font>',
}
_ROOM = max(octets(form.format("x" * _LETTERS)) for form in _REFERENCES.values())


class WecomApp:
    """The app of the configuration. `clock` tells how long a card can still be changed.

    `act_at` tells the readers of a group where to act, since an app does not hear its groups.
    `with_cards` false: without a callback URL WeCom refuses cards to tap (43012). `seats` is asks
    how many accounts the organisation has, `members` how many a group; a group nobody knows the
    size of counts as full, because what is too much is dropped without a word. `paced` false: for the
    playground, where hours pass in seconds and limits by the minute say nothing.
    """

    def __init__(
        self,
        api: WecomApi,
        agent_id: int,
        *,
        clock: Callable[[], datetime],
        act_at: str = "",
        with_cards: bool = True,
        seats: Callable[[], int | None] = lambda: None,
        members: Callable[[str], int] = lambda _place: WECOM_APPCHAT_MEMBERS,
        paced: bool = True,
    ) -> None:
        self._api = api
        self._agent_id = agent_id
        self._clock = clock
        self._act_at = act_at
        self._with_cards = with_cards
        self._seats = seats
        self._members = members
        self._paced = paced

    @property
    def platform(self) -> str:
        """`wecom`."""
        return Platform.WECOM

    def serves(self, place: str) -> bool:
        """Members, and groups that an app made."""
        return place.startswith(PREFIXES)

    def ability(self, place: str) -> Ability:
        """A member's or a group's."""
        return ABILITIES[kind_of_place(Platform.WECOM, place)]

    def ready(self, place: str) -> bool:
        """Always: any process may call."""
        return True

    def pace(self, place: str, *, edits: bool = False) -> Sequence[Pace]:
        """By member or group, and with all others by organisation."""
        if not self._paced:
            return ()
        if _is_group(place):
            return appchat_pace(place, members=self._members(place))
        return app_pace(place, seats=self._seats())

    def render(
        self, message: Message, place: str, book: Phrasebook, key: str
    ) -> tuple[Payload, ...]:
        """Text, markdown or a card, with room for the reference that `send` adds."""
        kind = kind_of_place(Platform.WECOM, place)
        payloads = render_wecom(
            message,
            kind,
            book,
            task_id=key,
            with_cards=self._with_cards,
            act_at=self._act_at,
            room=_ROOM,
        )
        return with_plainer(payloads, message, kind, book, room=_ROOM)

    def marked(self, payload: Payload, words: str) -> tuple[Payload, ...]:
        """The words on a line of their own before the content, or before the post."""
        kind = str(payload["msgtype"])
        if kind in _REFERENCES:
            content = f"{words}\n{payload[kind]['content']}"
            begun = {**payload, kind: {**payload[kind], "content": content}}
            if not check_wecom(_referred(begun, ""), PlaceKind.WECOM_APP):
                return (begun,)
        return ({"msgtype": "text", "text": {"content": words}}, payload)

    def simplified(self, payload: Payload) -> tuple[Payload, ...]:
        """A card as markdown with the lines to type, markdown as texts without markup."""
        return plainer(payload, room=_ROOM)

    async def send(self, place: str, payload: Payload, key: str) -> Receipt:
        """Post once; what is sent depends on payload and key alone, so that a repeat is dropped.

        RecipientGone also when WeCom took it and says that the member was left out.
        """
        now = self._clock()
        if _is_group(place):
            await self._api.post(SEND_TO_GROUP, {"chatid": _id(place), **payload})
            # It answers without any id.
            return Receipt(key)
        answer = await self._to_member(
            place,
            _referred(payload, key),
            enable_duplicate_check=1,
            duplicate_check_interval=WECOM_DEDUPE_S,
        )
        if payload["msgtype"] == CARD:
            code = answer.get("response_code") or None
            until = now + _CARD_LIFE if code else now
            return Receipt(payload[CARD].get("task_id") or key, code, until)
        # Only cards can ever be changed.
        return Receipt(str(answer.get("msgid") or key), None, now)

    async def edit(self, post: Post, payload: Payload) -> Receipt:
        """Give a card a new face, once. RecipientGone when its code was used or is too old."""
        if payload["msgtype"] != CARD:
            raise Rejected("a card cannot become anything else")
        if not post.response_code:
            raise RecipientGone("the card was changed before", code="card_spent")
        body = {
            "userids": [_member(post.place)],
            "agentid": self._agent_id,
            "response_code": post.response_code,
            # What is tapped on the new face is found under the same task.
            CARD: {**payload[CARD], "task_id": post.message_id},
        }
        try:
            answer = await self._api.post(UPDATE, body)
        except Rejected as fault:
            if fault.code in CARD_SPENT:
                raise RecipientGone(fault.detail, code=fault.code) from None
            raise
        _check_reached(answer)
        return Receipt(post.message_id, None, self._clock())

    async def find(self, place: str, key: str, since: datetime, thread: str = "") -> Receipt | None:
        """Never: what an app said cannot be read back."""
        raise Rejected("an app cannot read what it said")

    async def hanging(self, place: str, since: datetime, thread: str = "") -> Sequence[Hanging]:
        """Never, as above."""
        raise Rejected("an app cannot read what it said")

    async def give(self, place: str, attachment: Attachment) -> None:
        """Send a file, or a picture as such. Asked for twice it is sent twice."""
        kind = kind_of(attachment)
        if await self._gave(place, kind, attachment):
            return
        # The id was kept longer than WeCom kept the file.
        await self._gave(place, kind, attachment, last=True)

    async def _gave(
        self, place: str, kind: str, attachment: Attachment, *, last: bool = False
    ) -> bool:
        media_id = await self._api.upload(kind, attachment.name, attachment.content)
        payload = {"msgtype": kind, kind: {"media_id": media_id}}
        try:
            if _is_group(place):
                await self._api.post(SEND_TO_GROUP, {"chatid": _id(place), **payload})
            else:
                await self._to_member(place, payload)
        except Rejected as fault:
            if last or fault.code != MEDIA_GONE:
                raise
            await self._api.forget_upload(media_id)
            return False
        return True

    async def _to_member(self, place: str, payload: Payload, **options: int) -> dict[str, Any]:
        body = {"touser": _member(place), "agentid": self._agent_id, **payload, **options}
        answer = await self._api.post(SEND, body)
        _check_reached(answer)
        return answer


def _is_group(place: str) -> bool:
    return kind_of_place(Platform.WECOM, place) is PlaceKind.WECOM_APPCHAT


def _id(place: str) -> str:
    return place.partition(":")[2]


def _member(place: str) -> str:
    """The one member of a place; RecipientGone for an id that WeCom would read as several."""
    userid = wecom_id(_id(place))
    if userid is None:
        raise RecipientGone("that is no member's id", code="userid")
    return userid


def _check_reached(answer: dict[str, Any]) -> None:
    """An errcode of 0 may still name the one member who was meant as left out (90236)."""
    for field in ("invaliduser", "unlicenseduser"):
        if answer.get(field):
            raise RecipientGone("the member was left out", code=field)


def _referred(payload: Payload, key: str) -> Payload:
    """A text with a faint reference to its key; cards have their task."""
    kind = str(payload["msgtype"])
    form = _REFERENCES.get(kind)
    if form is None:
        return bare(payload)
    digest = hashlib.sha256(key.encode()).digest()
    reference = base64.b32encode(digest).decode()[:_LETTERS].lower()
    content = payload[kind]["content"] + form.format(reference)
    return {**payload, kind: {**payload[kind], "content": content}}
