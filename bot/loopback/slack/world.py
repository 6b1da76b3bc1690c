"""Everything the cloud knows, in one place for its doors."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from bot.loopback.board import Board
from bot.loopback.bounded import trim
from bot.loopback.slack.chats import Chats, Posted
from bot.loopback.slack.codes import Refusal
from bot.loopback.slack.files import Files
from bot.loopback.slack.ledger import Ledger
from bot.loopback.slack.limits import Counting, Limits, Timing
from bot.loopback.slack.triggers import Triggers
from bot.loopback.slack.views import Views
from bot.loopback.slack.workspace import App, Channel, Installation, User, Workspace
from bot.loopback.windows import Windows


@dataclass(slots=True)
class World:
    """The app, its workspaces, and what happened. `origin` is known once the cloud listens."""

    app: App
    workspaces: dict[str, Workspace]
    board: Board
    clock: Callable[[], datetime]
    windows: Windows = field(default_factory=Windows)
    limits: Limits = field(default_factory=Limits)
    timing: Timing = field(default_factory=Timing)
    origin: str = ""
    ledger: Ledger = field(default_factory=Ledger)
    installations: list[Installation] = field(default_factory=list)
    counting: Counting = field(init=False)
    chats: Chats = field(init=False)
    views: Views = field(init=False)
    triggers: Triggers = field(init=False)
    files: Files = field(init=False)
    unfurls: dict[str, Posted] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _run: str = field(default_factory=lambda: secrets.token_hex(3).upper())

    def __post_init__(self) -> None:
        self.counting = Counting(self.clock)
        self.chats = Chats(self.board, self.ledger, self.clock)
        self.views = Views(self.chats, self.app.id, self._draw)
        self.triggers = Triggers(self.clock, self.limits, self.timing)
        self.files = Files(self.clock, self.timing)

    def linked(self, posted: Posted) -> str:
        """The unfurl_id of a message with a link."""
        name = self.name("Uxxxx-")
        self.unfurls[name] = posted
        trim(self.unfurls)
        return name

    def _draw(self, team: str, user: str) -> None:
        """Let the pages know what somebody has before them now."""
        workspace = self.workspaces.get(team)
        person = None if workspace is None else workspace.users.get(user)
        installed = None if workspace is None else self.installation(workspace)
        if person is None or installed is None:
            return
        drawn = [
            {
                **self.views.as_json(view, installed.bot_id),
                "errors": dict(view.errors),
                "failed": view.failed,
            }
            for view in self.views.stack(user)
        ]
        self.windows.stack(person.person_id, drawn)
        home = self.views.home(team, user)
        if home is not None:
            self.windows.publish(person.person_id, self.views.as_json(home, installed.bot_id))

    def name(self, prefix: str) -> str:
        """An id that no other run gives out."""
        return f"{prefix}{self._run}{next(self._numbers):X}"

    def now_s(self) -> int:
        """The clock in whole seconds."""
        return int(self.clock().timestamp())

    def install(self, team: str, scopes: tuple[str, ...] | None = None) -> Installation:
        """The app comes into a workspace, its whole organisation for an org-wide app."""
        workspace = self.workspaces[team]
        wide = self.app.org_wide and bool(workspace.enterprise)
        old = self.installation(workspace)
        granted = self.app.scopes if scopes is None else scopes
        if old is not None:
            old.scopes = tuple(dict.fromkeys((*old.scopes, *granted)))
            return old
        installed = Installation(
            "" if wide else team,
            workspace.enterprise,
            self.name("U0BOT"),
            self.name("B0"),
            f"xoxb-{secrets.randbelow(10**12)}-{secrets.token_hex(16)}",
            granted,
        )
        self.installations.append(installed)
        for each in self.workspaces.values():
            if installed.covers(each):
                each.hire(User(installed.bot_user, self.app.name.lower(), self.app.name, bot=True))
        return installed

    def installation(self, workspace: Workspace) -> Installation | None:
        """The app in a workspace, None where it is not installed."""
        return next((each for each in self.installations if each.covers(workspace)), None)

    def of_token(self, token: str) -> Installation:
        """Whose bot token it is; Refusal for an unknown or revoked one."""
        for each in self.installations:
            if secrets.compare_digest(each.bot_token.encode(), token.encode()):
                if each.revoked:
                    raise Refusal("token_revoked")
                return each
        raise Refusal("invalid_auth")

    def reach(self, installation: Installation) -> list[Workspace]:
        """The workspaces that a token is good for."""
        return [each for each in self.workspaces.values() if installation.covers(each)]

    def user(self, name: str) -> tuple[Workspace, User]:
        """Somebody by id, in whichever workspace knows them first; LookupError when none does."""
        for workspace in self.workspaces.values():
            if name in workspace.users:
                return workspace, workspace.users[name]
        raise LookupError(f"nobody is called {name}")

    def channel(self, name: str, workspace: Workspace | None = None) -> tuple[Workspace, Channel]:
        """A channel by id or name; LookupError when there is none."""
        for each in self.workspaces.values() if workspace is None else (workspace,):
            found = each.channels.get(name) or each.named(name)
            if found is not None:
                return each, found
        raise LookupError(f"no channel is called {name}")

    def direct(self, workspace: Workspace, user: str) -> Channel:
        """Somebody's conversation with the bot, opened when it was not yet."""
        known = workspace.direct(user)
        if known is None:
            installed = self.installation(workspace)
            members = {user} if installed is None else {user, installed.bot_user}
            known = Channel(self.name("D0"), members=members, direct=user)
            workspace.open(known)
        return known
