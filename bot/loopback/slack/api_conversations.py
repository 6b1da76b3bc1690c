"""conversations.*: channels, direct conversations, and what was said there."""

from __future__ import annotations

from typing import Any

from bot.loopback.slack.api import Asking, page
from bot.loopback.slack.chats import Posted
from bot.loopback.slack.codes import Refusal
from bot.loopback.slack.workspace import Channel, Workspace

Json = dict[str, Any]

_TYPES = {"channels": "public_channel", "groups": "private_channel", "im": "im"}


def info(asking: Asking) -> Json:
    """conversations.info."""
    workspace, channel = asking.channel(asking.text("channel"), scope="read")
    told = channel_json(asking, workspace, channel)
    if asking.arguments.get("include_num_members"):
        told["num_members"] = len(channel.members)
    return {"channel": told}


def members(asking: Asking) -> Json:
    """conversations.members."""
    _, channel = asking.channel(asking.text("channel"), scope="read")
    ids: list[Any] = sorted(channel.members)
    return page(asking, ids, "members", 1_000)


def open_(asking: Asking) -> Json:
    """conversations.open: one person's conversation with the bot."""
    asking.need("im:write")
    wanted = asking.text("users")
    if asking.text("channel"):
        workspace, channel = asking.channel(asking.text("channel"))
        return {"channel": channel_json(asking, workspace, channel)}
    if not wanted:
        raise Refusal("users_list_not_supplied")
    if "," in wanted:
        raise Refusal("too_many_users")
    workspace, user = asking.user(wanted)
    if user.deleted:
        raise Refusal("user_disabled")
    known = workspace.direct(wanted) is not None
    channel = asking.world.direct(workspace, wanted)
    told: Json = {"id": channel.id}
    if asking.arguments.get("return_im"):
        told = channel_json(asking, workspace, channel)
    return {"channel": told, "already_open": known, "no_op": known}


def list_(asking: Asking) -> Json:
    """conversations.list: what the bot can see."""
    return page(asking, _listed(asking, lambda _: True), "channels", 1_000)


def of_user(asking: Asking) -> Json:
    """users.conversations: where the bot, or somebody, is a member."""
    who = asking.text("user") or asking.installed.bot_user
    return page(asking, _listed(asking, lambda channel: who in channel.members), "channels", 999)


def join(asking: Asking) -> Json:
    """conversations.join: public channels only."""
    asking.need("channels:join")
    workspace, channel = asking.channel(asking.text("channel"))
    if channel.private or channel.direct:
        raise Refusal("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refusal("is_archived")
    channel.members.add(asking.installed.bot_user)
    return {"channel": channel_json(asking, workspace, channel)}


def history(asking: Asking) -> Json:
    """conversations.history: newest first, without what was said in threads."""
    _, channel = _readable(asking)
    found = _between(asking, asking.world.chats.of(channel.id))
    return _messages(asking, list(reversed(found)))


def replies(asking: Asking) -> Json:
    """conversations.replies: a thread, oldest first, its first message too."""
    _, channel = _readable(asking)
    root = asking.world.chats.get(channel.id, asking.text("ts"))
    if root is None or root.only_for:
        raise Refusal("thread_not_found")
    thread = root.thread or root.ts
    first = asking.world.chats.get(channel.id, thread)
    found = _between(asking, asking.world.chats.answers(channel.id, thread))
    return _messages(asking, [*([] if first is None else [first]), *found])


def channel_json(asking: Asking, workspace: Workspace, channel: Channel) -> Json:
    """A channel as Slack's answers have it."""
    if channel.direct:
        return {
            "id": channel.id,
            "is_im": True,
            "user": channel.direct,
            "is_archived": False,
            "context_team_id": workspace.id,
        }
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.private,
        "is_group": channel.private,
        "is_im": False,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_general": False,
        "is_shared": channel.connected,
        "is_ext_shared": channel.connected,
        "is_org_shared": False,
        "is_member": asking.installed.bot_user in channel.members,
        "context_team_id": workspace.id,
    }


def _listed(asking: Asking, wanted: Any) -> list[Json]:
    types = (asking.text("types") or "public_channel").replace(" ", "").split(",")
    if not set(types) <= {"public_channel", "private_channel", "mpim", "im"}:
        raise Refusal("invalid_types")
    for scope, kind in _TYPES.items():
        if kind in types:
            asking.need(f"{scope}:read")
    workspace, bot = asking.workspace, asking.installed.bot_user
    return [
        channel_json(asking, workspace, channel)
        for channel in workspace.channels.values()
        if _TYPES[channel.scope] in types
        and (bot in channel.members or not (channel.private or channel.direct))
        and not (channel.archived and asking.arguments.get("exclude_archived"))
        and wanted(channel)
    ]


def _readable(asking: Asking) -> tuple[Workspace, Channel]:
    workspace, channel = asking.channel(asking.text("channel"), scope="history")
    if asking.installed.bot_user not in channel.members:
        raise Refusal("not_in_channel")
    return workspace, channel


def _between(asking: Asking, found: list[Posted]) -> list[Posted]:
    oldest = _instant(asking, "oldest", 0.0)
    latest = _instant(asking, "latest", float("inf"))
    inclusive = bool(asking.arguments.get("inclusive"))
    return [
        one
        for one in found
        if oldest < float(one.ts) < latest or (inclusive and float(one.ts) in (oldest, latest))
    ]


def _instant(asking: Asking, name: str, default: float) -> float:
    try:
        return float(asking.text(name) or default)
    except ValueError:
        raise Refusal(f"invalid_ts_{name}") from None


def _messages(asking: Asking, found: list[Posted]) -> Json:
    metadata = bool(asking.arguments.get("include_all_metadata"))
    told = page(asking, found, "messages", 999)
    chats = asking.world.chats
    told["messages"] = [chats.as_json(one, metadata=metadata) for one in told["messages"]]
    return told
