"""WeCom group robots: push only, nothing can be read back, edited or deduplicated (91770)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

import aiohttp
from pydantic import SecretStr

from bot.adapters.base import Payload, Receipt
from bot.adapters.wecom_errors import raise_for_code
from bot.adapters.wecom_paces import robot_pace
from bot.adapters.wire import open_session, post_json
from messages.abilities import ABILITIES, Ability, PlaceKind
from messages.i18n import Phrasebook
from messages.limits import WECOM_ROBOT_MARKDOWN_BYTES
from messages.model import Message
from messages.render.wecom import render_wecom
from messages.render.wecom_check import check_wecom
from messages.render.wecom_plain import MARKDOWN, plainer
from scoring.errors import Rejected
from scoring.model import Platform
from storage.pacing import Pace
from storage.posts import Post

PREFIX = "robot:"


class WecomRobots:
    """The robots of the configuration, by name; their keys are the whole credential.

    `act_at` tells the readers of a group where to act, since a robot does not hear them.
    """

    def __init__(
        self,
        keys: Mapping[str, SecretStr],
        *,
        api_url: str,
        timeout_s: float = 10.0,
        act_at: str = "",
    ) -> None:
        self._keys = dict(keys)
        self._api_url = api_url.rstrip("/")
        self._timeout_s = timeout_s
        self._act_at = act_at
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

    def pace(self, place: str) -> Sequence[Pace]:
        """By robot."""
        return robot_pace(place)

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
        return plainer(payload, markdown_bytes=WECOM_ROBOT_MARKDOWN_BYTES)

    async def send(self, place: str, payload: Payload, key: str) -> Receipt:
        """Post once. Robots give no message id, so the key stands for it."""
        secret = self._keys[place.removeprefix(PREFIX)].get_secret_value()
        if self._session is None:
            self._session = open_session(timeout_s=self._timeout_s)
        quoted = quote(secret, safe="")
        url = f"{self._api_url}/cgi-bin/webhook/send?key={quoted}"
        # Whatever stands behind the address might quote it, in any spelling.
        raise_for_code(await post_json(self._session, url, payload), hide=(secret, quoted))
        return Receipt(key)

    async def edit(self, post: Post, payload: Payload) -> Receipt:
        """Never: what a robot said stays."""
        raise Rejected("a robot cannot edit")

    async def find(self, place: str, key: str, since: datetime) -> Receipt | None:
        """Never: what a robot said cannot be read back."""
        raise Rejected("a robot cannot read")

    async def close(self) -> None:
        """End the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None
