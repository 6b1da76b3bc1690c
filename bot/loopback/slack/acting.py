"""What every act of a person begins with: who, where, and what Slack says about both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.loopback.slack.chats import Posted
from bot.loopback.slack.telling import UNHEARD, Telling, Told
from bot.loopback.slack.triggers import LateAnswer
from bot.loopback.slack.views import View
from bot.loopback.slack.workspace import Channel, Installation, User, Workspace
from bot.loopback.slack.world import World

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    """Something a person did: what came of telling the product, and what hangs there of it.

    `view` is the form on top afterwards, if any; `options` what a search found; `complaint` what
    Slack itself tells the person when the product did not do its part.
    """

    told: Told = UNHEARD
    posted: Posted | None = None
    view: View | None = None
    options: tuple[Json, ...] = ()
    complaint: str = ""


class Acting:
    """The beginnings. LookupError when there is no such person, place, message or button."""

    def __init__(self, world: World, telling: Telling) -> None:
        self._world = world
        self._telling = telling
        self._offered: dict[tuple[str, str], list[Json]] = {}

    def where(self, user: str, place: str) -> tuple[Workspace, User, Channel]:
        """A person in a place: a channel's id or #name, or their own id for their conversation."""
        workspace, person = self._world.user(user)
        if place in ("", user):
            return workspace, person, self._world.direct(workspace, user)
        workspace, channel = self._world.channel(place)
        person = workspace.users.get(user, person)
        if user not in channel.members:
            raise LookupError(f"{user} is not in {place}")
        if channel.direct and channel.direct != user:
            raise LookupError(f"{place} is somebody else's")
        return workspace, person, channel

    def posted(self, user: str, channel: Channel, ts: str) -> Posted:
        """A message that somebody sees."""
        found = self._world.chats.get(channel.id, ts)
        if found is None or found.only_for not in ("", user):
            raise LookupError(f"no message {ts} in {channel.place}")
        return found

    def top(self, user: str) -> View | None:
        """The form somebody has before them."""
        stack = self._world.views.stack(user)
        return stack[-1] if stack else None

    def form(self, user: str) -> View:
        """The same; LookupError when nothing is open."""
        view = self.top(user)
        if view is None:
            raise LookupError(f"{user} has no form open")
        return view

    def installed(self, workspace: Workspace) -> Installation:
        """The app there; LookupError where it is not installed."""
        found = self._world.installation(workspace)
        if found is None:
            raise LookupError(f"the app is not installed in {workspace.id}")
        return found

    # --- what payloads are made of -------------------------------------------------------------

    def head(self, kind: str, workspace: Workspace, user: User) -> Json:
        """The beginning of an interaction."""
        installed = self.installed(workspace)
        organisation = {"id": workspace.enterprise, "name": "Organisation"}
        team: Json = {"id": workspace.id, "domain": workspace.domain}
        if workspace.enterprise:
            team |= {"enterprise_id": workspace.enterprise, "enterprise_name": "Organisation"}
        return {
            "type": kind,
            "token": "unused",
            "api_app_id": self._world.app.id,
            "team": team,
            "user": {
                "id": user.id,
                "username": user.name,
                "name": user.name,
                "team_id": user.team or workspace.id,
            },
            "enterprise": organisation if workspace.enterprise else None,
            "is_enterprise_install": not installed.team,
        }

    def channel_json(self, channel: Channel) -> Json:
        """A channel as interactions have it."""
        return {"id": channel.id, "name": self.channel_name(channel)}

    def channel_name(self, channel: Channel) -> str:
        """What commands and interactions call a channel."""
        if channel.direct:
            return "directmessage"
        return "privategroup" if channel.private else channel.name

    def view_json(self, view: View) -> Json:
        """A view as interactions have it."""
        installed = self.installed(self._world.workspaces[view.team])
        return self._world.views.as_json(view, installed.bot_id)

    def response_url(self, kind: str, late: LateAnswer) -> str:
        """An address for later answers."""
        return f"{self._world.origin}/{kind}/{self._world.triggers.late(late)}"

    def late(
        self, workspace: Workspace, channel: Channel, user: User, posted: Posted | None = None
    ) -> LateAnswer:
        """What such an address stands for."""
        until = self._world.triggers.until()
        late = LateAnswer(workspace.id, channel.id, user.id, until)
        if posted is not None:
            late.ts, late.thread = posted.ts, posted.thread
            late.ephemeral = bool(posted.only_for)
        return late
