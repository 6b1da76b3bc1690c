"""Whatever goes wrong with Slack, the log and every `repr` keep to themselves what is secret."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from bot.slack.grants import Grant, Tokens
from bot.slack.workspaces import Workspace
from handlers.commands import COMMANDS
from handlers.commands.due import due
from handlers.context import Context
from storage.store import Store
from tests.sample_book import SampleBook
from tests.service.test_logs import logged
from tests.slack.attacks.front import event, front, number, shortcut, slash, submission, tap, wire
from tests.slack.house import LILEI
from tests.slack.payloads import signed
from tests.wecom.dialogues import ticked_book

TOKEN = "xoxb-of-a-test"
CANARY = "canary"


@pytest.fixture
async def book(store: Store) -> SampleBook:
    """The sample book, every renewal opened."""
    return await ticked_book(store)


async def _fails(_ctx: Context, **values: Any) -> Any:
    raise RuntimeError("a bug")


@pytest.mark.parametrize("log_format", ["console", "json"])
async def test_nothing_of_what_is_told_gets_into_the_log(
    store: Store, book: SampleBook, log_format: str
) -> None:
    commands = [replace(due, run=_fails) if one is due else one for one in COMMANDS]
    text = f"{CANARY} words of a customer"
    item = {"type": "message", "channel": "C0EAST", "ts": "1795200000.000003"}
    said = {"channel": "D1", "channel_type": "im", "user": LILEI, "ts": "1.1"}
    file = {"id": "F1", "name": f"{CANARY}.csv", "mode": "hosted", "size": 3}
    file["url_private_download"] = f"https://evil.example/{CANARY}"
    with logged(log_format) as written:
        async with front(store, commands=commands) as at:
            slack = at.home.slack
            slack.users["U9NEW"] = {
                "id": "U9NEW",
                "team_id": "T1",
                "profile": {"real_name": CANARY, "email": f"{CANARY}@example.com"},
            }
            url = {"response_url": f"{slack.url}/respond/{CANARY}"}
            foreign = {"response_url": f"https://evil.example/{CANARY}"}
            trigger = {"trigger_id": f"{CANARY}.{number()}"}
            quoting = {"messages": [f'[ERROR] "{text}" is too long [json-pointer:/blocks/0]']}
            for told in (
                slash(at, f"due {text}", **url, **trigger),
                slash(at, text, "U9NEW", **url),
                tap(at, f"show {text}", **foreign),
                tap(at, f"show {text}", **url),
                tap(at, "log A#1", action="form:1", **trigger),
                tap(at, "show A#1", action="share:1", **url),
                submission('{"line":"log A#1","origin":"{canary"}', text=text),
                submission("canary {", text=text),
                shortcut(at, text, **url),
                event("message", **said, text=f"due {text}", files=[file]),
                event("message", **{**said, "user": "U3ADA"}, text=text, files=[file]),
                event("reaction_added", user=LILEI, reaction="pushpin", item=item),
                event("app_home_opened", user=LILEI, tab="home", channel="D1"),
                event("canary_event", user=LILEI, text=text),
                {"type": "block_actions", "actions": CANARY, "user": CANARY},
            ):
                slack.scripts["response"].append(500)
                slack.scripts["response"].append({"ok": False, "error": "invalid_blocks"})
                for method in ("views.open", "chat.postMessage", "chat.postEphemeral"):
                    fault = {"ok": False, "error": "invalid_blocks", "response_metadata": quoting}
                    slack.scripts[method].append(fault)
                await at.post(wire(told))
                slack.scripts.clear()
            body = wire(slash(at, text))
            for headers in ({}, signed(body, at.home.clock(), CANARY), {"X-Slack-Signature": "v0"}):
                async with at.http.post(at.address, data=body, headers=headers) as response:
                    assert response.status == 401
            await at.home.settled()
        log = written.getvalue()
    assert "a line could not be answered" in log
    secrets = ("words of", f"/{CANARY}", f"{CANARY}.", f"{CANARY}@", TOKEN)
    # The Slack of this test keeps a log of its own.
    ours = [line for line in log.splitlines() if "aiohttp.access" not in line]
    assert [line for line in ours for one in secrets if one in line] == []


def test_values_with_tokens_do_not_show_them() -> None:
    token = SecretStr("xoxb-canary")
    for value in (
        Tokens(token, SecretStr("xoxe-canary"), 1.0),
        Grant("T1", "House", "A1", "U1", Tokens(token)),
        Workspace("T1", "U1", "B1", token),
    ):
        assert CANARY not in f"{value!r} {value}"
