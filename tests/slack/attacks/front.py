"""The service at its real door, and Slack's payloads as the wire carries them, signed."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp
from pydantic import SecretStr

from bot.slack.bolt_app import SlackApp
from bot.slack.doors import PATH, SlackDoor
from bot.web.server import serving, web_app
from storage.store import Store
from tests.slack.answered import TEAM, Json
from tests.slack.house import EAST, LILEI, House, house
from tests.slack.payloads import SECRET, signed

_NUMBERS = itertools.count(1)
CHANNEL_NAME = "renewals-east"


@dataclass
class Front:
    """One replica: its address, what is behind it, and Slack, which signs."""

    address: str
    home: House
    http: aiohttp.ClientSession

    async def post(self, body: bytes) -> tuple[int, Any]:
        """Sign a body and send it: the status, and what the acknowledgement carries."""
        headers = signed(body, self.home.clock())
        async with self.http.post(self.address, data=body, headers=headers) as response:
            said = await response.text()
            return response.status, json.loads(said) if said else None

    async def tell(self, told: Json) -> Any:
        """What the acknowledgement of a well-formed payload carries."""
        status, answer = await self.post(wire(told))
        assert status == 200
        return answer


def wire(told: Json) -> bytes:
    """Events are JSON, the rest forms."""
    if told.get("type") == "event_callback":
        return json.dumps(told).encode()
    if "command" in told:
        return urlencode(told).encode()
    return urlencode({"payload": json.dumps(told)}).encode()


def number() -> str:
    """Never the same twice."""
    return f"{next(_NUMBERS)}.9"


def slash(front: Front, text: str, user: str = LILEI, **more: Any) -> Json:
    """`/renewals text` in a channel."""
    return {
        "command": "/renewals",
        "text": text,
        "team_id": TEAM,
        "user_id": user,
        "channel_id": EAST,
        "channel_name": CHANNEL_NAME,
        "trigger_id": number(),
        "response_url": front.home.url("slash"),
        **more,
    }


def tap(
    front: Front,
    line: str,
    user: str = LILEI,
    *,
    action: str = "line:0",
    channel: str = EAST,
    team: str = TEAM,
    **more: Any,
) -> Json:
    """A button of a message in a channel."""
    return {
        "type": "block_actions",
        "team": {"id": team},
        "user": {"id": user, "team_id": team},
        "channel": {"id": channel, "name": CHANNEL_NAME},
        "container": {"type": "message", "message_ts": "1795300000.000001", "channel_id": channel},
        "trigger_id": number(),
        "response_url": front.home.url("tap"),
        "actions": [{"action_id": action, "value": line, "type": "button", "action_ts": number()}],
        **more,
    }


def submission(metadata: str, user: str = LILEI, **values: str) -> Json:
    """A form of text fields that is handed in; `metadata` is its private_metadata."""
    return {
        "type": "view_submission",
        "team": {"id": TEAM},
        "user": {"id": user, "team_id": TEAM},
        "trigger_id": number(),
        "view": {
            "id": f"V{number()}".replace(".", ""),
            "hash": "h9",
            "team_id": TEAM,
            "type": "modal",
            "callback_id": "line",
            "private_metadata": metadata,
            "blocks": [
                {"type": "input", "block_id": name, "element": {"type": "plain_text_input"}}
                for name in values
            ],
            "state": {
                "values": {
                    name: {name: {"type": "plain_text_input", "value": value}}
                    for name, value in values.items()
                }
            },
        },
    }


def shortcut(front: Front, text: str, user: str = LILEI, **more: Any) -> Json:
    """ "Log as touch" on a message of a channel."""
    return {
        "type": "message_action",
        "callback_id": "log_as_touch",
        "team": {"id": TEAM},
        "user": {"id": user, "team_id": TEAM},
        "channel": {"id": EAST, "name": CHANNEL_NAME},
        "message_ts": "1795200000.000001",
        "message": {"ts": "1795200000.000001", "text": text, "user": "U9CUSTOMER"},
        "trigger_id": number(),
        "response_url": front.home.url("shortcut"),
        "action_ts": number(),
        **more,
    }


def search(text: str, user: str = LILEI, what: str = "customer", team: str = TEAM) -> Json:
    """What somebody types into a select of a form."""
    return {
        "type": "block_suggestion",
        "team": {"id": team},
        "user": {"id": user, "team_id": team},
        "container": {"type": "view", "view_id": "V9"},
        "action_id": f"search:{what}",
        "value": text,
    }


def event(kind: str, team: str = TEAM, **fields: Any) -> Json:
    """Something that happened, as the events API tells it."""
    ts = number()
    return {
        "type": "event_callback",
        "event_id": f"Ev{ts}",
        "team_id": team,
        "authorizations": [{"team_id": team, "user_id": "U0BOT", "is_bot": True}],
        "event": {"type": kind, "event_ts": ts, **fields},
    }


@asynccontextmanager
async def front(store: Store, **more: Any) -> AsyncIterator[Front]:
    """A replica at a port of its own; what `house` takes is passed on."""
    async with AsyncExitStack() as stack:
        home = await stack.enter_async_context(house(store, **more))
        door = SlackDoor(SlackApp(home.reception.hear), SecretStr(SECRET), home.clock)
        address = await stack.enter_async_context(serving(web_app([door]), "127.0.0.1", 0))
        connections = aiohttp.TCPConnector(limit=0)
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=connections))
        yield Front(f"{address}{PATH}", home, http)
