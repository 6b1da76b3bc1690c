"""Saying something: aside to one person, in their conversation with us, or to a whole channel.

Answers are not kept anywhere, so they are tried again only where certainly nothing arrived.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import structlog

from bot.adapters.base import Payload
from bot.adapters.slack_errors import BLOCKS_REFUSED
from bot.adapters.slack_plain import plainer
from bot.slack.heard import Where
from bot.slack.response_urls import ResponseUrls
from bot.slack.seams import Calls
from scoring.errors import (
    RateLimited,
    Rejected,
    Retryable,
    Undeliverable,
)

log = structlog.get_logger()

PAUSES_S = (1.0, 3.0, 9.0)
"""Before an answer that certainly did not arrive is tried again; then it is given up."""

PAUSE_MOST_S = 30.0

_POSTED: Payload = {"mrkdwn": False, "unfurl_links": False, "unfurl_media": False}

WORKSPACES_KEPT = 1_000

Sleep = Callable[[float], Awaitable[None]]

T = TypeVar("T")


class Mouth:
    """Posts once for each thing to say; plainer where Slack refuses the blocks."""

    def __init__(
        self, api: Calls, response_urls: ResponseUrls, *, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._api = api
        self._response_urls = response_urls
        self._sleep = sleep
        self._without_tables: OrderedDict[str, None] = OrderedDict()

    def draws_tables(self, team: str) -> bool:
        """Whether a workspace takes native tables, as far as it has shown."""
        return team not in self._without_tables

    async def aside(self, where: Where, url: str, part: Payload, *, replace: bool = False) -> None:
        """To whoever asked alone: by the `response_url`, else in the channel, else directly."""
        if url:
            said = {"response_type": "ephemeral", "replace_original": replace}
            try:
                return await self._by_url(where, url, part, said)
            except Undeliverable as fault:
                log.info("a response_url was of no use", code=fault.code, detail=fault.detail)
        if where.channel and not where.direct:
            arguments = {"channel": where.channel, "user": where.user, **part}
            if where.thread:
                arguments["thread_ts"] = where.thread
            try:
                await self._insist("chat.postEphemeral", arguments, where)
                return None
            except Undeliverable as fault:
                log.info("nothing can be said aside there", code=fault.code)
        await self.direct(where, part, anew=True)
        return None

    async def direct(
        self, where: Where, part: Payload, *, instead_of: str = "", anew: bool = False
    ) -> str:
        """In the conversation with that person; returns the post's ts.

        `instead_of` is the ts of a post of ours there that it replaces. `anew`: in their
        conversation with the bot, wherever they asked.
        """
        own = where.direct and where.channel and not anew
        channel = where.channel if own else where.user
        if instead_of and own:
            arguments = {"channel": channel, "ts": instead_of, **part}
            try:
                await self._insist("chat.update", arguments, where)
                return instead_of
            except Undeliverable as fault:
                log.info("a post of ours could not be changed", code=fault.code)
        arguments = {"channel": channel, **_POSTED, **part}
        if own and where.thread:
            arguments["thread_ts"] = where.thread
        answer = await self._insist("chat.postMessage", arguments, where)
        return str(answer.get("ts", ""))

    async def in_channel(self, where: Where, url: str, part: Payload) -> None:
        """To everybody in the channel; by the `response_url` where the bot is not a member."""
        arguments = {"channel": where.channel, **_POSTED, **part}
        if where.thread:
            arguments["thread_ts"] = where.thread
        try:
            await self._insist("chat.postMessage", arguments, where)
        except Undeliverable:
            if not url:
                raise
            said = {"response_type": "in_channel", "replace_original": False}
            await self._by_url(where, url, part, said)

    async def _by_url(self, where: Where, url: str, part: Payload, said: Payload) -> None:
        async def post(part: Payload) -> None:
            if not said["replace_original"]:
                part = _without_none(part)
                part = {"thread_ts": where.thread, **part} if where.thread else part
            await self._response_urls.post(url, {**said, **part})

        await self._patiently(lambda: self._plainer(post, part, where.team))

    async def _insist(self, method: str, arguments: Payload, where: Where) -> dict[str, Any]:
        async def call(arguments: Payload) -> dict[str, Any]:
            given = arguments if method == "chat.update" else _without_none(arguments)
            return await self._api.call(method, given, team=where.team)

        return await self._patiently(lambda: self._plainer(call, arguments, where.team))

    async def _patiently(self, once: Callable[[], Awaitable[T]]) -> T:
        for pause_s in PAUSES_S:
            try:
                return await once()
            except RateLimited as fault:
                pause_s = min(max(pause_s, fault.retry_after_s), PAUSE_MOST_S)
            except Retryable:
                pass
            await self._sleep(pause_s)
        return await once()

    async def _plainer(
        self, post: Callable[[Payload], Awaitable[T]], whole: Payload, team: str
    ) -> T:
        """As it is, then with its tables as text, then all of it as text and nothing to tap."""
        shown = whole
        while True:
            try:
                answer = await post(shown)
            except Rejected as fault:
                faces = plainer(shown) if fault.code in BLOCKS_REFUSED else ()
                if not faces:
                    raise
                log.warning("Slack refused blocks", code=fault.code, detail=fault.detail)
                shown = faces[0]
            else:
                if shown is not whole and shown["blocks"]:
                    self._note_refusal(team)
                return answer

    def _note_refusal(self, team: str) -> None:
        self._without_tables[team] = None
        while len(self._without_tables) > WORKSPACES_KEPT:
            self._without_tables.popitem(last=False)


def _without_none(part: Payload) -> Payload:
    """The same without an empty list of blocks, which only says something in the place of others."""
    if part.get("blocks"):
        return part
    return {name: value for name, value in part.items() if name != "blocks"}
