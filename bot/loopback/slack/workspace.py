"""Who is in a workspace, which channels it has, and what the app is registered as."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

BOT_SCOPES = (
    *("app_mentions:read", "channels:history", "channels:join", "channels:read", "chat:write"),
    *("commands", "files:read", "files:write", "groups:history", "groups:read", "im:history"),
    *("im:read", "im:write", "links:read", "links:write", "reactions:read", "team:read"),
    *("usergroups:read", "users:read", "users:read.email"),
)
"""What is granted where nothing else is asked for."""

BOT_EVENTS = (
    *("app_home_opened", "app_mention", "app_uninstalled", "link_shared"),
    *("member_joined_channel", "member_left_channel", "message.im", "reaction_added"),
    *("tokens_revoked", "user_change"),
)
"""What an app hears where nothing else is subscribed to."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody Slack knows. `person_id` is theirs in the book, for who draws the channels.

    `team` is set for people of another company in a shared channel. `guest`: "single" or "multi"
    channels.
    """

    id: str
    name: str
    real_name: str = ""
    email: str = ""
    person_id: int = 0
    team: str = ""
    guest: str = ""
    deleted: bool = False
    bot: bool = False
    locale: str = "en-US"
    tz: str = "Etc/UTC"
    tz_offset: int = 0


@dataclass(slots=True)
class Channel:
    """A channel, or (`direct` names whom) somebody's conversation with the bot.

    `connected` true: shared with another company (Slack Connect).
    """

    id: str
    name: str = ""
    members: set[str] = field(default_factory=set)
    private: bool = False
    archived: bool = False
    connected: bool = False
    direct: str = ""

    @property
    def place(self) -> str:
        """How the product writes it: `#name`, or the person's id for their conversation."""
        return self.direct or (f"#{self.name}" if self.name else self.id)

    @property
    def scope(self) -> str:
        """What its scopes begin with: channels, groups or im."""
        if self.direct:
            return "im"
        return "groups" if self.private else "channels"

    @property
    def type(self) -> str:
        """What events call it."""
        return {"im": "im", "groups": "group"}.get(self.scope, "channel")


@dataclass(frozen=True, slots=True)
class Usergroup:
    """A group that can be mentioned."""

    id: str
    handle: str
    users: tuple[str, ...] = ()


@dataclass(slots=True)
class Workspace:
    """A team. With `enterprise` it belongs to an Enterprise organisation."""

    id: str
    name: str = "Workspace"
    domain: str = "workspace"
    enterprise: str = ""
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    usergroups: dict[str, Usergroup] = field(default_factory=dict)

    def hire(self, *users: User) -> None:
        """More people; somebody known is replaced."""
        for user in users:
            self.users[user.id] = user

    def open(self, *channels: Channel) -> None:
        """More channels; one of the same id is replaced."""
        for channel in channels:
            self.channels[channel.id] = channel

    def named(self, name: str) -> Channel | None:
        """The channel called that, with or without the #."""
        wanted = name.removeprefix("#")
        found = (each for each in self.channels.values() if each.name == wanted and wanted)
        return next(found, None)

    def direct(self, user: str) -> Channel | None:
        """The conversation of one person with the bot, when there is one yet."""
        return next((each for each in self.channels.values() if each.direct == user), None)

    def of(self, user: str) -> Iterator[Channel]:
        """The channels somebody is in."""
        return (channel for channel in self.channels.values() if user in channel.members)


@dataclass(slots=True)
class App:
    """The app as api.slack.com would show it. Without `request_url` it uses Socket Mode.

    `org_wide`: it is installed once for a whole Enterprise organisation.
    """

    id: str = "A0RENEWALS"
    name: str = "Renewals"
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    app_token: str = field(default_factory=lambda: f"xapp-1-A0RENEWALS-{secrets.token_hex(16)}")
    client_id: str = field(default_factory=lambda: f"1{secrets.randbelow(10**11)}.2")
    client_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    request_url: str = ""
    redirect_urls: tuple[str, ...] = ()
    commands: tuple[str, ...] = ("/renewals",)
    scopes: tuple[str, ...] = BOT_SCOPES
    events: tuple[str, ...] = BOT_EVENTS
    unfurl_domains: tuple[str, ...] = ()
    home_tab: bool = True
    messages_tab: bool = True
    org_wide: bool = False


@dataclass(slots=True)
class Installation:
    """The app in a workspace, or (`team` empty) in a whole organisation."""

    team: str
    enterprise: str
    bot_user: str
    bot_id: str
    bot_token: str
    scopes: tuple[str, ...]
    revoked: bool = False

    def covers(self, workspace: Workspace) -> bool:
        """Whether its token is good for a workspace."""
        if self.revoked:
            return False
        return self.team == workspace.id or (
            not self.team and self.enterprise == workspace.enterprise
        )
