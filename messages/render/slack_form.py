"""Forms as Slack modals, and what was filled in as the chat line it stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from messages import limits
from messages.lines import with_values
from messages.model import FieldKind, Form, FormField, plain
from messages.render.payload import Json, slack_id
from messages.render.slack_text import (
    DASH,
    escaped,
    plain_text,
    rich_text,
    section,
    spans,
    weight,
)
from messages.render.words import blank, clean, flat, words

CALLBACK_ID = "line"
"""The `callback_id` of every modal: there is one thing to do with any of them."""

SEARCH = "search:"
"""What the `action_id` of a select begins with whose options are looked up while somebody types."""


def view_of(form: Form) -> Json:
    """The modal that asks `form`; its `private_metadata` is the beginning of the line."""
    blocks: list[Json] = []
    if not blank(form.intro):
        intro = list(spans(form.intro))
        if weight(intro) > limits.SLACK_RICH_TEXT:
            intro = list(spans(plain(limits.cut(words(form.intro), limits.SLACK_SECTION, escaped))))
        blocks.append(rich_text([section(intro)]))
    named = {field.name: field for field in form.fields}
    blocks.extend(_input(field) for field in list(named.values())[: limits.SLACK_VIEW_BLOCKS - 1])
    if not blocks:
        blocks.append(rich_text([section(spans(plain(flat(form.title) or DASH)))]))
    return {
        "type": "modal",
        "callback_id": CALLBACK_ID,
        "private_metadata": form.line,
        "title": plain_text(form.title, limits.SLACK_VIEW_TITLE),
        "submit": plain_text(form.submit, limits.SLACK_VIEW_TITLE),
        "close": plain_text(form.cancel, limits.SLACK_VIEW_TITLE),
        "blocks": blocks,
    }


def line_of_submission(view: Mapping[str, Any], people: Mapping[str, str] | None = None) -> str:
    """The chat line a submitted modal stands for: its beginning and `name=value` words.

    `view` is the `view` of a view_submission. `people` names users by Slack id as the line should;
    somebody not in it is written `<@U…>`, as Slack writes mentions in typed text.
    """
    values: Mapping[str, Any] = view.get("state", {}).get("values", {})
    filled: list[tuple[str, str]] = []
    for block in view.get("blocks", ()):
        name = block.get("block_id", "")
        states = values.get(name, {}).values()
        filled.extend((name, _filled(state, people or {})) for state in states)
    return with_values(str(view.get("private_metadata", "")), filled)


def _filled(state: Mapping[str, Any], people: Mapping[str, str]) -> str:
    match state:
        case {
            "type": "static_select" | "external_select",
            "selected_option": {"value": str(value)},
        }:
            return value
        case {"type": "datepicker", "selected_date": str(value)}:
            return value
        case {"type": "users_select", "selected_user": str(user)}:
            return people.get(user) or f"<@{user}>"
        case {"type": "plain_text_input", "value": str(value)}:
            return clean(value).strip()
    return ""


def _input(field: FormField) -> Json:
    block: Json = {
        "type": "input",
        "block_id": field.name,
        "label": plain_text(field.label or field.name, limits.SLACK_LABEL),
        "optional": not field.required,
        "element": _element(field),
    }
    if field.hint:
        block["hint"] = plain_text(field.hint, limits.SLACK_LABEL)
    return block


def _element(field: FormField) -> Json:
    options = list(_options(field))
    if options:
        chosen: Json = {"type": "static_select", "action_id": field.name, "options": options}
        for option in options:
            if option["value"] == field.initial:
                chosen["initial_option"] = option
        return chosen
    match field.kind:
        case FieldKind.DATE:
            picker: Json = {"type": "datepicker", "action_id": field.name}
            if isinstance(field.initial, date):
                picker["initial_date"] = field.initial.isoformat()
            return picker
        case FieldKind.PERSON:
            select: Json = {"type": "users_select", "action_id": field.name}
            if isinstance(field.initial, str) and slack_id(field.initial):
                select["initial_user"] = field.initial
            return select
        case FieldKind.SEARCH:
            return _searching(field)
    typed: Json = {
        "type": "plain_text_input",
        "action_id": field.name,
        "multiline": field.kind is FieldKind.NOTE,
        "max_length": limits.SLACK_INPUT_TEXT,
    }
    if field.initial:
        typed["initial_value"] = limits.cut(clean(str(field.initial)), limits.SLACK_INPUT_TEXT)
    return typed


def _searching(field: FormField) -> Json:
    """A select that asks us for its options; the name of the field says what is looked for."""
    drawn: Json = {
        "type": "external_select",
        "action_id": limits.cut(SEARCH + field.name, limits.SLACK_ID),
        "min_query_length": 1,
    }
    if isinstance(field.initial, str) and flat(field.initial):
        value = flat(field.initial)
        if limits.units(value) <= limits.SLACK_OPTION_VALUE:
            label = plain_text(value, limits.SLACK_OPTION_TEXT)
            drawn["initial_option"] = {"text": label, "value": value}
    return drawn


def _options(field: FormField) -> Iterator[Json]:
    """What can be picked; a value too long for Slack cannot be sent back, so it is left out."""
    for choice in field.choices[: limits.SLACK_OPTIONS]:
        if 0 < limits.units(choice.value) <= limits.SLACK_OPTION_VALUE:
            label = plain_text(choice.label or choice.value, limits.SLACK_OPTION_TEXT)
            yield {"text": label, "value": choice.value}
