"""People talking: lines, mentions, commands, files, reactions."""

from __future__ import annotations

import re
import secrets
from typing import Any
from urllib.parse import urlsplit

from bot.loopback.slack.acting import Acting, Done
from bot.loopback.slack.answers import acknowledged
from bot.loopback.slack.chats import Posted
from bot.loopback.slack.telling import UNHEARD, Told
from bot.loopback.slack.workspace import Channel, User, Workspace

Json = dict[str, Any]

_KEPT = re.compile(r"<(?:[@#!][^<>]+|(?:https?|mailto):[^<>]+)>")
_LINK = re.compile(r"https?://[^\s<>]+")


class Talk(Acting):
    """What people say."""

    async def say(self, user: str, place: str, text: str, *, thread: str = "") -> Done:
        """Type a line: the bot hears it in its conversation, elsewhere with its mention.

        `text` is what is typed; `<@U…>` are mentions. In a thread with the ts of its first message.
        """
        workspace, person, channel = self.where(user, place)
        posted = self._hang(workspace, person, channel, typed(text), thread)
        return Done(await self._told(workspace, person, channel, posted), posted)

    async def mention(self, user: str, place: str, text: str, *, thread: str = "") -> Done:
        """Say something to the bot in a channel."""
        workspace, _, _ = self.where(user, place)
        bot = self.installed(workspace).bot_user
        return await self.say(user, place, f"<@{bot}> {text}", thread=thread)

    async def slash(self, user: str, place: str, text: str = "", command: str = "") -> Done:
        """A slash command; works where the bot is not a member, too."""
        workspace, person, channel = self.where(user, place)
        wanted = command or next(iter(self._world.app.commands))
        if wanted not in self._world.app.commands:
            raise LookupError(f"{wanted} is not a command of the app")
        late = self.late(workspace, channel, person)
        body: Json = {
            "token": "unused",
            "team_id": workspace.id,
            "team_domain": workspace.domain,
            "channel_id": channel.id,
            "channel_name": self.channel_name(channel),
            "user_id": person.id,
            "user_name": person.name,
            "command": wanted,
            "text": typed(text, links=False),
            "api_app_id": self._world.app.id,
            "is_enterprise_install": "true" if not self.installed(workspace).team else "false",
            "response_url": self.response_url("commands", late),
            "trigger_id": self._world.triggers.new(workspace.id, person.id),
        }
        if workspace.enterprise:
            body |= {"enterprise_id": workspace.enterprise, "enterprise_name": "Organisation"}
        told = await self._telling.command(body)
        if not told.delivered:
            failed = (
                "operation_timeout" if not told.fault.startswith("status") else "dispatch_failed"
            )
            return Done(told, view=self.top(user), complaint=failed)
        complaint = acknowledged(self._world, late, told.body or {})
        posted = self._world.chats.get(channel.id, late.ts) if late.ts else None
        return Done(told, posted, self.top(user), complaint=complaint)

    async def drop(
        self, user: str, place: str, name: str, content: bytes, text: str = "", *, thread: str = ""
    ) -> Done:
        """Drop a file, with a line if there is something to say about it."""
        workspace, person, channel = self.where(user, place)
        file = self._world.files.drop(workspace.id, user, name, content)
        told = [self._world.files.as_json(file, self._world.origin)]
        posted = self._hang(workspace, person, channel, typed(text), thread, told)
        file.shares.setdefault(channel.id, []).append(posted.ts)
        return Done(await self._told(workspace, person, channel, posted), posted)

    async def react(self, user: str, place: str, ts: str, name: str) -> Done:
        """Put an emoji under a message; a second time takes nothing away."""
        workspace, _, channel = self.where(user, place)
        posted = self.posted(user, channel, ts)
        if posted.only_for:
            raise LookupError("nobody can react to an ephemeral message")
        who = posted.reactions.setdefault(name, [])
        if user in who:
            return Done(posted=posted)
        who.append(user)
        self._world.chats.touched(posted)
        event = {
            "type": "reaction_added",
            "user": user,
            "reaction": name,
            "item": {"type": "message", "channel": channel.id, "ts": ts},
            "item_user": posted.user,
        }
        return Done(await self._telling.event(workspace, event, channel=channel), posted)

    def _hang(
        self,
        workspace: Workspace,
        person: User,
        channel: Channel,
        text: str,
        thread: str,
        files: list[Json] | None = None,
    ) -> Posted:
        if channel.archived:
            raise LookupError(f"{channel.place} is archived")
        root = self.posted(person.id, channel, thread) if thread else None
        posted = Posted(
            workspace,
            channel,
            self._world.chats.stamp(),
            person.id,
            text,
            [] if not text else [_rich(text)],
            thread="" if root is None else root.thread or root.ts,
            files=files or [],
        )
        return self._world.chats.hang(posted, author=person)

    async def _told(
        self, workspace: Workspace, person: User, channel: Channel, posted: Posted
    ) -> Told:
        """Tell all that a line is subscribed as; the best of what came of it."""
        event = {
            **self._world.chats.as_json(posted),
            "client_msg_id": secrets.token_hex(16),
            "channel": channel.id,
            "channel_type": channel.type,
            "event_ts": posted.ts,
        }
        if person.team:
            event |= {"user_team": person.team, "source_team": person.team}
        if posted.files:
            event["subtype"] = "file_share"
        outcomes = []
        subscription = {"im": "im", "group": "groups"}.get(channel.type, "channels")
        outcomes.append(
            await self._telling.event(
                workspace, event, subscription=f"message.{subscription}", channel=channel
            )
        )
        installed = self._world.installation(workspace)
        if installed and not channel.direct and f"<@{installed.bot_user}>" in posted.text:
            mention = {name: value for name, value in event.items() if name != "channel_type"}
            mention["type"] = "app_mention"
            outcomes.append(await self._telling.event(workspace, mention, channel=channel))
        links = self._links(posted.text)
        if links:
            shared = {
                "type": "link_shared",
                "user": person.id,
                "channel": channel.id,
                "message_ts": posted.ts,
                "unfurl_id": self._world.linked(posted),
                "source": "conversations_history",
                "links": links,
                "is_bot_user_member": bool(installed and installed.bot_user in channel.members),
            }
            if posted.thread:
                shared["thread_ts"] = posted.thread
            outcomes.append(await self._telling.event(workspace, shared))
        told = [one for one in outcomes if one.attempts]
        return next((one for one in told if one.delivered), told[0] if told else UNHEARD)

    def _links(self, text: str) -> list[Json]:
        links = [link.partition("|")[0] for link in _LINK.findall(text)]
        return [
            {"domain": domain, "url": url}
            for url in links
            for domain in self._world.app.unfurl_domains
            if f".{urlsplit(url).hostname or ''}".endswith(f".{domain}")
        ]


def typed(text: str, *, links: bool = True) -> str:
    """What somebody typed as Slack sends it: escaped, but for mentions; addresses in <>."""
    parts, last = [], 0
    for kept in _KEPT.finditer(text):
        parts += [_escaped(text[last : kept.start()], links), kept.group()]
        last = kept.end()
    return "".join([*parts, _escaped(text[last:], links)])


def _escaped(text: str, links: bool) -> str:
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _LINK.sub(lambda link: f"<{link.group()}>", safe) if links else safe


def _rich(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}
