"""WeCom's side of the callbacks: sealed as WeCom seals, sent over real HTTP, answers opened."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.adapters.base import Adapters
from bot.dispatcher import Dispatcher
from bot.exchanges import Exchanges
from bot.web.server import serving, web_app
from bot.wecom.answering import (
    Identify,
    Met,
    NameOf,
    OnContactChange,
    Reception,
    as_heard,
    no_directory,
    nobodys_name,
    not_noted,
)
from bot.wecom.doors import AibotDoor, AppDoor, WecomDoors
from bot.wecom.envelope import Envelope
from bot.wecom.files import Files
from bot.wecom.open_streams import OpenStreams
from bot.wecom.replies import Patience, Reply
from bot.wecom.replies_app import AppReply
from bot.wecom.replies_callback import CallbackReply
from bot.wecom.small_talk import Addressed, SmallTalk
from handlers.commands import COMMANDS
from handlers.registry import Command
from storage.store import Store
from tests.sample_book import MONDAY, RULES
from tests.wecom import forging
from tests.wecom.ways import FakeWay

CORP = forging.CORP
AGENT = "1000002"
BOT_NAME = "续约助手"
UNHURRIED = Patience(sign_s=10.0, end_s=20.0)
HURRIED = Patience(sign_s=0.05, end_s=5.0)

_NUMBERS = itertools.count(1)
_TEXT = re.compile(r"<Content><!\[CDATA\[(.*?)\]\]></Content>", re.DOTALL)


@dataclass
class House:
    """A service that runs, as much of it as answers callbacks."""

    store: Store
    address: str
    session: aiohttp.ClientSession
    reception: Reception
    app: FakeWay
    late: list[tuple[str, dict[str, Any]]]
    clock: Clock
    statuses: list[int] = field(default_factory=list)

    async def app_hears(self, xml: str) -> str:
        """What an app's callback answers to an XML: the text inside, or nothing."""
        sealed = forging.encrypted(forging.packed(xml.encode()))
        body = f"<xml><ToUserName>{CORP}</ToUserName><Encrypt>{sealed}</Encrypt></xml>"
        answer = await self.call("/wecom/callback", body.encode(), self.signed(sealed))
        if not answer:
            return ""
        opened = self._opened(re.search(r"<Encrypt><!\[CDATA\[(.*?)\]\]>", answer), answer, CORP)
        found = _TEXT.search(opened)
        assert found is not None
        return found[1]

    async def bot_hears(self, body: dict[str, Any]) -> dict[str, Any]:
        """What an AI bot's callback answers to a body; empty when it answers nothing."""
        sealed = forging.encrypted(forging.packed(json.dumps(body).encode(), ""))
        whole = json.dumps({"encrypt": sealed}).encode()
        answer = await self.call("/wecom/aibot", whole, self.signed(sealed))
        if not answer:
            return {}
        encrypted = json.loads(answer)["encrypt"]
        return dict(json.loads(self._open(encrypted, answer, "")))

    async def call(
        self, path: str, body: bytes, query: dict[str, str] | str, method: str = "POST"
    ) -> str:
        """One request; its status is kept."""
        asked = query if isinstance(query, str) else urlencode(query)
        url = f"{self.address}{path}?{asked}"
        async with self.session.request(method, url, data=body) as response:
            self.statuses.append(response.status)
            return await response.text()

    def signed(self, encrypt: str) -> dict[str, str]:
        """The query that goes with a sealed text now."""
        return forging.signed(encrypt, timestamp=str(int(self.clock.now.timestamp())))

    def text(self, line: str, sender: str = "lilei", msgid: str = "") -> str:
        """Somebody types a line to the app."""
        number = msgid or f"7{next(_NUMBERS):06}"
        return self._xml(
            sender,
            f"<MsgType>text</MsgType><Content><![CDATA[{line}]]></Content><MsgId>{number}</MsgId>",
        )

    def event(self, name: str, sender: str = "lilei", **fields: str) -> str:
        """Something else happens in the app."""
        inner = "".join(f"<{tag}><![CDATA[{value}]]></{tag}>" for tag, value in fields.items())
        return self._xml(sender, f"<MsgType>event</MsgType><Event>{name}</Event>{inner}")

    def tap(self, key: str, task_id: str, sender: str = "lilei", code: str = "fresh") -> str:
        """Somebody taps a button of a card of the app."""
        return self.event(
            "template_card_event",
            sender,
            EventKey=key,
            TaskId=task_id,
            CardType="button_interaction",
            ResponseCode=code,
        )

    def mention(
        self, line: str, sender: str = "LiLei", group: str | None = "wrEast", **more: Any
    ) -> dict[str, Any]:
        """Somebody types a line to the AI bot, in a group or directly."""
        where = {"chatid": group, "chattype": "group"} if group else {"chattype": "single"}
        return {
            "msgid": f"M{next(_NUMBERS)}",
            "aibotid": "aib1",
            "from": {"userid": sender},
            "msgtype": "text",
            "text": {"content": line},
            **where,
            **more,
        }

    def bot_event(self, name: str, sender: str = "LiLei", **more: Any) -> dict[str, Any]:
        """Something else happens at the AI bot."""
        return {
            "msgid": f"M{next(_NUMBERS)}",
            "from": {"userid": sender},
            "chattype": "single",
            "msgtype": "event",
            "event": {"eventtype": name, **more.pop("event", {})},
            **more,
        }

    def _xml(self, sender: str, inner: str) -> str:
        at = int(self.clock.now.timestamp())
        return (
            f"<xml><ToUserName>{CORP}</ToUserName><FromUserName>{sender}</FromUserName>"
            f"<CreateTime>{at}</CreateTime>{inner}<AgentID>{AGENT}</AgentID></xml>"
        )

    def _opened(self, found: re.Match[str] | None, answer: str, receiveid: str) -> str:
        assert found is not None, answer
        return self._open(found[1], answer, receiveid)

    def _open(self, encrypt: str, answer: str, receiveid: str) -> str:
        envelope = Envelope(forging.TOKEN, forging.AES_KEY, receiveid)
        return envelope.open(self.signed(encrypt), encrypt, self.clock.now).decode()


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now


async def no_pause(_seconds: float) -> None:
    """Pauses take no time."""


@asynccontextmanager
async def house(
    store: Store,
    *,
    commands: Sequence[Command] = COMMANDS,
    patience: Patience = UNHURRIED,
    app: FakeWay | None = None,
    exchanges: Exchanges[Reply] | None = None,
    identify: Identify = as_heard,
    on_contact_change: OnContactChange = no_directory,
    name_of_unknown: NameOf = nobodys_name,
    met: Met = not_noted,
    files: Files | None = None,
    clock: Clock | None = None,
    both: bool = True,
    late_post: Callable[..., Any] | None = None,
    poll_s: float = 10.0,
    envelope: Envelope | None = None,
) -> AsyncIterator[House]:
    """The doors over real HTTP, in front of the real commands."""
    clock = clock or Clock()
    way = app or FakeWay()
    late: list[tuple[str, dict[str, Any]]] = []

    async def keep(url: str, body: dict[str, Any]) -> None:
        late.append((url, body))

    talk = SmallTalk(store, RULES)
    reception = Reception(
        store,
        Dispatcher(store, commands, RULES),
        RULES,
        clock,
        files=files or Files(None, api_url="http://127.0.0.1:9"),
        talk=talk,
        adapters=Adapters([way]),
        identify=identify,
        on_contact_change=on_contact_change,
        name_of_unknown=name_of_unknown,
        met=met,
        aibot_name=BOT_NAME,
        exchanges=exchanges or Exchanges(),
    )
    streams = OpenStreams(store, clock, talk, poll_s=poll_s)

    def by_app(heard: Addressed) -> AppReply:
        return AppReply(heard, way, patience=patience, sleep=no_pause)

    def by_bot(heard: Addressed) -> CallbackReply:
        post = late_post or keep
        return CallbackReply(heard, streams, late_post=post, app=way, patience=patience)

    doors = WecomDoors(
        reception,
        clock,
        app=AppDoor(envelope or Envelope(forging.TOKEN, forging.AES_KEY, CORP), CORP, by_app),
        aibot=AibotDoor(
            envelope or Envelope(forging.TOKEN, forging.AES_KEY, ""), by_bot, streams, BOT_NAME
        )
        if both
        else None,
        read_s=0.5,
    )
    async with (
        serving(web_app([doors]), "127.0.0.1", 0) as address,
        aiohttp.ClientSession() as session,
    ):
        yield House(store, address, session, reception, way, late, clock)
        await reception.drain()


async def settled() -> None:
    """Let everything that is ready to run do so."""
    for _ in range(50):
        await asyncio.sleep(0)
