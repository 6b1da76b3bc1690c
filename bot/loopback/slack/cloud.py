"""The loopback Slack as a whole: one port, and everybody in its workspaces. See the package."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.loopback.board import Board
from bot.loopback.errands import Errands
from bot.loopback.hook import NothingBetween
from bot.loopback.slack import (
    api_chat,
    api_conversations,
    api_files,
    api_people,
    api_views,
)
from bot.loopback.slack.answers import HOOKS, url_door
from bot.loopback.slack.api import Door, Endpoint
from bot.loopback.slack.chats import Posted
from bot.loopback.slack.hook import Hook
from bot.loopback.slack.ledger import Ledger
from bot.loopback.slack.limits import Limits, Timing
from bot.loopback.slack.lines import LINK, Lines
from bot.loopback.slack.oauth import AUTHORIZE, Consent
from bot.loopback.slack.people import People
from bot.loopback.slack.reporting import Reporting
from bot.loopback.slack.telling import Telling
from bot.loopback.slack.views import View
from bot.loopback.slack.workspace import App, Installation, Workspace
from bot.loopback.slack.world import World
from bot.loopback.windows import Windows

BODY_MOST = 256 << 20
"""Bytes of a request: the largest upload with what is around it."""

SHUTDOWN_S = 0.1


class LoopbackSlackCloud:
    """A Slack of our own. `hook` comes between where tests want faults."""

    def __init__(
        self,
        app: App,
        workspaces: Iterable[Workspace],
        board: Board,
        clock: Callable[[], datetime],
        *,
        windows: Windows | None = None,
        limits: Limits | None = None,
        timing: Timing | None = None,
        hook: Hook | None = None,
    ) -> None:
        by_id = {each.id: each for each in workspaces}
        self._world = World(
            app,
            by_id,
            board,
            clock,
            windows or Windows(),
            limits or Limits(),
            timing or Timing(),
        )
        self._hook = hook or NothingBetween()
        self._errands = Errands()
        self._reporting = Reporting(self._world, self._hook)
        self._runner: web.AppRunner | None = None
        self._happened = asyncio.Condition()
        self.lines = Lines(self._world, self._hook, self._errands)
        self.telling = Telling(self._world, self.lines, self._reporting, self._errands)
        self.people = People(self._world, self.telling)
        self.consent = Consent(self._world)

    @property
    def app(self) -> App:
        """What the app is registered as; may be changed at any time."""
        return self._world.app

    @property
    def workspaces(self) -> dict[str, Workspace]:
        """The workspaces by id; may be changed at any time."""
        return self._world.workspaces

    @property
    def ledger(self) -> Ledger:
        """What was asked and what became of it."""
        return self._world.ledger

    @property
    def origin(self) -> str:
        """Where it listens: response_urls, files and the install page are below it."""
        return self._world.origin

    @property
    def api_url(self) -> str:
        """What `slack.api_url` is to be, and AsyncWebClient's `base_url`."""
        return f"{self._world.origin}/api/"

    async def start(self, port: int = 0) -> None:
        """Listen on loopback, on a free port when none is given."""
        self._runner = web.AppRunner(
            self._web(), access_log=None, shutdown_timeout=SHUTDOWN_S, handler_cancellation=True
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        host, taken = self._runner.addresses[0][:2]
        self._world.origin = f"http://{host}:{taken}"

    async def stop(self) -> None:
        """Hang up and be gone."""
        await self._errands.stop()
        await self.lines.stop()
        await self._reporting.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    # --- setting the stage ---------------------------------------------------------------------

    def install(self, team: str, scopes: tuple[str, ...] | None = None) -> Installation:
        """The app comes into a workspace without any page; its token is in what is returned."""
        return self._world.install(team, scopes)

    def installation(self, team: str) -> Installation | None:
        """The app in a workspace."""
        return self._world.installation(self._world.workspaces[team])

    def invite_bot(self, team: str, *channels: str) -> None:
        """The bot has been in these channels (ids or names) for long: nothing is told."""
        workspace = self._world.workspaces[team]
        installed = self._world.installation(workspace) or self._world.install(team)
        for name in channels:
            self._world.channel(name, workspace)[1].members.add(installed.bot_user)

    def revoke(self, team: str) -> None:
        """The token of a workspace is void from now on; nobody is told."""
        installed = self.installation(team)
        if installed is not None:
            installed.revoked = True

    async def verify(self) -> str:
        """Try the request URL as saving it would; what is wrong, "" when nothing is."""
        return await self._reporting.verify()

    # --- looking -------------------------------------------------------------------------------

    def posts(self, place: str, *, user: str = "") -> list[Posted]:
        """What hangs in a place now, its threads too; with `user` their ephemeral ones as well."""
        workspace, channel = self._place(place, user)
        found = self._world.chats.seen_by(user, channel)
        return [posted for posted in found if posted.workspace is workspace]

    def words(self, place: str, *, user: str = "") -> list[str]:
        """The texts of what the product said there and what it says now."""
        return [posted.text for posted in self.posts(place, user=user) if posted.bot_id]

    def post_of(self, shown_id: str) -> Posted | None:
        """A message by its id on the board."""
        return self._world.chats.by_shown(shown_id)

    def home(self, user: str) -> View | None:
        """Somebody's Home tab as it was last published."""
        workspace, _ = self._world.user(user)
        return self._world.views.home(workspace.id, user)

    def forms(self, user: str) -> list[View]:
        """The forms somebody has open, the topmost last."""
        return self._world.views.stack(user)

    def file_of(self, shown_id: str) -> tuple[str, bytes] | None:
        """Name and content of the first file on a message."""
        posted = self.post_of(shown_id)
        if posted is None or not posted.files:
            return None
        file = self._world.files.get(posted.files[0]["id"])
        return None if file is None or file.content is None else (file.name, file.content)

    async def until(self, condition: Callable[[], Any], timeout_s: float = 5.0) -> None:
        """Wait for something that a request of the product brings about; TimeoutError."""
        async with asyncio.timeout(timeout_s), self._happened:
            await self._happened.wait_for(lambda: bool(condition()))

    async def settled(self) -> None:
        """Wait until nothing is under way by itself: events that are told again."""
        await self._errands.done()

    def _place(self, place: str, user: str) -> tuple[Workspace, str]:
        if place[:1] in ("U", "W"):
            workspace, _ = self._world.user(place)
            return workspace, self._world.direct(workspace, place).id
        workspace, channel = self._world.channel(place)
        return workspace, channel.id

    # --- doors ---------------------------------------------------------------------------------

    def _web(self) -> web.Application:
        app = web.Application(client_max_size=BODY_MOST, middlewares=[self._between])
        world = self._world
        app.router.add_route("*", "/api/{method}", Door(world, self._endpoints()).serve)
        for kind in HOOKS:
            app.router.add_post(f"/{kind}/{{code:.+}}", url_door(world))
        app.router.add_post(f"{api_files.UPLOAD}{{ticket}}", api_files.bytes_door(world))
        app.router.add_get("/files-pri/{file}/{name:.+}", api_files.file_door(world))
        app.router.add_get("/signin", api_files.sign_in)
        app.router.add_get(AUTHORIZE, self.consent.page)
        app.router.add_get(LINK, self.lines.serve)
        return app

    def _endpoints(self) -> dict[str, Endpoint]:
        return {
            "apps.connections.open": lambda asking: api_people.connections_open(asking, self.lines),
            "assistant.threads.setStatus": api_chat.set_status,
            "auth.revoke": api_people.auth_revoke,
            "auth.test": api_people.auth_test,
            "chat.delete": api_chat.delete,
            "chat.getPermalink": api_chat.permalink,
            "chat.postEphemeral": api_chat.post_ephemeral,
            "chat.postMessage": api_chat.post_message,
            "chat.unfurl": api_chat.unfurl,
            "chat.update": api_chat.update,
            "conversations.history": api_conversations.history,
            "conversations.info": api_conversations.info,
            "conversations.join": api_conversations.join,
            "conversations.list": api_conversations.list_,
            "conversations.members": api_conversations.members,
            "conversations.open": api_conversations.open_,
            "conversations.replies": api_conversations.replies,
            "files.completeUploadExternal": api_files.complete,
            "files.getUploadURLExternal": api_files.upload_url,
            "files.info": api_files.info,
            "oauth.v2.access": self.consent.access,
            "team.info": api_people.team_info,
            "usergroups.list": api_people.usergroup_list,
            "usergroups.users.list": api_people.usergroup_users,
            "users.conversations": api_conversations.of_user,
            "users.info": api_people.user_info,
            "users.list": api_people.user_list,
            "users.lookupByEmail": api_people.by_email,
            "views.open": api_views.open_,
            "views.publish": api_views.publish,
            "views.push": api_views.push,
            "views.update": api_views.update,
        }

    @web.middleware
    async def _between(self, request: web.Request, handler: Any) -> web.StreamResponse:
        async def answer() -> web.StreamResponse:
            response: web.StreamResponse = await handler(request)
            async with self._happened:
                self._happened.notify_all()
            return response

        if request.path == LINK:
            return await answer()
        return await self._hook.request(request, answer)
