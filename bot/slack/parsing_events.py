"""The events API: what happens without anybody waiting for an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from bot.refused import BAD_REQUEST, Refused
from bot.slack.fields import (
    Json,
    event_id,
    id_of,
    instant_of,
    named_by,
    part_of,
    parts_of,
    text_of,
    texts_of,
    ts_of,
)
from bot.slack.heard import (
    Heard,
    HomeOpened,
    Joined,
    LinkShared,
    PersonChanged,
    Reacted,
    RemoteFile,
    Removed,
    Said,
    Unheeded,
    Where,
)
from bot.slack.markup import without_mention, words_of
from bot.slack.whereabouts import bot_user_of, where_happened

_SPOKEN = ("", "file_share", "thread_broadcast", "me_message")
"""Subtypes of messages that somebody wrote; all others tell of changes, or of machines."""

_SLACKBOT = "USLACKBOT"
_FETCHABLE = ("hosted", "snippet", "post", "quip", "")
"""Modes of files that Slack keeps; the others are elsewhere, hidden or gone."""


@dataclass(frozen=True, slots=True)
class _Told:
    """An event with what came around it; `bot` is the bot's own user id, empty: not known."""

    id: str
    payload: Json
    event: Json
    bot: str

    @property
    def where(self) -> Where:
        return where_happened(self.payload, self.event)

    def by_nobody(self, user: str) -> bool:
        """Whether it was done by ourselves, or by Slack."""
        return user in ("", _SLACKBOT, self.bot)


def heard_event(payload: Json, bot_user: str = "") -> Heard:
    """What happened; Refused when it has neither a kind nor anything that names it.

    `bot_user` is asked for where the event does not tell which user the bot is.
    """
    event = part_of(payload, "event")
    kind = text_of(event, "type")
    if not kind:
        raise Refused(BAD_REQUEST, "event")
    named = event_id(text_of(payload, "event_id"), named_by(kind, text_of(event, "event_ts")))
    told = _Told(named, payload, event, bot_user_of(payload) or bot_user)
    read = _READ.get(kind)
    heard = read(told) if read else None
    return heard or Unheeded(named, _kind(kind, event))


def _message(told: _Told) -> Heard | None:
    """Only what is said to the bot alone: in a channel a mention comes as an event of its own."""
    spoken = text_of(told.event, "subtype") in _SPOKEN
    return _said(told) if spoken and told.where.direct else None


def _mention(told: _Told) -> Heard | None:
    """In a direct conversation the message itself is heard."""
    return None if told.where.direct else _said(told)


def _said(told: _Told) -> Heard | None:
    where, event = told.where, told.event
    by_machine = bool(text_of(event, "bot_id")) or "bot_profile" in event
    if by_machine or told.by_nobody(where.user) or not where.channel:
        return None
    text = text_of(event, "text")
    if told.bot or text_of(event, "type") == "app_mention":
        text = without_mention(text, told.bot)
    ts = ts_of(event, "ts", "event_ts")
    files = tuple(_files(event))
    return Said(told.id, where, words_of(text).strip(), ts, files, instant_of(ts))


def _files(event: Json) -> Iterator[RemoteFile]:
    for each in parts_of(event, "files"):
        if id_of(each, "id") and text_of(each, "mode") in _FETCHABLE:
            size = each.get("size")
            yield RemoteFile(
                id=id_of(each, "id"),
                name=text_of(each, "name") or text_of(each, "title"),
                url=text_of(each, "url_private_download") or text_of(each, "url_private"),
                bytes=size if isinstance(size, int) and size > 0 else 0,
            )


def _reaction(told: _Told) -> Heard | None:
    where, item = told.where, part_of(told.event, "item")
    ts, name = ts_of(item, "ts"), text_of(told.event, "reaction")
    to_message = text_of(item, "type") == "message" and ts and where.channel
    if told.by_nobody(where.user) or not to_message or not name:
        return None
    author = id_of(told.event, "item_user")
    return Reacted(told.id, replace(where, message=ts), name, ts, author)


def _home(told: _Told) -> Heard | None:
    where = told.where
    if not where.user:
        return None
    view = part_of(told.event, "view")
    return HomeOpened(told.id, where, text_of(told.event, "tab") or "home", view or None)


def _links(told: _Told) -> Heard | None:
    where, event = told.where, told.event
    urls = tuple(url for each in parts_of(event, "links") if (url := text_of(each, "url")))
    if not urls or told.by_nobody(where.user):
        return None
    return LinkShared(
        told.id,
        replace(where, message=ts_of(event, "message_ts")),
        urls,
        ts=text_of(event, "message_ts"),
        unfurl_id=text_of(event, "unfurl_id"),
        source=text_of(event, "source"),
    )


def _joined(told: _Told) -> Heard | None:
    where = told.where
    if not where.channel or not told.bot or where.user != told.bot:
        return None
    return Joined(told.id, replace(where, user=id_of(told.event, "inviter")))


def _left(told: _Told) -> Heard | None:
    """`member_left_channel` tells of anybody, the other two of the bot alone."""
    where = told.where
    theirs = text_of(told.event, "type") == "member_left_channel"
    if not where.channel or (theirs and (not told.bot or where.user != told.bot)):
        return None
    return Joined(told.id, replace(where, user=id_of(told.event, "actor_id")), left=True)


def _person(told: _Told) -> Heard | None:
    user = part_of(told.event, "user")
    who = id_of(user, "id")
    if not who:
        return None
    where = replace(told.where, user=who, user_team=id_of(user, "team_id"))
    return PersonChanged(told.id, where, user)


def _uninstalled(told: _Told) -> Heard | None:
    return Removed(told.id, told.where.team, told.where.enterprise)


def _revoked(told: _Told) -> Heard | None:
    tokens = part_of(told.event, "tokens")
    users, bots = tuple(texts_of(tokens, "oauth")), tuple(texts_of(tokens, "bot"))
    return Removed(told.id, told.where.team, told.where.enterprise, users, bot=bool(bots))


def _kind(kind: str, event: Json) -> str:
    """A word for the log: what kind of event it is, never what is in it."""
    parts = (kind, text_of(event, "subtype"))
    return ".".join(part[:64] for part in parts if part)


_READ: dict[str, Callable[[_Told], Heard | None]] = {
    "message": _message,
    "app_mention": _mention,
    "reaction_added": _reaction,
    "app_home_opened": _home,
    "link_shared": _links,
    "member_joined_channel": _joined,
    "member_left_channel": _left,
    "channel_left": _left,
    "group_left": _left,
    "user_change": _person,
    "app_uninstalled": _uninstalled,
    "tokens_revoked": _revoked,
}
