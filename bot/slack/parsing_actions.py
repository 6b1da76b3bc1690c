"""Interactions: somebody tapped, handed in, looked for or took a shortcut, and waits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

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
from bot.slack.heard import Heard, Shortcut, Sought, Submitted, Tapped
from bot.slack.markup import words_of
from bot.slack.whereabouts import where_acted

_CHOSEN = (
    "value",
    "selected_date",
    "selected_time",
    "selected_user",
    "selected_channel",
    "selected_conversation",
)
_USERS = "selected_user"


def heard_action(payload: Json) -> Heard | None:
    """What somebody did; None for a kind that is nothing to us."""
    read = _READ.get(text_of(payload, "type"))
    return read(payload) if read else None


def _tapped(payload: Json) -> Heard:
    action: Json = next(parts_of(payload, "actions"), {})
    name = text_of(action, "action_id")
    if not name:
        raise Refused(BAD_REQUEST, "action")
    container, view = part_of(payload, "container"), part_of(payload, "view")
    trigger = text_of(payload, "trigger_id")
    surface = "message"
    if view or text_of(container, "type") == "view":
        surface = "home" if text_of(view, "type") == "home" else "view"
    return Tapped(
        event_id(trigger, named_by(name, text_of(action, "action_ts"))),
        where_acted(payload),
        action=name,
        line=_chosen(action),
        trigger=trigger,
        response_url=text_of(payload, "response_url"),
        surface=surface,
        ephemeral=container.get("is_ephemeral") is True,
        view=view or None,
    )


def _chosen(action: Json) -> str:
    """What stands behind a button, or was picked in a select, as text."""
    option = part_of(action, "selected_option")
    if option:
        return text_of(option, "value")
    several = [text_of(each, "value") for each in parts_of(action, "selected_options")]
    several += [f"<@{user}>" for user in texts_of(action, "selected_users")]
    if several:
        return " ".join(several)
    for name in _CHOSEN:
        chosen = text_of(action, name)
        if chosen:
            return f"<@{chosen}>" if name == _USERS else chosen
    return ""


def _submitted(payload: Json) -> Heard:
    view = part_of(payload, "view")
    if not view:
        raise Refused(BAD_REQUEST, "view")
    trigger = text_of(payload, "trigger_id")
    told = event_id(_handed_in(view), trigger)
    return Submitted(told, where_acted(payload), view, trigger)


def _handed_in(view: Json) -> str:
    """What was handed in, by the form and what is filled in there.

    After trouble connecting the form stays and people hand the same in again: only the trigger is
    another one then, and it must not count twice.
    """
    filled_in = json.dumps(part_of(part_of(view, "state"), "values"), sort_keys=True)
    digest = hashlib.sha256(filled_in.encode()).hexdigest()[:16]
    return named_by(text_of(view, "id"), text_of(view, "hash"), digest)


def _sought(payload: Json) -> Heard:
    action = text_of(payload, "action_id")
    if not action:
        raise Refused(BAD_REQUEST, "action")
    container = part_of(payload, "container")
    place = text_of(container, "view_id") or text_of(container, "message_ts")
    where = where_acted(payload)
    told = event_id(named_by(place, action), where.user)
    return Sought(told, where, action, text_of(payload, "value").strip())


def _shortcut(payload: Json) -> Heard:
    name = text_of(payload, "callback_id")
    if not name:
        raise Refused(BAD_REQUEST, "shortcut")
    message, trigger = part_of(payload, "message"), text_of(payload, "trigger_id")
    ts = ts_of(payload, "message_ts") or ts_of(message, "ts")
    return Shortcut(
        event_id(trigger, named_by(name, text_of(payload, "action_ts"))),
        where_acted(payload),
        name,
        trigger=trigger,
        response_url=text_of(payload, "response_url"),
        text=words_of(text_of(message, "text")).strip(),
        ts=ts,
        author=id_of(message, "user"),
        at=instant_of(ts),
    )


_READ: dict[str, Callable[[Json], Heard]] = {
    "block_actions": _tapped,
    "view_submission": _submitted,
    "block_suggestion": _sought,
    "shortcut": _shortcut,
    "message_action": _shortcut,
}
