"""views.*: forms that are opened for a trigger, and Home tabs."""

from __future__ import annotations

from typing import Any

from bot.loopback.slack.api import Asking
from bot.loopback.slack.checks import check_view
from bot.loopback.slack.codes import Refusal
from bot.loopback.slack.triggers import Trigger
from bot.loopback.slack.views import View

Json = dict[str, Any]


def open_(asking: Asking) -> Json:
    """views.open."""
    body = _modal(asking)
    trigger = _trigger(asking)
    return _told(asking, asking.world.views.open(trigger.team, trigger.user, body))


def push(asking: Asking) -> Json:
    """views.push: on top of the form that the trigger came from."""
    body = _modal(asking)
    trigger = _trigger(asking)
    if not trigger.view:
        raise Refusal("not_found")
    below = asking.world.views.get(trigger.view)
    return _told(asking, asking.world.views.open(trigger.team, trigger.user, body, below))


def update(asking: Asking) -> Json:
    """views.update, by id or external_id; with a hash only when nothing changed since."""
    name, external = asking.text("view_id"), asking.text("external_id")
    if not name and not external:
        raise Refusal("invalid_arguments", "[ERROR] missing required field: view_id")
    body = check_view(asking.arguments["view"])
    view = asking.world.views.get(name, external)
    if view.body["type"] != body["type"]:
        raise Refusal("invalid_arguments", "[ERROR] the type of a view stays")
    known = asking.text("hash")
    if known and known != view.hash:
        raise Refusal("hash_conflict")
    return _told(asking, asking.world.views.change(view, body))


def publish(asking: Asking) -> Json:
    """views.publish: somebody's Home tab."""
    body = check_view(asking.arguments["view"])
    if body["type"] != "home":
        raise Refusal("invalid_arguments", "[ERROR] must be a home view [json-pointer:/view/type]")
    if not asking.world.app.home_tab:
        raise Refusal("not_enabled")
    workspace, user = asking.user(asking.text("user_id"), "invalid_arguments")
    views = asking.world.views
    return _told(asking, views.publish(workspace.id, user.id, body, asking.text("hash")))


def _modal(asking: Asking) -> Json:
    body = check_view(asking.arguments["view"])
    if body["type"] != "modal":
        raise Refusal("invalid_arguments", "[ERROR] must be a modal [json-pointer:/view/type]")
    return body


def _trigger(asking: Asking) -> Trigger:
    name = asking.text("trigger_id")
    if not name:
        raise Refusal("invalid_arguments", "[ERROR] missing required field: trigger_id")
    trigger = asking.world.triggers.exchange(name)
    if trigger.team not in {each.id for each in asking.world.reach(asking.installed)}:
        raise Refusal("invalid_trigger_id")
    return trigger


def _told(asking: Asking, view: View) -> Json:
    return {"view": asking.world.views.as_json(view, asking.installed.bot_id)}
