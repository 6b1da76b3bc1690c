"""Forms as Slack modals, and what was filled in as the chat line it stands for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from messages import limits
from messages.i18n import Phrasebook
from messages.lines import with_values
from messages.model import Choice, FieldKind, Form, FormField, plain
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


def view_of(form: Form, phrases: Phrasebook, *, origin: str = "") -> Json:
    """The modal that asks `form`.

    `origin` comes back with the submission (`origin_of`): where the answer belongs. One too long
    for Slack is left out, so keep it within 2,000 characters.
    """
    blocks: list[Json] = []
    if not blank(form.intro):
        intro = list(spans(form.intro))
        if weight(intro) > limits.SLACK_RICH_TEXT:
            intro = list(spans(plain(limits.cut(words(form.intro), limits.SLACK_SECTION, escaped))))
        blocks.append(rich_text([section(intro)]))
    named = {field.name: field for field in form.fields}
    asked = list(named.values())[: limits.SLACK_VIEW_BLOCKS - 1]
    blocks.extend(_input(field, phrases) for field in asked)
    if not blocks:
        blocks.append(rich_text([section(spans(plain(flat(form.title) or DASH)))]))
    return {
        "type": "modal",
        "callback_id": CALLBACK_ID,
        "private_metadata": metadata(form.line, origin),
        "title": plain_text(form.title, limits.SLACK_VIEW_TITLE),
        "submit": plain_text(form.submit, limits.SLACK_VIEW_TITLE),
        "close": plain_text(form.cancel, limits.SLACK_VIEW_TITLE),
        "blocks": blocks,
    }


def loading_view(phrases: Phrasebook, title: str = "", *, origin: str = "") -> Json:
    """The modal that is opened at once where the form takes longer; `views.update` replaces it."""
    sentence = phrases.t("form.loading")
    return {
        "type": "modal",
        "callback_id": CALLBACK_ID,
        "private_metadata": metadata("", origin),
        "title": plain_text(flat(title) or sentence, limits.SLACK_VIEW_TITLE),
        "close": plain_text(phrases.t("common.cancel"), limits.SLACK_VIEW_TITLE),
        "blocks": [rich_text([section(spans(plain(sentence)))])],
    }


def options_of(choices: Iterable[Choice]) -> Json:
    """The answer to a select that searches; Slack says itself when nothing was found."""
    return {"options": list(_options(choices))}


def metadata(line: str, origin: str) -> str:
    """What a view carries for us: the beginning of the line, and where its answer belongs."""
    kept = json.dumps({"line": line, "origin": origin}, ensure_ascii=False, separators=(",", ":"))
    if limits.units(kept) <= limits.SLACK_METADATA or not origin:
        return kept
    return metadata(line, "")


def origin_of(view: Mapping[str, Any]) -> str:
    """Where the answer to a form belongs, as `view_of` was told; empty when it was not."""
    return _carried(view)["origin"]


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
    return with_values(_carried(view)["line"], filled)


def errors_of(view: Mapping[str, Any], field: str, sentence: str) -> Json:
    """The answer to a submission that says what is wrong with it, at the field it is about.

    At the last field where the view has none of that name; above everything where it has none.
    """
    asked = [block for block in view.get("blocks", ()) if block.get("type") == "input"]
    names = [str(block.get("block_id", "")) for block in asked]
    wrong = limits.cut(flat(sentence), limits.SLACK_LABEL) or DASH
    if names:
        name = field if field in names else names[-1]
        return {"response_action": "errors", "errors": {name: wrong}}
    again = {key: view[key] for key in _OURS if view.get(key)}
    blocks = [rich_text([section(spans(plain(wrong)))]), *view.get("blocks", ())]
    again["blocks"] = blocks[: limits.SLACK_VIEW_BLOCKS]
    return {"response_action": "update", "view": again}


def refilled(view: Mapping[str, Any], sentence: str) -> Json:
    """The form of a submission once more, as it was filled in, below what is wrong with it.

    For when it was taken away meanwhile: errors at a field are for a form that still stands.
    """
    wrong = limits.cut(flat(sentence), limits.SLACK_LABEL) or DASH
    values: Mapping[str, Any] = view.get("state", {}).get("values", {})
    blocks = [rich_text([section(spans(plain(wrong)))])]
    for block in view.get("blocks", ()):
        match block:
            case {"type": "input", "block_id": name, "element": {"action_id": action} as element}:
                state = values.get(name, {}).get(action, {})
                block = {**block, "element": _with_initial(element, state)}
        blocks.append(block)
    again = {key: view[key] for key in _OURS if view.get(key)}
    return {**again, "blocks": blocks[: limits.SLACK_VIEW_BLOCKS]}


_INITIAL = {
    "value": "initial_value",
    "selected_date": "initial_date",
    "selected_option": "initial_option",
    "selected_user": "initial_user",
}
"""What was filled in, by its name in a submission, and as a form says it beforehand."""


def _with_initial(element: Mapping[str, Any], state: Mapping[str, Any]) -> Json:
    fresh = {key: value for key, value in element.items() if key not in _INITIAL.values()}
    return fresh | {_INITIAL[name]: state[name] for name in _INITIAL if state.get(name)}


_OURS = ("type", "callback_id", "private_metadata", "title", "submit", "close")
"""What of a view that Slack shows us can be sent again."""


def _carried(view: Mapping[str, Any]) -> dict[str, str]:
    written = str(view.get("private_metadata") or "")
    try:
        kept = json.loads(written)
    except ValueError:
        kept = None
    if not isinstance(kept, dict):
        return {"line": written, "origin": ""}
    return {name: str(kept.get(name) or "") for name in ("line", "origin")}


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


def _input(field: FormField, phrases: Phrasebook) -> Json:
    block: Json = {
        "type": "input",
        "block_id": field.name,
        "label": plain_text(field.label or field.name, limits.SLACK_LABEL),
        "optional": not field.required,
        "element": _element(field, phrases),
    }
    if field.hint:
        block["hint"] = plain_text(field.hint, limits.SLACK_LABEL)
    return block


def _element(field: FormField, phrases: Phrasebook) -> Json:
    options = list(_options(field.choices))
    if field.kind is FieldKind.SEARCH:
        return _searching(field, options, phrases)
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
    typed: Json = {
        "type": "plain_text_input",
        "action_id": field.name,
        "multiline": field.kind is FieldKind.NOTE,
        "max_length": limits.SLACK_INPUT_TEXT,
    }
    initial = clean(str(field.initial or "")).strip()
    if initial:
        typed["initial_value"] = limits.cut(initial, limits.SLACK_INPUT_TEXT)
    return typed


def _searching(field: FormField, known: Iterable[Json], phrases: Phrasebook) -> Json:
    """A select that asks us for its options; the name of the field says what is looked for.

    It asks as soon as it is opened, with an empty text: the likeliest may be picked untyped.
    What the form knows already is named by the choice with that value.
    """
    drawn: Json = {
        "type": "external_select",
        "action_id": limits.cut(SEARCH + field.name, limits.SLACK_ID),
        "placeholder": plain_text(phrases.t("form.search"), limits.SLACK_PLACEHOLDER),
        "min_query_length": 0,
    }
    if isinstance(field.initial, str):
        mine = [option for option in known if option["value"] == field.initial]
        mine += _options((Choice(field.initial, field.initial),))
        if mine:
            drawn["initial_option"] = mine[0]
    return drawn


def _options(choices: Iterable[Choice]) -> Iterator[Json]:
    """What can be picked; a value too long for Slack cannot be sent back, so it is left out."""
    left = limits.SLACK_OPTIONS
    seen: set[str] = set()
    for choice in choices:
        if choice.value in seen or not choice.value.strip():
            continue
        if limits.units(choice.value) <= limits.SLACK_OPTION_VALUE and left:
            seen.add(choice.value)
            left -= 1
            label = plain_text(choice.label or choice.value, limits.SLACK_OPTION_TEXT)
            yield {"text": label, "value": choice.value}
