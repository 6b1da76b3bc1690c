"""What can be tapped, picked or filled in in blocks, and how Slack writes it down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

Json = dict[str, Any]

TAPPED = frozenset({"button", "workflow_button"})

_ONE: dict[str, tuple[str, str]] = {
    # element type → the key of what is picked, and of what is picked from the start
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
}
_MANY: dict[str, tuple[str, str]] = {
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
}
_OPTION = frozenset({"static_select", "external_select", "overflow", "radio_buttons"})
_OPTIONS = frozenset({"multi_static_select", "multi_external_select", "checkboxes"})


def interactive(blocks: Iterable[Json]) -> Iterator[tuple[Json, Json]]:
    """Every block and element of it that has an action_id."""
    for block in blocks:
        for element in (
            *block.get("elements", []),
            block.get("accessory"),
            block.get("element"),
        ):
            if isinstance(element, dict) and element.get("action_id"):
                yield block, element


def found(blocks: Iterable[Json], wanted: str) -> tuple[Json, Json]:
    """Block and element by action_id, or by block_id where that has one; LookupError without."""
    pairs = list(interactive(blocks))
    for block, element in pairs:
        if element["action_id"] == wanted:
            return block, element
    for block, element in pairs:
        if block.get("block_id") == wanted:
            return block, element
    raise LookupError(f"there is no {wanted!r}; there are {[one['action_id'] for _, one in pairs]}")


def initial(element: Json) -> Json:
    """What an element holds before anybody touches it, as `state` has it."""
    kind = element["type"]
    if kind in _ONE:
        name, first = _ONE[kind]
        return {"type": kind, name: element.get(first)}
    if kind in _MANY:
        name, first = _MANY[kind]
        return {"type": kind, name: list(element.get(first, []))}
    if kind in _OPTIONS:
        return {"type": kind, "selected_options": list(element.get("initial_options", []))}
    if kind in _OPTION:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind == "file_input":
        return {"type": kind, "files": []}
    return {"type": kind}


def picked(element: Json, value: Any, offered: Iterable[Json] = ()) -> Json:
    """What an element holds once somebody gave it `value`: a text, an option's value, or several.

    `offered` are the options that a search answered. LookupError for what is not on offer.
    """
    kind = element["type"]
    if kind in _ONE:
        most = element.get("max_length")
        if most is not None and value is not None and len(value) > most:
            raise LookupError(f"{len(value)} characters, the field takes {most}")
        return {"type": kind, _ONE[kind][0]: value}
    if kind in _MANY:
        return {"type": kind, _MANY[kind][0]: list(value)}
    options = [*offered, *_options(element), *_initial_options(element)]
    if kind in _OPTIONS:
        return {"type": kind, "selected_options": [_option(options, one) for one in value]}
    if kind in _OPTION:
        return {"type": kind, "selected_option": None if value is None else _option(options, value)}
    return {"type": kind}


def empty(state: Json) -> bool:
    """Whether nothing was filled in."""
    return all(value in (None, "", []) for name, value in state.items() if name != "type")


def action(block: Json, element: Json, state: Json, at: str) -> Json:
    """One entry of `actions`."""
    made: Json = {
        "action_id": element["action_id"],
        "block_id": block.get("block_id", ""),
        "action_ts": at,
        **state,
    }
    for name in ("text", "value") if element["type"] in TAPPED else ("placeholder",):
        if name in element and name not in made:
            made[name] = element[name]
    return made


def _options(element: Json) -> Iterator[Json]:
    yield from element.get("options", [])
    for group in element.get("option_groups", []):
        yield from group.get("options", [])


def _initial_options(element: Json) -> Iterator[Json]:
    if element.get("initial_option"):
        yield element["initial_option"]
    yield from element.get("initial_options", [])


def _option(options: Iterable[Json], value: str) -> Json:
    for option in options:
        if option.get("value") == value:
            return option
    raise LookupError(f"no option is called {value!r}")
