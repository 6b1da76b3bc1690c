"""A loopback Slack in HTTP mode, and a site in the product's place that keeps what it hears."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from bot.loopback.slack.workspace import App
from tests.slack.cloud_desk import Desk, product, running

Json = dict[str, Any]
SIGNING = "5f4dcc3b5aa765d61d8327deb882cf99"


class Site:
    """The product's end over HTTP: checks signatures, keeps what it heard, answers `answers`."""

    def __init__(self) -> None:
        self.heard: list[Json] = []
        self.retries: list[str] = []
        self.answer: Json | str | None = None
        self.status = 200
        self.headers: dict[str, str] = {}

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One request."""
        body = await request.text()
        stamp = request.headers["X-Slack-Request-Timestamp"]
        made = SignatureVerifier(SIGNING).generate_signature(timestamp=stamp, body=body)
        assert made == request.headers["X-Slack-Signature"]
        self.retries.append(request.headers.get("X-Slack-Retry-Num", ""))
        if request.content_type == "application/json":
            heard = json.loads(body)
        else:
            form = dict(parse_qsl(body, keep_blank_values=True))
            heard = json.loads(form["payload"]) if "payload" in form else form
        self.heard.append(heard)
        if heard.get("type") == "url_verification":
            return web.Response(text=heard["challenge"])
        if self.answer is None or self.status != 200:
            return web.Response(status=self.status, headers=self.headers)
        if isinstance(self.answer, str):
            return web.Response(text=self.answer)
        return web.json_response(self.answer)


@asynccontextmanager
async def sites(**more: Any) -> AsyncIterator[tuple[Desk, Site]]:
    """A cloud in HTTP mode, and the product's end."""
    site = Site()
    async with product(site.serve) as url:
        app = App(request_url=url, signing_secret=SIGNING)
        async with running(app, **more) as desk:
            yield desk, site
