"""Telling the product over HTTP: signed requests, three seconds for an answer."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.loopback.hook import Reply
from bot.loopback.slack.hook import Call, Hook
from bot.loopback.slack.world import World

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class Reporting:
    """The sender. The signature's time is the cloud's clock's."""

    def __init__(self, world: World, hook: Hook) -> None:
        self._world = world
        self._hook = hook
        self._session: aiohttp.ClientSession | None = None

    async def tell(
        self, kind: str, payload: dict[str, Any], attempt: int = 0, reason: str = ""
    ) -> Reply:
        """One attempt: `event` as JSON, `command` as a form, anything else as a form's payload."""
        if kind == "event":
            body, content_type = json.dumps(payload).encode(), JSON
        elif kind == "command":
            body, content_type = urlencode(payload).encode(), FORM
        else:
            body, content_type = urlencode({"payload": json.dumps(payload)}).encode(), FORM
        headers = {"Content-Type": content_type}
        if attempt:
            headers |= {
                "X-Slack-Retry-Num": str(attempt),
                "X-Slack-Retry-Reason": reason or "http_error",
            }
        call = Call(self._world.app.request_url, kind, body, attempt)
        return await self._hook.reports(call, lambda: self._post(call, headers))

    def signed(self, body: bytes) -> dict[str, str]:
        """The headers that prove a body is Slack's."""
        stamp = str(self._world.now_s())
        base = f"v0:{stamp}:".encode() + body
        mac = hmac.new(self._world.app.signing_secret.encode(), base, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={mac}"}

    async def verify(self) -> str:
        """Try the request URL as saving it would; what is wrong, "" when nothing is."""
        challenge = hashlib.sha256(str(self._world.now_s()).encode()).hexdigest()
        payload = {"type": "url_verification", "challenge": challenge, "token": "unused"}
        reply = await self.tell("event", payload)
        if reply.status != 200:
            return f"status {reply.status}"
        return "" if challenge.encode() in reply.body else "another answer than the challenge"

    async def close(self) -> None:
        """End the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(self, call: Call, headers: dict[str, str]) -> Reply:
        if self._session is None:
            connector = aiohttp.TCPConnector(force_close=True)
            self._session = aiohttp.ClientSession(connector=connector)
        agent = {"User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}
        try:
            async with self._session.post(
                call.url,
                data=call.body,
                headers={**agent, **headers, **self.signed(call.body)},
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=self._world.timing.ack_s),
            ) as response:
                no_retry = response.headers.get("X-Slack-No-Retry") == "1"
                return Reply(response.status, await response.read(), no_retry)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return Reply(0)
