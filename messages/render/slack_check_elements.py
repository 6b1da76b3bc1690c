"""What Slack would refuse of buttons, selects, inputs and the options and questions in them."""

from __future__ import annotations

import re
from typing import Any

from messages import limits
from messages.render.slack_check_text import (
    Faults,
    keys,
    length,
    listed,
    of,
    plain,
    rich_text,
    text_object,
    web_address,
    within,
)

_ASKED = {"placeholder", "confirm", "focus_on_load", "action_id"}
_MANY = _ASKED | {"max_selected_items"}
_WRITTEN = {"placeholder", "initial_value", "focus_on_load", "dispatch_action_config", "action_id"}
_LIST = {"options", "option_groups"}

# Of each element what it must have and what it may have beside `type`.
KNOWN: dict[str, tuple[set[str], set[str]]] = {
    "button": (
        {"text"},
        {"action_id", "url", "value", "style", "confirm", "accessibility_label"},
    ),
    "checkboxes": ({"options"}, {"action_id", "initial_options", "confirm", "focus_on_load"}),
    "radio_buttons": ({"options"}, {"action_id", "initial_option", "confirm", "focus_on_load"}),
    "overflow": ({"options"}, {"action_id", "confirm"}),
    "static_select": (set(), _ASKED | _LIST | {"initial_option"}),
    "external_select": (set(), _ASKED | {"initial_option", "min_query_length"}),
    "users_select": (set(), _ASKED | {"initial_user"}),
    "conversations_select": (
        set(),
        _ASKED
        | {"initial_conversation", "default_to_current_conversation", "filter"}
        | {"response_url_enabled"},
    ),
    "channels_select": (set(), _ASKED | {"initial_channel", "response_url_enabled"}),
    "multi_static_select": (set(), _MANY | _LIST | {"initial_options"}),
    "multi_external_select": (set(), _MANY | {"initial_options", "min_query_length"}),
    "multi_users_select": (set(), _MANY | {"initial_users"}),
    "multi_conversations_select": (
        set(),
        _MANY | {"initial_conversations", "default_to_current_conversation", "filter"},
    ),
    "multi_channels_select": (set(), _MANY | {"initial_channels"}),
    "datepicker": (set(), _ASKED | {"initial_date"}),
    "timepicker": (set(), _ASKED | {"initial_time", "timezone"}),
    "datetimepicker": (set(), {"action_id", "initial_date_time", "confirm", "focus_on_load"}),
    "plain_text_input": (set(), _WRITTEN | {"multiline", "min_length", "max_length"}),
    "email_text_input": (set(), _WRITTEN),
    "url_text_input": (set(), _WRITTEN),
    "number_input": ({"is_decimal_allowed"}, _WRITTEN | {"min_value", "max_value"}),
    "rich_text_input": (set(), _WRITTEN),
    "file_input": (set(), {"action_id", "filetypes", "max_files"}),
    "image": ({"alt_text"}, {"image_url", "slack_file"}),
    "workflow_button": (
        {"text", "workflow"},
        {"action_id", "style", "accessibility_label"},
    ),
    "feedback_buttons": ({"positive_button", "negative_button"}, {"action_id"}),
    "icon_button": (
        {"icon", "text"},
        {"action_id", "value", "confirm", "accessibility_label", "visible_to_user_ids"},
    ),
}
_ONE = {
    *("static_select", "external_select", "users_select", "conversations_select"),
    *("channels_select",),
}
_SEVERAL = {f"multi_{kind}" for kind in _ONE}
_PICKED = {"checkboxes", "radio_buttons", "datepicker", "timepicker"}
ACTIONS = _ONE | _PICKED | {"button", "overflow", "datetimepicker", "workflow_button"}
"""What may stand in an actions block."""
ACCESSORIES = _ONE | _SEVERAL | _PICKED | {"button", "overflow", "image", "workflow_button"}
"""What may stand beside a section."""
INPUTS = (
    _ONE
    | _SEVERAL
    | _PICKED
    | {"datetimepicker", "plain_text_input", "email_text_input", "url_text_input"}
    | {"number_input", "rich_text_input", "file_input"}
)
"""What an input block may ask with."""

_MOST_OPTIONS = {"overflow": 5, "checkboxes": 10, "radio_buttons": 10}
_MARKDOWN_OPTIONS = ("checkboxes", "radio_buttons")


def element(thing: Any, allowed: set[str], where: str) -> Faults:
    """The faults of one element, which stands in `where`."""
    kind = of(thing, "type")
    if not isinstance(kind, str) or kind not in KNOWN:
        yield f"element {kind} is unknown"
        return
    if kind not in allowed:
        yield f"element {kind} is not possible in {where}"
    required, optional = KNOWN[kind]
    yield from keys(kind, thing, required | {"type"}, optional)
    if "action_id" in thing:
        yield from length("action_id", thing["action_id"], limits.SLACK_ID)
    if "placeholder" in thing:
        yield from plain("placeholder", thing["placeholder"], limits.SLACK_PLACEHOLDER)
    if "confirm" in thing:
        yield from confirm(thing["confirm"])
    for name in ("focus_on_load", "multiline", "is_decimal_allowed"):
        if not isinstance(thing.get(name, False), bool):
            yield f"{name} is true or false"
    if "max_selected_items" in thing:
        yield from within("max_selected_items", thing["max_selected_items"], 1, 100)
    yield from _own(kind, thing)


def _own(kind: str, thing: dict[str, Any]) -> Faults:
    match kind:
        case "button" | "workflow_button" | "icon_button":
            yield from _button(thing)
        case "feedback_buttons":
            for name in ("positive_button", "negative_button"):
                one = thing.get(name)
                yield from keys(name, one, ("text", "value"), ("accessibility_label",))
                yield from plain(name, of(one, "text"), limits.SLACK_BUTTON_TEXT)
                yield from length(name, of(one, "value"), limits.SLACK_BUTTON_VALUE)
        case "static_select" | "multi_static_select":
            if ("options" in thing) == ("option_groups" in thing):
                yield "either options or option_groups"
            yield from _options(kind, thing)
        case "checkboxes" | "radio_buttons" | "overflow":
            yield from _options(kind, thing)
        case "external_select" | "multi_external_select":
            yield from within("min_query_length", thing.get("min_query_length", 3), 0, 255)
            for one in [*listed(thing, "initial_options"), thing.get("initial_option")]:
                if one is not None:
                    yield from option(one, kind)
        case "users_select":
            if not re.match(r"[UW][A-Z0-9]+\Z", str(thing.get("initial_user", "U1"))):
                yield f"initial_user {thing['initial_user']}"
        case "datepicker":
            if not _is_day(thing.get("initial_date", "2026-01-01")):
                yield f"initial_date {thing['initial_date']}"
        case "timepicker":
            time = str(thing.get("initial_time", "00:00"))
            if not re.match(r"(?:[01]\d|2[0-3]):[0-5]\d\Z", time):
                yield f"initial_time {time}"
        case "datetimepicker":
            yield from within(
                "initial_date_time", thing.get("initial_date_time", 10**9), 10**9, 10**10 - 1
            )
        case "plain_text_input":
            yield from _written(thing)
        case "file_input":
            yield from within("max_files", thing.get("max_files", 10), 1, 10)
        case "image":
            yield from image(thing)
        case "rich_text_input" if "initial_value" in thing:
            yield from rich_text("initial_value", thing["initial_value"])


def _is_day(text: Any) -> bool:
    return bool(re.match(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\Z", str(text)))


def _button(thing: dict[str, Any]) -> Faults:
    yield from plain("button", thing.get("text"), limits.SLACK_BUTTON_TEXT)
    if "value" in thing:
        yield from length("value", thing["value"], limits.SLACK_BUTTON_VALUE)
    if "url" in thing:
        yield from web_address("url", thing["url"])
    if thing.get("style", "primary") not in ("primary", "danger"):
        yield f"button style {thing['style']}"
    if "accessibility_label" in thing:
        label = thing["accessibility_label"]
        yield from length("accessibility_label", label, limits.SLACK_BUTTON_TEXT)
    if thing.get("visible_to_user_ids") is not None:
        yield from within("visible_to_user_ids", thing["visible_to_user_ids"], 0, 10)


def _written(thing: dict[str, Any]) -> Faults:
    least, most = thing.get("min_length", 0), thing.get("max_length", limits.SLACK_INPUT_TEXT)
    yield from within("min_length", least, 0, limits.SLACK_INPUT_TEXT)
    yield from within("max_length", most, 1, limits.SLACK_INPUT_TEXT)
    if isinstance(least, int) and isinstance(most, int):
        if least > most:
            yield "min_length is more than max_length"
        if "initial_value" in thing:
            yield from length("initial_value", thing["initial_value"], most, max(least, 1))


def _options(kind: str, thing: dict[str, Any]) -> Faults:
    groups = listed(thing, "option_groups")
    sets = [listed(group, "options") for group in groups] or [listed(thing, "options")]
    if len(groups) > limits.SLACK_OPTIONS:
        yield f"{len(groups)} option_groups"
    for group in groups:
        yield from keys("option_group", group, ("label", "options"), ())
        yield from plain("label", of(group, "label"), limits.SLACK_OPTION_TEXT)
    for options in sets:
        yield from within("options", options, 1, _MOST_OPTIONS.get(kind, limits.SLACK_OPTIONS))
        for one in options:
            yield from option(one, kind)
    values = [str(of(one, "value")) for options in sets for one in options]
    if len(set(values)) < len(values):
        yield "an option twice"
    chosen = listed(thing, "initial_options")
    if "initial_option" in thing:
        chosen.append(thing["initial_option"])
    for one in chosen:
        if not any(one in options for options in sets):
            yield "initial_option is not one of the options"


def option(thing: Any, kind: str) -> Faults:
    """One option of a list of that kind."""
    url = ("url",) if kind == "overflow" else ()
    yield from keys("option", thing, ("text", "value"), ("description", *url))
    wording = text_object if kind in _MARKDOWN_OPTIONS else plain
    yield from wording("option", of(thing, "text"), limits.SLACK_OPTION_TEXT)
    yield from length("value", of(thing, "value"), limits.SLACK_OPTION_VALUE)
    if "description" in (thing if isinstance(thing, dict) else ()):
        yield from wording("description", thing["description"], limits.SLACK_OPTION_TEXT)
    if isinstance(thing, dict) and "url" in thing:
        yield from web_address("url", thing["url"])


def confirm(thing: Any) -> Faults:
    """The question before an action."""
    yield from keys("confirm", thing, ("title", "text", "confirm", "deny"), ("style",))
    yield from plain("confirm title", of(thing, "title"), limits.SLACK_CONFIRM_TITLE)
    yield from text_object("confirm text", of(thing, "text"), limits.SLACK_CONFIRM_TEXT)
    yield from plain("confirm", of(thing, "confirm"), limits.SLACK_CONFIRM_BUTTON)
    yield from plain("deny", of(thing, "deny"), limits.SLACK_CONFIRM_BUTTON)
    if (of(thing, "style") or "primary") not in ("primary", "danger"):
        yield f"confirm style {of(thing, 'style')}"


def image(thing: dict[str, Any]) -> Faults:
    """An image block or element: one source, and words for who does not see it."""
    if ("image_url" in thing) == ("slack_file" in thing):
        yield "either image_url or slack_file"
    if "image_url" in thing:
        yield from web_address("image_url", thing["image_url"])
    yield from length("alt_text", thing.get("alt_text"), limits.SLACK_ALT_TEXT)
    source = thing.get("slack_file")
    if source is not None and (not isinstance(source, dict) or len(source) != 1):
        yield "slack_file has either an id or a url"
