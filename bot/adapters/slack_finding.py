"""Reading back what was posted, by the key that each post carries as metadata.

Business time is not Slack's: it may be moved. So what is read is bounded by how much it is, and
the instant only tells when further back need not be looked.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.adapters.base import ROWS, WHOLE, Hanging, Receipt
from bot.slack.api import SlackApi
from bot.slack.channels import next_cursor
from bot.slack.ids import message_id
from bot.slack.workspaces import Workspace
from scoring.errors import Rejected

METADATA = "renewals_post"
"""The `event_type` of our posts' metadata."""

_PAGE = 200
_LEAST = 200
_MOST = 4_000
_MARGIN = timedelta(hours=1)


async def posted_under(
    api: SlackApi, workspace: Workspace, channel: str, key: str, since: datetime, *, below: str = ""
) -> str | None:
    """The ts of our post with that key in a channel, or below one of its posts; None: not there.

    Reads the newest first, at least the last 200 and then back to `since`; Rejected when that is
    more than can be looked through.
    """
    async for message in _read(api, workspace, channel, since, below):
        if _payload(message).get("key") == key:
            return str(message["ts"])
    return None


async def posted_since(
    api: SlackApi, workspace: Workspace, channel: str, since: datetime, *, below: str = ""
) -> list[Hanging]:
    """Everything of ours in a channel since then at least, the newest first, read the same way."""
    return [
        _hanging(channel, message)
        async for message in _read(api, workspace, channel, since, below)
        if isinstance(_payload(message).get("key"), str)
    ]


def sent_along(key: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata of a post: its key, and which deliveries it tells where `said` names them."""
    told = {name: said[name] for name in (ROWS, WHOLE) if name in said}
    return {"event_type": METADATA, "event_payload": {"key": key, **told}}


async def _read(
    api: SlackApi, workspace: Workspace, channel: str, since: datetime, below: str
) -> AsyncIterator[dict[str, Any]]:
    """Our own messages."""
    method = "conversations.replies" if below else "conversations.history"
    asked: dict[str, Any] = {
        "channel": channel,
        "ts": below or None,
        "limit": _PAGE,
        "include_all_metadata": True,
    }
    read = 0
    while read < _MOST:
        answer = await api.call(method, asked, team=workspace.team)
        messages = list(_messages(answer))
        for message in messages:
            if _ours(message, workspace):
                yield message
        read += len(messages)
        cursor = next_cursor(answer)
        far_enough = not below and read >= _LEAST and _all_before(messages, since - _MARGIN)
        if not cursor or not messages or far_enough:
            return
        asked["cursor"] = cursor
    raise Rejected("too much was said there since to look through", code="unreadable")


def _messages(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for message in answer.get("messages") or ():
        if isinstance(message, dict) and isinstance(message.get("ts"), str):
            yield message


def _ours(message: dict[str, Any], workspace: Workspace) -> bool:
    """Anybody can post metadata like ours; only our own posts count, where Slack says whose."""
    author = message.get("bot_id")
    return not author or not workspace.bot_id or author == workspace.bot_id


def _payload(message: dict[str, Any]) -> dict[str, Any]:
    match message.get("metadata"):
        case {"event_type": str(kind), "event_payload": dict(payload)} if kind == METADATA:
            return payload
    return {}


def _hanging(channel: str, message: dict[str, Any]) -> Hanging:
    payload = _payload(message)
    rows = payload.get(ROWS)
    return Hanging(
        key=str(payload["key"]),
        receipt=Receipt(message_id(channel, message["ts"])),
        rows=frozenset(rows.split()) if isinstance(rows, str) else None,
        whole=payload.get(WHOLE) is True,
        at=_said_at(message),
    )


def _all_before(messages: list[dict[str, Any]], instant: datetime) -> bool:
    return all(_said_at(message) < instant for message in messages)


def _said_at(message: dict[str, Any]) -> datetime:
    try:
        return datetime.fromtimestamp(float(message["ts"]), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.max.replace(tzinfo=UTC)
