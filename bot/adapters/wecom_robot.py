"""WeCom group robots: push only, nothing can be read back, edited or deduplicated (91770)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

import aiohttp
from pydantic import SecretStr

from bot.adapters.base import Hanging, Payload, Receipt
from bot.adapters.wecom_errors import raise_for_code
from bot.adapters.wecom_media import FILE, IMAGE, check_size, kind_of, media_id_in
from bot.adapters.wecom_paces import robot_pace
from bot.adapters.wire import open_session, post_file, post_json
from bot.outside_time.clocks import Dated, undated
from messages.abilities import ABILITIES, Ability, PlaceKind
from messages.i18n import Phrasebook
from messages.model import Attachment, Message
from messages.render.wecom import render_wecom
from messages.render.wecom_check import check_wecom
from messages.render.wecom_plain import MARKDOWN, plainer
from scoring.errors import OutcomeUnknown, PlatformDown, Rejected
from scoring.model import Platform
from storage.pacing import Pace
from storage.posts import Post

PREFIX = "robot:"


class WecomRobots:
    """The robots of the configuration, by name; their keys are the whole credential.

    `act_at` tells the readers of a group where to act, since a robot does not hear them. `paced`
    false: for the playground, where hours pass in seconds and limits by the minute say nothing.
    """

    def __init__(
        self,
        keys: Mapping[str, SecretStr],
        *,
        api_url: str,
        timeout_s: float = 10.0,
        act_at: str = "",
        paced: bool = True,
        dated: Dated = undated,
    ) -> None:
        self._keys = dict(keys)
        self._api_url = api_url.rstrip("/")
        self._timeout_s = timeout_s
        self._act_at = act_at
        self._paced = paced
        self._dated = dated
        self._session: aiohttp.ClientSession | None = None

    @property
    def platform(self) -> str:
        """`wecom`."""
        return Platform.WECOM

    def serves(self, place: str) -> bool:
        """Robots that are configured with a key."""
        key = self._keys.get(place.removeprefix(PREFIX)) if place.startswith(PREFIX) else None
        return key is not None and bool(key.get_secret_value())

    def ability(self, place: str) -> Ability:
        """The same for all robots."""
        return ABILITIES[PlaceKind.WECOM_ROBOT]

    def ready(self, place: str) -> bool:
        """Always: any process may post with a key."""
        return True

    def pace(self, place: str, *, edits: bool = False) -> Sequence[Pace]:
        """By robot."""
        return robot_pace(place) if self._paced else ()

    def render(
        self, message: Message, place: str, book: Phrasebook, key: str
    ) -> tuple[Payload, ...]:
        """Text, markdown or markdown_v2, split where it is too long."""
        return render_wecom(message, PlaceKind.WECOM_ROBOT, book, act_at=self._act_at)

    def marked(self, payload: Payload, words: str) -> tuple[Payload, ...]:
        """The words on a line of their own before the content, or before the post."""
        kind = str(payload["msgtype"])
        if kind in ("text", *MARKDOWN):
            content = f"{words}\n{payload[kind]['content']}"
            begun = {**payload, kind: {**payload[kind], "content": content}}
            if not check_wecom(begun, PlaceKind.WECOM_ROBOT):
                return (begun,)
        return ({"msgtype": "text", "text": {"content": words}}, payload)

    def simplified(self, payload: Payload) -> tuple[Payload, ...]:
        """Markdown as texts without any markup."""
        return plainer(payload)

    async def send(self, place: str, payload: Payload, key: str) -> Receipt:
        """Post once. Robots give no message id, so the key stands for it."""
        await self._post(place, payload)
        return Receipt(key)

    async def give(self, place: str, attachment: Attachment) -> None:
        """Post a file, or a picture as such, into the group."""
        kind, content = kind_of(attachment), attachment.content
        check_size(kind, content)
        payload: Payload
        if kind == IMAGE:
            # The checksum is the one that WeCom asks for (91770).
            md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
            encoded = base64.b64encode(content).decode()
            payload = {"msgtype": IMAGE, IMAGE: {"base64": encoded, "md5": md5}}
        else:
            payload = {"msgtype": FILE, FILE: {"media_id": await self._uploaded(place, attachment)}}
        await self._post(place, payload)

    async def edit(self, post: Post, payload: Payload) -> Receipt:
        """Never: what a robot said stays."""
        raise Rejected("a robot cannot edit")

    async def find(self, place: str, key: str, since: datetime, thread: str = "") -> Receipt | None:
        """Never: what a robot said cannot be read back."""
        raise Rejected("a robot cannot read")

    async def hanging(self, place: str, since: datetime, thread: str = "") -> Sequence[Hanging]:
        """Never, as above."""
        raise Rejected("a robot cannot read")

    async def close(self) -> None:
        """End the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(self, place: str, payload: Payload) -> None:
        url, secrets = self._address(place, "send")
        # Whatever stands behind the address might quote it, in any spelling.
        raise_for_code(await post_json(self._opened(), url, payload), hide=secrets)

    async def _uploaded(self, place: str, attachment: Attachment) -> str:
        """A media id, good for this robot alone."""
        url, secrets = self._address(place, "upload_media")
        timeout_s = 3 * self._timeout_s
        try:
            answer = await post_file(
                self._opened(),
                f"{url}&type={FILE}",
                "media",
                attachment.name,
                attachment.content,
                timeout_s=timeout_s,
            )
            raise_for_code(answer, hide=secrets)
        except OutcomeUnknown as fault:
            # A file that nobody has the id of troubles nobody.
            raise PlatformDown(fault.detail, code=fault.code) from None
        return media_id_in(answer)

    def _address(self, place: str, call: str) -> tuple[str, tuple[str, str]]:
        """Where to post, and the spellings of the key in it."""
        secret = self._keys[place.removeprefix(PREFIX)].get_secret_value()
        quoted = quote(secret, safe="")
        return f"{self._api_url}/cgi-bin/webhook/{call}?key={quoted}", (secret, quoted)

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = open_session(timeout_s=self._timeout_s, dated=self._dated)
        return self._session
