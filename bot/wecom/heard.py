"""What WeCom told us, as values: the same ones for an app's XML and an AI bot's JSON.

User ids are in lower case: WeCom's have no case, and answers of its own come in either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Way(StrEnum):
    """Through which of our three ways in it came."""

    APP = "app"
    AIBOT = "aibot"


@dataclass(frozen=True, slots=True)
class Chat:
    """Where it was said. `group_id` None: in a direct conversation.

    `as_given` is the user id as WeCom wrote it: the encrypted ids of an AI bot whose creator is no
    super admin do have case, and only as given are they converted or written to.
    """

    way: Way
    userid: str
    group_id: str | None = None
    as_given: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that still has to be fetched: by `media_id` (app) or `url` and `aes_key` (AI bot)."""

    name: str = ""
    media_id: str = ""
    url: str = ""
    aes_key: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A line somebody typed, or a file they sent. `id` names the message for deduplication.

    `reply_to` is the request id of the long connection; `response_url` takes one late answer in
    callback mode. `unread` names a kind of content we do not read (voice, image, location).
    `quoted` is the message this one answers to, no part of the line.
    """

    id: str
    chat: Chat
    text: str
    file: RemoteFile | None = None
    unread: str = ""
    at: datetime | None = None
    reply_to: str = ""
    response_url: str = ""
    quoted: str = ""


@dataclass(frozen=True, slots=True)
class Tapped:
    """A button of a card, a submitted selection or an entry of a card's menu.

    `selected` are the picked option ids by question, in the card's order. `response_code` (app)
    updates the card once within 72 hours.
    """

    id: str
    chat: Chat
    key: str
    task_id: str
    card_type: str = ""
    selected: tuple[tuple[str, tuple[str, ...]], ...] = ()
    response_code: str = ""
    at: datetime | None = None
    reply_to: str = ""
    response_url: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody opened the conversation; `first` when they never had before (app: subscribe)."""

    id: str
    chat: Chat
    first: bool = False
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class ContactChanged:
    """The directory changed. `change` is WeCom's ChangeType (create_user, update_user, delete_user,
    …); `new_userid` is set when a user's id was changed."""

    id: str
    change: str
    userid: str = ""
    new_userid: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Polled:
    """The platform asks for more of a stream it was answered with (AI bot, callback mode)."""

    id: str
    chat: Chat
    stream_id: str


@dataclass(frozen=True, slots=True)
class Kicked:
    """Another connection of the same bot has taken over (disconnected_event)."""

    id: str


@dataclass(frozen=True, slots=True)
class Unheeded:
    """Something well-formed that means nothing to us; answered empty, so it is not repeated."""

    id: str
    what: str


Heard = Said | Tapped | Entered | ContactChanged | Polled | Kicked | Unheeded
