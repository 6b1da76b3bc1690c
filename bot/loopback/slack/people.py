"""What people do in their Slack. Each act returns once the product has been told of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.loopback.slack.acting import Done
from bot.loopback.slack.api_people import person_json
from bot.loopback.slack.people_forms import Forms
from bot.loopback.slack.people_talk import Talk
from bot.loopback.slack.workspace import Workspace

__all__ = ["Done", "People"]


class People(Talk, Forms):
    """The verbs: talk, tap, fill in, and what happens to channels and accounts."""

    async def open_home(self, user: str, tab: str = "home") -> Done:
        """Open the app: its Home tab, or its messages."""
        workspace, _ = self._world.user(user)
        direct = self._world.direct(workspace, user)
        event: dict[str, Any] = {
            "type": "app_home_opened",
            "user": user,
            "channel": direct.id,
            "tab": tab,
        }
        home = self._world.views.home(workspace.id, user)
        if home is not None and tab == "home":
            event["view"] = self.view_json(home)
        return Done(await self._telling.event(workspace, event), view=self.top(user))

    async def invite(self, user: str, place: str, whom: str = "") -> Done:
        """Add somebody to a channel, the bot when nobody is named."""
        workspace, _, channel = self.where(user, place)
        who = whom or self.installed(workspace).bot_user
        channel.members.add(who)
        event = {**self._membership(workspace, "member_joined_channel", channel.id, who)}
        told = await self._telling.event(workspace, {**event, "inviter": user}, channel=channel)
        return Done(told)

    async def remove(self, user: str, place: str, whom: str = "") -> Done:
        """Take somebody, or the bot, out of a channel."""
        workspace, _, channel = self.where(user, place)
        bot = self.installed(workspace).bot_user
        who = whom or bot
        channel.members.discard(who)
        event = self._membership(workspace, "member_left_channel", channel.id, who)
        heard_in = None if who == bot else channel
        return Done(await self._telling.event(workspace, event, channel=heard_in))

    async def archive(self, user: str, place: str) -> Done:
        """Archive a channel; nothing can be said there any more."""
        workspace, _, channel = self.where(user, place)
        channel.archived = True
        event = {"type": "channel_archive", "channel": channel.id, "user": user}
        return Done(await self._telling.event(workspace, event))

    async def change(self, user: str, **changed: Any) -> Done:
        """Somebody's profile changes: `deleted=True`, another `email`, a `locale`."""
        workspace, person = self._world.user(user)
        after = replace(person, **changed)
        workspace.hire(after)
        installed = self.installed(workspace)
        profile = person_json(workspace, after, email="users:read.email" in installed.scopes)
        return Done(await self._telling.event(workspace, {"type": "user_change", "user": profile}))

    async def uninstall(self, team: str) -> Done:
        """Remove the app from a workspace: its token is void, and it hears of it."""
        workspace = self._world.workspaces[team]
        installed = self.installed(workspace)
        installed.revoked = True
        tokens = {"oauth": [], "bot": [installed.bot_user]}
        revoked = {"type": "tokens_revoked", "tokens": tokens}
        await self._telling.farewell(workspace, installed, revoked)
        gone = {"type": "app_uninstalled"}
        return Done(await self._telling.farewell(workspace, installed, gone))

    def _membership(
        self, workspace: Workspace, kind: str, channel: str, user: str
    ) -> dict[str, Any]:
        return {
            "type": kind,
            "user": user,
            "channel": channel,
            "channel_type": channel[0],
            "team": workspace.id,
        }
