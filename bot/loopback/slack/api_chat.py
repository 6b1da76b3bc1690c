"""chat.*: posting, changing, taking away, aside, previews."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from bot.loopback.slack.api import Asking
from bot.loopback.slack.chats import Posted
from bot.loopback.slack.checks import (
    POST_TEXT_MOST,
    UPDATE_TEXT_MOST,
    check_blocks,
    check_metadata,
)
from bot.loopback.slack.codes import Refusal
from bot.loopback.slack.workspace import Channel, Workspace
from bot.loopback.slack.world import World

Json = dict[str, Any]


def post_message(asking: Asking) -> Json:
    """chat.postMessage: to a channel by id or name, or to a person."""
    workspace, channel = writable(asking)
    posted = _written(asking, workspace, channel, POST_TEXT_MOST)
    posted.text = posted.text[:POST_TEXT_MOST]
    posted.metadata = check_metadata(asking.arguments.get("metadata"))
    posted.thread = _thread(asking, channel)
    _hang(asking, posted)
    message = asking.world.chats.as_json(posted, metadata=True)
    return {"channel": channel.id, "ts": posted.ts, "message": message}


def post_ephemeral(asking: Asking) -> Json:
    """chat.postEphemeral: for one person who must be in the channel."""
    workspace, channel = writable(asking)
    user = asking.text("user")
    if user not in channel.members:
        raise Refusal("user_not_in_channel")
    posted = _written(asking, workspace, channel, POST_TEXT_MOST)
    posted.only_for = user
    posted.thread = _thread(asking, channel)
    _hang(asking, posted)
    return {"message_ts": posted.ts}


def update(asking: Asking) -> Json:
    """chat.update: only what the bot itself said; blocks that are left out stay."""
    # A person's id is no channel here, though chat.postMessage takes one.
    _, channel = asking.channel(asking.text("channel"))
    posted = asking.world.chats.get(channel.id, asking.text("ts"))
    if posted is None or posted.only_for:
        raise Refusal("message_not_found")
    if posted.bot_id != asking.installed.bot_id:
        raise Refusal("cant_update_message")
    if channel.archived:
        raise Refusal("is_inactive")
    text, blocks = asking.arguments.get("text"), asking.arguments.get("blocks")
    if text is None and blocks is None and "attachments" not in asking.arguments:
        raise Refusal("no_text")
    if text is not None and len(text) > UPDATE_TEXT_MOST:
        raise Refusal("msg_too_long")
    if blocks is not None:
        posted.blocks = check_blocks(blocks, asking.world.files.ready)
    if text is not None:
        posted.text = text
    if "metadata" in asking.arguments:
        posted.metadata = check_metadata(asking.arguments["metadata"])
    posted.edited_at = asking.world.chats.stamp()
    asking.world.chats.changed(posted, asking.method.name)
    message = asking.world.chats.as_json(posted)
    return {"channel": channel.id, "ts": posted.ts, "text": posted.text, "message": message}


def delete(asking: Asking) -> Json:
    """chat.delete: only what the bot itself said."""
    _, channel = asking.channel(asking.text("channel"))
    posted = asking.world.chats.get(channel.id, asking.text("ts"))
    if posted is None or posted.only_for:
        raise Refusal("message_not_found")
    if posted.bot_id != asking.installed.bot_id:
        raise Refusal("cant_delete_message")
    asking.world.chats.remove(posted, asking.method.name)
    return {"channel": channel.id, "ts": posted.ts}


def permalink(asking: Asking) -> Json:
    """chat.getPermalink."""
    workspace, channel = asking.channel(asking.text("channel"))
    ts = asking.text("message_ts")
    if asking.world.chats.get(channel.id, ts) is None:
        raise Refusal("message_not_found")
    address = f"https://{workspace.domain}.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": quote(address, safe=":/")}


def unfurl(asking: Asking) -> Json:
    """chat.unfurl: a preview under a message with a link of the app's domains."""
    posted = _linked(asking)
    unfurls = asking.arguments.get("unfurls")
    if not isinstance(unfurls, dict) or not unfurls:
        raise Refusal("missing_unfurls")
    for url, preview in unfurls.items():
        if url not in posted.text:
            raise Refusal("cannot_unfurl_url")
        if not isinstance(preview, dict):
            raise Refusal("invalid_unfurls_format")
        try:
            check_blocks(preview.get("blocks", []), asking.world.files.ready)
        except Refusal as refusal:
            raise Refusal("cannot_parse_attachment", *refusal.messages) from None
    posted.unfurls |= unfurls
    asking.world.chats.touched(posted)
    return {}


def set_status(asking: Asking) -> Json:
    """assistant.threads.setStatus: "is thinking…", which no test of ours looks at."""
    asking.channel(asking.text("channel_id"))
    return {}


def writable(asking: Asking) -> tuple[Workspace, Channel]:
    """Where a message is to hang; somebody's id opens the conversation with them."""
    wanted = asking.text("channel")
    if wanted[:1] in ("U", "W"):
        workspace, user = asking.user(wanted, "channel_not_found")
        if user.deleted or user.bot or not asking.world.app.messages_tab:
            raise Refusal("messages_tab_disabled" if not user.deleted else "channel_not_found")
        return workspace, asking.world.direct(workspace, wanted)
    workspace, channel = asking.channel(wanted, names=True)
    if channel.archived:
        raise Refusal("is_archived")
    open_to_all = "chat:write.public" in asking.installed.scopes and not channel.private
    if asking.installed.bot_user not in channel.members and not open_to_all:
        raise Refusal("not_in_channel")
    return workspace, channel


def _written(asking: Asking, workspace: Workspace, channel: Channel, most: int) -> Posted:
    text, blocks = asking.text("text"), asking.arguments.get("blocks") or []
    if not text and not blocks and not asking.arguments.get("attachments"):
        raise Refusal("no_text")
    world = asking.world
    checked = check_blocks(blocks, world.files.ready)
    return said(world, workspace, channel, text[:most], checked)


def said(
    world: World, workspace: Workspace, channel: Channel, text: str, blocks: list[Json]
) -> Posted:
    """A message of the bot that does not hang yet."""
    installed = world.installation(workspace)
    if installed is None:
        raise Refusal("account_inactive")
    return Posted(
        workspace,
        channel,
        world.chats.stamp(),
        installed.bot_user,
        text,
        blocks,
        installed.bot_id,
        app_id=world.app.id,
    )


def _hang(asking: Asking, posted: Posted) -> None:
    asking.world.chats.hang(posted, asking.method.name)


def _thread(asking: Asking, channel: Channel) -> str:
    ts = asking.text("thread_ts")
    if not ts:
        return ""
    root = asking.world.chats.get(channel.id, ts)
    if root is None or root.only_for:
        # Slack posts it in the channel or refuses it, by what the ts looks like; never guess.
        raise Refusal("cannot_reply_to_message")
    return root.thread or root.ts


def _linked(asking: Asking) -> Posted:
    """The message a link is in, named by channel and ts or by unfurl_id and source."""
    name = asking.text("unfurl_id")
    if name:
        if asking.text("source") not in ("conversations_history", "composer"):
            raise Refusal("invalid_source")
        found = asking.world.unfurls.get(name)
        if found is None:
            raise Refusal("invalid_unfurl_id")
        return found
    if not asking.text("channel"):
        raise Refusal("missing_channel")
    if not asking.text("ts"):
        raise Refusal("missing_ts")
    _, channel = asking.channel(asking.text("channel"), error="cannot_find_channel")
    posted = asking.world.chats.get(channel.id, asking.text("ts"))
    if posted is None:
        raise Refusal("cannot_find_message")
    return posted
