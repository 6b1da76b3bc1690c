"""What `emulate`, a Slack Web API that others wrote, makes of the product's own calls.

A second opinion beside our own loopback Slack, so that a shared mistake cannot hide. It brings a
Node 22 and takes 195 MB, so it is no part of the suite:

    (cd tests/node/slack && npm install --no-audit --no-fund --no-package-lock)
    python -m pytest tests/slack/second_opinion.py
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from bot.adapters.slack import SlackBot
from bot.slack.api import SlackApi
from bot.slack.workspaces import OneWorkspace
from messages.i18n import Phrasebook
from messages.model import Attachment, Button, Message, Paragraph, Table, plain
from scoring.errors import BadCredentials, DeliveryError, RecipientGone
from scoring.model import Locale
from storage.posts import Post
from storage.store import Store
from tests.sample_book import MONDAY

FOLDER = Path(__file__).parent.parent / "node" / "slack" / "node_modules" / ".bin"
BOOK = Phrasebook(Locale.ZH)
PLACE = "C000000001"
CARD = Message(
    "云帆 3月31日到期",
    (
        Paragraph(plain("云帆 & <!channel> *不是粗体*")),
        Table(("客户", "金额"), ((plain("云帆"), plain("¥10万")), (plain("Harbor"), plain("$2K")))),
    ),
    buttons=(Button("认领", "claim R-1"), Button("跟进", "log R-1")),
)


@pytest.fixture
async def peer() -> AsyncIterator[str]:
    """Its API's address; a workspace with two channels and nobody but its owner."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    options = ("--service", "slack", "--port", str(port), "--base-url", origin)
    process = await asyncio.create_subprocess_exec(
        *(FOLDER / "node", FOLDER / "emulate", "start", *options),
        env={name: value for name, value in os.environ.items() if "proxy" not in name.lower()},
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        url = f"{origin}/api/"
        await _answers(f"{url}api.test")
        yield url
    finally:
        process.kill()
        await process.wait()


async def _answers(url: str) -> None:
    async with asyncio.timeout(30), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.post(url):
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)


@pytest.fixture
async def api(peer: str) -> AsyncIterator[SlackApi]:
    workspaces = OneWorkspace(SecretStr("xoxb-any"), api_url=peer)
    calling = SlackApi(workspaces, api_url=peer, clock=lambda: MONDAY)
    yield calling
    await calling.close()


@pytest.fixture
def bot(api: SlackApi, store: Store) -> SlackBot:
    return SlackBot(api, store, paced=False)


async def hanging(api: SlackApi, **where: Any) -> list[dict[str, Any]]:
    """What hangs in the channel."""
    arguments = {"channel": PLACE, "include_all_metadata": True}
    found = await api.call("conversations.history", arguments)
    return list(found["messages"])


def post_of(message_id: str, key: str) -> Post:
    return Post(
        1, "slack", PLACE, message_id, "alert", None, None, key, None, {}, 0, None, None, MONDAY
    )


async def test_a_card_is_posted_found_by_its_key_and_edited(api: SlackApi, bot: SlackBot) -> None:
    (payload,) = bot.render(CARD, PLACE, BOOK, "k-1")
    receipt = await bot.send(PLACE, payload, "k-1")
    (message,) = await hanging(api)
    assert message["blocks"] == payload["blocks"]
    assert message["metadata"]["event_payload"]["key"] == "k-1"
    assert await bot.find(PLACE, "k-1", MONDAY - timedelta(hours=1)) == receipt
    assert await bot.find(PLACE, "k-2", MONDAY - timedelta(hours=1)) is None

    (changed,) = bot.render(Message("已认领"), PLACE, BOOK, "k-1")
    await bot.edit(post_of(receipt.message_id, "k-1"), changed)
    (message,) = await hanging(api)
    assert (message["text"], message["blocks"]) == (changed["text"], changed["blocks"])


async def test_history_hangs_in_the_thread_of_its_card(api: SlackApi, bot: SlackBot) -> None:
    (payload,) = bot.render(Message("云帆"), PLACE, BOOK, "k-1")
    card = await bot.send(PLACE, payload, "k-1")
    (line,) = bot.render(Message("Ada 认领了"), PLACE, BOOK, "k-2")
    below = await bot.send(PLACE, {**line, "thread": card.message_id}, "k-2")
    ts = card.message_id.partition("/")[2]
    found = await api.call("conversations.replies", {"channel": PLACE, "ts": ts})
    assert [one["text"] for one in found["messages"]] == [payload["text"], line["text"]]
    since = MONDAY - timedelta(hours=1)
    assert await bot.find(PLACE, "k-2", since, card.message_id) == below


async def test_a_channel_by_name_a_person_and_nobody(api: SlackApi, bot: SlackBot) -> None:
    (payload,) = bot.render(Message("hello"), "#general", BOOK, "k")
    with pytest.raises(DeliveryError):
        # It knows no `users.conversations`, and says so with a 404: nothing was posted.
        await bot.send("#general", payload, "k")
    with pytest.raises(RecipientGone):
        await bot.send("C0NOWHERE", payload, "k")
    assert await hanging(api) == []


async def test_a_file_is_shared_and_known(api: SlackApi) -> None:
    file_id = await api.upload(Attachment("到期.csv", "text/csv", b"a,b\n1,2\n"), channel=PLACE)
    told = await api.call("files.info", {"file": file_id})
    assert (told["file"]["name"], told["file"]["size"]) == ("到期.csv", 8)


async def test_a_token_it_does_not_know_is_refused(peer: str) -> None:
    workspaces = OneWorkspace(SecretStr(""), api_url=peer)
    with pytest.raises(BadCredentials):
        await workspaces.all()
