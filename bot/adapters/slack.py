"""Slack: channels and direct conversations; everything can be edited and read back.

Whatever is posted carries its key as metadata, and marks of the deliveries it tells, which anybody
in the workspace may read: so there is nothing else in it. Nothing is tried again here, but for what Slack certainly refused.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from bot.adapters.base import THREAD, Hanging, Payload, Receipt
from bot.adapters.slack_errors import BLOCKS_REFUSED
from bot.adapters.slack_finding import posted_since, posted_under, sent_along
from bot.adapters.slack_paces import slack_edit_pace, slack_pace
from bot.adapters.slack_plain import begun, plainer
from bot.slack.api import SlackApi
from bot.slack.channels import Channel, Channels
from bot.slack.ids import channel_name, is_channel, is_person, message_id, parts_of
from messages.abilities import ABILITIES, Ability
from messages.i18n import Phrasebook
from messages.model import Attachment, Message
from messages.places import kind_of_place
from messages.render.slack import render_slack
from scoring.errors import OutcomeUnknown, RecipientGone, Rejected
from scoring.model import Platform
from storage.pacing import Pace
from storage.posts import Post
from storage.store import Store

_QUIET = {"mrkdwn": False, "unfurl_links": False, "unfurl_media": False}


Admits = Callable[[str, str], Awaitable[bool]]
"""Whether a person (id) of a workspace (id) may be told of the book."""


class SlackBot:
    """Every place of the workspaces that have the app.

    `paced` false: for the playground, where hours pass in seconds and limits by the second say
    nothing. `several`: each workspace has a pace of its own; a place that was not met yet counts
    among strangers, so the pace of the only workspace must not depend on that. Without `admits` everybody is.
    """

    def __init__(
        self,
        api: SlackApi,
        store: Store,
        *,
        paced: bool = True,
        several: bool = False,
        admits: Admits | None = None,
    ) -> None:
        self._api = api
        self._channels = Channels(api, store)
        self._paced = paced
        self._several = several
        self._admits = admits

    @property
    def platform(self) -> str:
        """`slack`."""
        return Platform.SLACK

    def serves(self, place: str) -> bool:
        """Channels by id or `#name`, and people."""
        return is_channel(place) or is_person(place) or channel_name(place) is not None

    def ability(self, place: str) -> Ability:
        """A channel's or a conversation's."""
        return ABILITIES[kind_of_place(Platform.SLACK, place)]

    def ready(self, place: str) -> bool:
        """Always: any process may call."""
        return True

    def pace(self, place: str, *, edits: bool = False) -> Sequence[Pace]:
        """By channel, and with all others by workspace; edits by workspace alone."""
        if not self._paced:
            return ()
        team = self._channels.team_of(place) if self._several else ""
        return slack_edit_pace(team) if edits else slack_pace(place, team)

    def render(
        self, message: Message, place: str, book: Phrasebook, key: str
    ) -> tuple[Payload, ...]:
        """Text and blocks, in several posts where one is too small."""
        return tuple(part.payload() for part in render_slack(message, book))

    def marked(self, payload: Payload, words: str) -> tuple[Payload, ...]:
        """The words above the blocks, or a post of them before it."""
        return begun(payload, words)

    def simplified(self, payload: Payload) -> tuple[Payload, ...]:
        """Tables as text; then everything as text."""
        return plainer(payload)

    async def send(self, place: str, payload: Payload, key: str) -> Receipt:
        """Post once, with `key` as metadata; nothing to guests, bots and strangers."""
        channel = await self._channels.to_post(place)
        if is_person(place) and self._admits and not await self._admits(place, channel.team):
            raise RecipientGone("a guest, a bot or of another company", code="not_admitted")
        body = {**_said(payload), **_QUIET, "metadata": sent_along(key, payload)}
        body["blocks"] = body["blocks"] or None
        if THREAD in payload:
            body["thread_ts"] = _post(payload[THREAD])[1]
        try:
            return await self._posted(place, channel, body)
        except RecipientGone:
            # It refused, so nothing hangs anywhere.
            stays = THREAD in payload or not channel.known or is_person(place)
            elsewhere = None if stays else await self._channels.anew(place, channel)
            if elsewhere is None:
                raise
            return await self._posted(place, elsewhere, body)

    async def edit(self, post: Post, payload: Payload) -> Receipt:
        """Replace text and blocks, always both: Slack keeps the old blocks where none are given.

        Said plainer where the workspace refuses the blocks. RecipientGone when the post is gone
        or may not be edited any more.
        """
        channel, ts = _post(post.message_id)
        where: dict[str, Any] = {"channel": channel, "ts": ts}
        if post.attempt_key:
            # Without it, what was sent along would be lost.
            where["metadata"] = sent_along(post.attempt_key, post.facts)
        faces: Sequence[Payload] = (payload,)
        while True:
            try:
                await self._api.call("chat.update", {**where, **_said(faces[0])}, place=post.place)
            except Rejected as fault:
                faces = plainer(faces[0]) if fault.code in BLOCKS_REFUSED else ()
                if not faces:
                    raise
            else:
                return Receipt(post.message_id)

    async def find(self, place: str, key: str, since: datetime, thread: str = "") -> Receipt | None:
        """What was posted under `key`, by reading back; Rejected where there is too much to read."""
        workspace = await self._api.workspace(place=place)
        read_in, below = await self._where(place, thread)
        ts = await posted_under(self._api, workspace, read_in, key, since, below=below)
        return Receipt(message_id(read_in, ts)) if ts else None

    async def hanging(self, place: str, since: datetime, thread: str = "") -> Sequence[Hanging]:
        """Everything we posted there; Rejected where there is too much to read."""
        workspace = await self._api.workspace(place=place)
        read_in, below = await self._where(place, thread)
        return await posted_since(self._api, workspace, read_in, since, below=below)

    async def give(self, place: str, attachment: Attachment, thread: str = "") -> None:
        """Share a file, below a post where its message id is given. Asked for twice, twice."""
        channel = await self._channels.of(place)
        if not channel.known:
            raise RecipientGone("files need the id of a channel", code="channel_not_found")
        below = _post(thread)[1] if thread else ""
        await self._api.upload(attachment, channel=channel.id, thread=below, team=channel.team)

    async def _where(self, place: str, thread: str) -> tuple[str, str]:
        """The channel to read in, and the ts of the post below which."""
        if thread:
            return _post(thread)
        channel = await self._channels.of(place)
        if not channel.known:
            raise Rejected("Slack does not say which channel that is", code="unreadable")
        return channel.id, ""

    async def _posted(self, place: str, channel: Channel, body: dict[str, Any]) -> Receipt:
        answer = await self._api.call(
            "chat.postMessage", {"channel": channel.id, **body}, team=channel.team
        )
        try:
            posted = message_id(str(answer.get("channel")), str(answer.get("ts")))
        except ValueError:
            raise OutcomeUnknown("the answer does not say where the message hangs") from None
        await self._channels.posted(place, channel.team, posted)
        return Receipt(posted)


def _said(payload: Payload) -> dict[str, Any]:
    """Text and blocks, as an edit must name both."""
    return {"text": payload["text"], "blocks": payload.get("blocks") or []}


def _post(spelled: str) -> tuple[str, str]:
    """A post's channel and ts; RecipientGone for one that is not of Slack's own."""
    try:
        return parts_of(spelled)
    except ValueError:
        raise RecipientGone("that post is not on Slack", code="message_not_found") from None
