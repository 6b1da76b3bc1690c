"""A loopback WeCom for tests: a company, a clock to set, and the shortest way to ask it things."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from bot.loopback.board import Board
from bot.loopback.wecom.cloud import LoopbackCloud
from bot.loopback.wecom.company import AiBot, Company, GroupRobot, Member, SelfBuiltApp
from bot.loopback.wecom.hook import Hook
from bot.loopback.wecom.limits import Limits, Timing
from tests.sample_book import MONDAY

Json = dict[str, Any]

CORP = "ww1a2b3c4d5e6f7890"
AGENT = 1000002
BUTTONS = {
    "card_type": "button_interaction",
    "main_title": {"title": "华为 续约"},
    "button_list": [
        {"text": "认领", "style": 1, "key": "claim 42"},
        {"text": "稍后", "style": 2, "key": "snooze 42"},
    ],
    "task_id": "task-1",
}
CLAIMED = {
    "card_type": "text_notice",
    "main_title": {"title": "已认领"},
    "card_action": {"type": 1, "url": "https://example.invalid"},
    "task_id": "task-1",
}


def card(task_id: str = "task-1", **more: Any) -> Json:
    """A message that is a card with two buttons."""
    return {"msgtype": "template_card", "template_card": {**BUTTONS, "task_id": task_id, **more}}


def text(content: str) -> Json:
    """A message that is a text."""
    return {"msgtype": "text", "text": {"content": content}}


def markdown(content: str) -> Json:
    """A message that is markdown."""
    return {"msgtype": "markdown", "markdown": {"content": content}}


def company() -> Company:
    """Three people, an app, a robot and an AI bot."""
    made = Company(CORP)
    made.hire(Member("ZhangSan", "张三", 1), Member("lisi", "李四", 2), Member("wangwu", "王五", 3))
    made.set_up(
        SelfBuiltApp(AGENT, "app-secret"),
        GroupRobot("robot-key", "sales"),
        AiBot("aibFakeBot0001", "FAKESECRET", "续约助手"),
    )
    made.gather("wrFakeChat0001", ["zhangsan", "lisi"])
    return made


@dataclass
class CloudDesk:
    """A cloud that runs, the time it believes in, and a session."""

    cloud: LoopbackCloud
    board: Board
    session: aiohttp.ClientSession
    time: Time
    tokens: dict[str, str] = field(default_factory=dict)

    async def token(self, of: str = "app-secret") -> str:
        """A token for a secret, asked for anew."""
        answer = await self.get("gettoken", corpid=CORP, corpsecret=of)
        return str(answer["access_token"])

    async def get(self, path: str, **query: str) -> Json:
        """A GET, without a token."""
        async with self.session.get(self._url(path), params=query) as response:
            assert response.status == 200
            answer: Json = await response.json()
        return answer

    async def post(self, path: str, body: object, **query: str) -> Json:
        """A POST, without a token."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with self.session.post(self._url(path), data=sent, params=query) as response:
            assert response.status == 200
            answer: Json = await response.json()
        return answer

    async def ask(self, path: str, body: object = None, **query: str) -> Json:
        """With a token: a GET without a body, else a POST."""
        query.setdefault("access_token", await self.token())
        if body is None:
            return await self.get(path, **query)
        return await self.post(path, body, **query)

    async def send(self, message: Json, touser: str = "zhangsan", **more: Any) -> Json:
        """A message of the app."""
        body = {"touser": touser, "agentid": AGENT, **message, **more}
        return await self.ask("message/send", body)

    async def robot(self, message: Json, key: str = "robot-key") -> Json:
        """A message of a robot."""
        return await self.post("webhook/send", message, key=key)

    async def upload(self, path: str, name: str, content: bytes, kind: str, **query: str) -> Json:
        """A file as multipart form."""
        if not query:
            query["access_token"] = await self.token()
        # WeCom shows a name as it comes: percent signs instead of Chinese would stay.
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("media", content, filename=name, content_type="application/octet-stream")
        url = self._url(path)
        async with self.session.post(url, data=form, params={**query, "type": kind}) as response:
            answer: Json = await response.json()
        return answer

    async def download(self, media_id: str) -> tuple[str, bytes]:
        """Name and content of a file."""
        query = {"access_token": await self.token(), "media_id": media_id}
        async with self.session.get(self._url("media/get"), params=query) as response:
            assert response.content_disposition is not None
            return str(response.content_disposition.filename), await response.read()

    def newest(self, place: str) -> Any:
        """What hangs last in a place."""
        rooms = [f"wecom:{place}"]
        return list(self.board.seen_by(1, rooms))[-1]

    def _url(self, path: str) -> str:
        return f"{self.cloud.api_url}/cgi-bin/{path}"


class Time:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **spans: float) -> None:
        """Let time pass."""
        self.now += timedelta(**spans)


@asynccontextmanager
async def running(
    made: Company | None = None,
    *,
    limits: Limits | None = None,
    timing: Timing | None = None,
    hook: Hook | None = None,
) -> AsyncIterator[CloudDesk]:
    """A cloud of a company, stopped at the end."""
    time, board = Time(), Board()
    cloud = LoopbackCloud(made or company(), board, time, limits=limits, timing=timing, hook=hook)
    await cloud.start()
    try:
        async with aiohttp.ClientSession() as session:
            yield CloudDesk(cloud, board, session, time)
    finally:
        await cloud.stop()


def codes(*answers: Mapping[str, Any]) -> list[int]:
    """The error codes of answers."""
    return [int(answer["errcode"]) for answer in answers]
