"""Reporting to the product: encrypted callbacks over HTTP, three attempts, only 200 is success."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.loopback.hook import Reply
from bot.loopback.wecom import xml
from bot.loopback.wecom.company import CallbackUrl
from bot.loopback.wecom.envelope import Envelope, Sealed
from bot.loopback.wecom.hook import Call, Hook
from bot.loopback.wecom.world import World


@dataclass(frozen=True, slots=True)
class Told:
    """What came of telling the product something. `status` 0: it could not be reached in time.

    `reply` is what it answered, decrypted; `fault` says what was wrong with that answer. Nothing
    was told at all (`attempts` 0) where a line is not for the bot, or the bot has no line.
    """

    status: int = 0
    attempts: int = 0
    reply: str = ""
    fault: str = ""

    @property
    def delivered(self) -> bool:
        """Whether the product took it."""
        return self.status == 200


class Reporting:
    """The sender of callbacks."""

    def __init__(self, world: World, hook: Hook) -> None:
        self._world = world
        self._hook = hook
        self._session: aiohttp.ClientSession | None = None

    async def tell_xml(self, callback: CallbackUrl, agent_id: int, fields: dict[str, Any]) -> Told:
        """An app's callback, with the passive reply."""
        envelope = Envelope(callback.token, callback.aes_key, self._world.company.corp_id)

        def body(sealed: Sealed) -> bytes:
            outer = {
                "ToUserName": self._world.company.corp_id,
                "Encrypt": sealed.encrypt,
                "AgentID": str(agent_id),
            }
            return xml.written(outer).encode()

        return await self._tell(callback, envelope, xml.written(fields), body, _sealed_xml)

    async def tell_json(self, callback: CallbackUrl, said: Mapping[str, Any]) -> Told:
        """An AI bot's callback, with the passive reply; nobody is named as the receiver."""
        envelope = Envelope(callback.token, callback.aes_key, "")

        def body(sealed: Sealed) -> bytes:
            return json.dumps({"encrypt": sealed.encrypt}).encode()

        plain = json.dumps(said, ensure_ascii=False)
        return await self._tell(callback, envelope, plain, body, _sealed_json)

    async def verify(self, callback: CallbackUrl, receiveid: str) -> str:
        """Ask whether the product holds the same key, as saving the address does; "" when so."""
        number = str(self._world.stamp())[::-1]
        envelope = Envelope(callback.token, callback.aes_key, receiveid)
        sealed = envelope.seal(number, self._world.stamp())
        query = {**_query(sealed), "echostr": sealed.encrypt}
        reply = await self._request("GET", callback.url, query, None, self._world.timing.echo_s)
        if reply.status != 200:
            return f"status {reply.status}"
        return "" if reply.body == number.encode() else "another answer than the echo string"

    async def close(self) -> None:
        """End the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _tell(
        self,
        callback: CallbackUrl,
        envelope: Envelope,
        plain: str,
        body: Callable[[Sealed], bytes],
        sealed_of: Callable[[bytes, Sealed], Sealed],
    ) -> Told:
        reply = Reply(0)
        for attempt in range(1, self._world.timing.attempts + 1):
            sealed = envelope.seal(plain, self._world.stamp())

            async def post(sealed: Sealed = sealed) -> Reply:
                query, content = _query(sealed), body(sealed)
                timeout_s = self._world.timing.callback_s
                return await self._request("POST", callback.url, query, content, timeout_s)

            reply = await self._hook.reports(Call(callback.url, plain, attempt), post)
            if reply.status == 200:
                return _opened(envelope, reply, attempt, sealed, sealed_of)
        return Told(reply.status, self._world.timing.attempts)

    async def _request(
        self, method: str, url: str, query: dict[str, str], body: bytes | None, timeout_s: float
    ) -> Reply:
        if self._session is None:
            connector = aiohttp.TCPConnector(force_close=True)
            self._session = aiohttp.ClientSession(connector=connector)
        try:
            async with self._session.request(
                method,
                url,
                params=query,
                data=body,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=timeout_s),
            ) as response:
                return Reply(response.status, await response.read())
        except (aiohttp.ClientError, TimeoutError, OSError):
            return Reply(0)


def _query(sealed: Sealed) -> dict[str, str]:
    return {
        "msg_signature": sealed.signature,
        "timestamp": sealed.timestamp,
        "nonce": sealed.nonce,
    }


def _opened(
    envelope: Envelope,
    reply: Reply,
    attempt: int,
    asked: Sealed,
    sealed_of: Callable[[bytes, Sealed], Sealed],
) -> Told:
    """The passive reply in plain; an empty one says nothing."""
    if not reply.body.strip():
        return Told(reply.status, attempt)
    try:
        opened = envelope.open(sealed_of(reply.body, asked))
    except (KeyError, TypeError, ValueError) as fault:
        return Told(reply.status, attempt, fault=f"unreadable reply: {fault}")
    return Told(reply.status, attempt, opened)


def _sealed_xml(body: bytes, asked: Sealed) -> Sealed:
    outer = xml.read(body.decode())
    parts = (outer[name] for name in ("Encrypt", "MsgSignature", "TimeStamp", "Nonce"))
    return Sealed(*parts)


def _sealed_json(body: bytes, asked: Sealed) -> Sealed:
    outer = json.loads(body)
    if str(outer["nonce"]) != asked.nonce:
        raise ValueError("nonce is not the one of the address")
    if type(outer["timestamp"]) is not int:
        raise ValueError("timestamp is not a number")
    return Sealed(
        outer["encrypt"], outer["msgsignature"], str(outer["timestamp"]), str(outer["nonce"])
    )
