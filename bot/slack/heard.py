"""What Slack told us, as values: the same ones over HTTP and over Socket Mode.

Texts are as they were typed: without Slack's markup and entities, people as `<@U…>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Where:
    """Who did it, and where. `channel` is empty where there is none (shortcuts, Home).

    `team` is the workspace the app is installed in, `user_team` that of the person: somebody of
    another company in a shared channel has a different one; empty where Slack does not say.
    `message` is the ts of what was tapped, `thread` that of the thread it was said in.
    """

    team: str
    user: str
    channel: str = ""
    channel_name: str = ""
    direct: bool = False
    user_team: str = ""
    enterprise: str = ""
    message: str = ""
    thread: str = ""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that still has to be fetched with the bot's token."""

    id: str
    name: str
    url: str
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Commanded:
    """A slash command. `trigger` opens one form within 3 s; `response_url` takes 5 answers in 30 min."""

    id: str
    where: Where
    text: str
    trigger: str = ""
    response_url: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A message to the bot: a direct one, or one that mentions it (the mention is taken off)."""

    id: str
    where: Where
    text: str
    ts: str = ""
    files: tuple[RemoteFile, ...] = ()
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tapped:
    """A button or select of a message, of the Home tab or of a form.

    `line` is the chat line behind it; `action` the `action_id`. `surface` is `message`, `home` or
    `view`; `ephemeral` messages can only be changed by their `response_url`. `view` is the form
    or Home tab it hangs in.
    """

    id: str
    where: Where
    action: str
    line: str
    trigger: str = ""
    response_url: str = ""
    surface: str = "message"
    ephemeral: bool = False
    view: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Submitted:
    """A form that was handed in. `view` is Slack's, with what was filled in under `state`."""

    id: str
    where: Where
    view: Mapping[str, Any]
    trigger: str = ""


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody types into a select that searches the book; options are wanted within 3 s."""

    id: str
    where: Where
    action: str
    text: str


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut: `name` is its callback_id. On a message `text` and `ts` are the message's.

    `author` is who wrote that message, `at` when.
    """

    id: str
    where: Where
    name: str
    trigger: str = ""
    response_url: str = ""
    text: str = ""
    ts: str = ""
    author: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reacted:
    """Somebody put an emoji (`name`, without colons) under the message `ts` of the channel."""

    id: str
    where: Where
    name: str
    ts: str
    author: str = ""


@dataclass(frozen=True, slots=True)
class HomeOpened:
    """Somebody looks at the Home tab (`tab` home) or at the conversation (`messages`)."""

    id: str
    where: Where
    tab: str = "home"
    view: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class LinkShared:
    """Links to us in a message. `ts` and `unfurl_id` say where the preview goes."""

    id: str
    where: Where
    urls: tuple[str, ...]
    ts: str = ""
    unfurl_id: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Joined:
    """The bot was put into a channel (`left`: taken out of it)."""

    id: str
    where: Where
    left: bool = False


@dataclass(frozen=True, slots=True)
class PersonChanged:
    """Somebody's account changed: deactivated, another e-mail address, or nothing of interest.

    `profile` is Slack's user object (`deleted`, `is_restricted`, `profile.email`, …).
    """

    id: str
    where: Where
    profile: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Removed:
    """The app was uninstalled from a workspace, or (`users`) tokens were revoked."""

    id: str
    team: str
    enterprise: str = ""
    users: tuple[str, ...] = ()
    bot: bool = True


@dataclass(frozen=True, slots=True)
class Unheeded:
    """Something well-formed that means nothing to us; acknowledged, so it is not repeated."""

    id: str
    what: str


Heard = (
    Commanded
    | Said
    | Tapped
    | Submitted
    | Sought
    | Shortcut
    | Reacted
    | HomeOpened
    | LinkShared
    | Joined
    | PersonChanged
    | Removed
    | Unheeded
)
