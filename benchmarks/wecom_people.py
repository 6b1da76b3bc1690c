"""People in WeCom as the service meets them: sealed lines to the app and to the AI bot."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp

from benchmarks.answers import WITHIN_S, Unanswered, awaited
from benchmarks.callbacks import ENVELOPE
from benchmarks.mailbox import words_of
from benchmarks.platforms import Platforms
from benchmarks.services import AGENT
from bot.wecom.doors import AIBOT_PATH, APP_PATH
from bot.wecom.envelope import Envelope
from tests.wecom import forging

_APP = Envelope(forging.TOKEN, forging.AES_KEY, forging.CORP)
_ENCRYPTED = re.compile(r"<Encrypt><!\[CDATA\[(.*?)\]\]>", re.DOTALL)
POLL_S = 0.2
"""WeCom asks for more of a stream again at once; so quickly is as often as a phone shows it."""


@dataclass(slots=True)
class WecomPeople:
    """`clock` is the service's, in seconds. Both raise `Unanswered` unless the answer says `says`."""

    address: str
    session: aiohttp.ClientSession
    clock: Callable[[], float]
    wecom: Platforms
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def to_app(self, person: str, line: str, says: Sequence[str]) -> None:
        """A line in the app: answered by the callback's text or by a message of the app."""
        xml = (
            f"<xml><ToUserName>{forging.CORP}</ToUserName><FromUserName>{person}</FromUserName>"
            f"<CreateTime>{int(self.clock())}</CreateTime><MsgType>text</MsgType>"
            f"<Content><![CDATA[{line}]]></Content><MsgId>9{next(self._numbers):09}</MsgId>"
            f"<AgentID>{AGENT}</AgentID></xml>"
        )
        sealed = forging.encrypted(forging.packed(xml.encode()))
        body = f"<xml><ToUserName>{forging.CORP}</ToUserName><Encrypt>{sealed}</Encrypt></xml>"
        with self.wecom.mail.watched(person) as sent:
            answer, query = await self._called(APP_PATH, sealed, body)
            found = _ENCRYPTED.search(answer)
            text = self._opened(_APP, found[1], query) if found else ""
            await awaited(text, says, sent)

    async def to_bot(self, person: str, line: str, says: Sequence[str]) -> None:
        """A line to the AI bot in their own conversation, and its stream until it ends, or what follows."""
        path = f"/late/bot{next(self._numbers)}"
        told: dict[str, Any] = {"msgtype": "text", "text": {"content": line}}
        told["response_url"] = f"{self.wecom.address}{path}"
        with self.wecom.mail.watched(path) as late:
            async with asyncio.timeout(WITHIN_S):
                while True:
                    said = await self._bot(person, told)
                    stream = said.get("stream", {})
                    if stream.get("finish", True):
                        break
                    await asyncio.sleep(POLL_S)
                    told = {"msgtype": "stream", "stream": {"id": stream["id"]}}
            await awaited(words_of(said), says, late)

    async def _bot(self, person: str, told: dict[str, Any]) -> dict[str, Any]:
        body = {
            "msgid": f"M{next(self._numbers)}", "aibotid": "aib1",
            "from": {"userid": person}, "chattype": "single", **told,
        }  # fmt: skip
        sealed = forging.encrypted(forging.packed(json.dumps(body).encode(), ""))
        answer, query = await self._called(AIBOT_PATH, sealed, json.dumps({"encrypt": sealed}))
        if not answer:
            return {}
        said: dict[str, Any] = json.loads(
            self._opened(ENVELOPE, json.loads(answer)["encrypt"], query)
        )
        return said

    async def _called(self, path: str, sealed: str, body: str) -> tuple[str, dict[str, str]]:
        query = forging.signed(sealed, timestamp=str(int(self.clock())))
        url = f"{self.address}{path}?{urlencode(query)}"
        async with self.session.post(url, data=body) as response:
            answer = await response.text()
        if response.status != 200:
            raise Unanswered(f"{response.status} {answer[:200]}")
        return answer, query

    def _opened(self, envelope: Envelope, sealed: str, query: dict[str, str]) -> str:
        at = datetime.fromtimestamp(int(query["timestamp"]), UTC)
        resigned = forging.signed(sealed, timestamp=query["timestamp"])
        return envelope.open(resigned, sealed, at).decode()
