"""Who did it and where, read from the three shapes of Slack's payloads."""

from __future__ import annotations

from bot.refused import BAD_REQUEST, Refused
from bot.slack.fields import Json, id_of, part_of, parts_of, text_of, ts_of
from bot.slack.heard import Where

_NO_NAMES = ("directmessage", "privategroup")
"""What Slack calls a channel whose name it keeps to itself."""


def is_direct(channel: str, name: str = "", kind: str = "") -> bool:
    """Whether it is the conversation of one person with the bot."""
    return channel.startswith("D") or name == "directmessage" or kind == "im"


def where_commanded(form: Json) -> Where:
    """Of a slash command."""
    channel, name = id_of(form, "channel_id"), text_of(form, "channel_name")
    return Where(
        team=id_of(form, "team_id"),
        user=_somebody(id_of(form, "user_id")),
        channel=channel,
        channel_name=_name(name),
        direct=is_direct(channel, name),
        user_team=id_of(form, "team_id"),
        enterprise=id_of(form, "enterprise_id"),
    )


def where_acted(payload: Json) -> Where:
    """Of an interaction: a tap, a form, a shortcut, a search.

    In a channel that is shared between companies `team` of a form is the other company's; only the
    view tells where the app is installed.
    """
    user, team, view = (part_of(payload, name) for name in ("user", "team", "view"))
    container, message = part_of(payload, "container"), part_of(payload, "message")
    channel = part_of(payload, "channel")
    theirs, installed = id_of(team, "id"), id_of(view, "app_installed_team_id")
    elsewhere = bool(installed) and bool(theirs) and installed != theirs
    organisation = part_of(payload, "enterprise") or {"id": team.get("enterprise_id")}
    channel_id = id_of(channel, "id") or id_of(container, "channel_id")
    name = text_of(channel, "name")
    return Where(
        team=installed or theirs or id_of(user, "team_id") or id_of(view, "team_id"),
        user=_somebody(id_of(user, "id")),
        channel=channel_id,
        channel_name=_name(name),
        direct=is_direct(channel_id, name),
        user_team=id_of(user, "team_id") or (theirs if elsewhere else ""),
        enterprise="" if elsewhere else id_of(organisation, "id"),
        message=ts_of(container, "message_ts")
        or ts_of(payload, "message_ts")
        or ts_of(message, "ts"),
        thread=ts_of(container, "thread_ts") or ts_of(message, "thread_ts"),
    )


def where_happened(payload: Json, event: Json) -> Where:
    """Of an event; `user` is empty where nobody did it.

    `authorizations` name the installation that the event is for; the team beside them is where it
    happened, which in a shared channel may be another company's.
    """
    installed = _installation(payload)
    channel = id_of(event, "channel") or id_of(part_of(event, "item"), "channel")
    return Where(
        team=id_of(installed, "team_id") or id_of(payload, "team_id"),
        user=id_of(event, "user"),
        channel=channel,
        direct=is_direct(channel, kind=text_of(event, "channel_type")),
        user_team=id_of(event, "user_team", "team"),
        enterprise=id_of(installed, "enterprise_id") or id_of(payload, "enterprise_id"),
        message=ts_of(event, "ts"),
        thread=ts_of(event, "thread_ts"),
    )


def bot_user_of(payload: Json) -> str:
    """Under which user id the bot itself is known where an event happened; empty: not told.

    Not by `authed_users`, the older field: those are people as well.
    """
    for each in parts_of(payload, "authorizations"):
        if each.get("is_bot") is True:
            return id_of(each, "user_id")
    return ""


def _installation(payload: Json) -> Json:
    return next(parts_of(payload, "authorizations"), {})


def _somebody(user: str) -> str:
    if not user:
        raise Refused(BAD_REQUEST, "user")
    return user


def _name(name: str) -> str:
    return "" if name in _NO_NAMES or name.startswith("mpdm-") else name
