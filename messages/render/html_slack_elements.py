"""What can be tapped, picked and typed in Block Kit.

Buttons are drawn here. Everything else goes to the page as its own JSON in `data-element` and
becomes a control there, which hands back what Slack's client would (`state.values`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from markupsafe import Markup

from messages.render.html_parts import anchor, button, tag
from messages.render.html_slack_text import Names, words_of
from messages.render.payload import Json

Forms = Mapping[str, str]

_OF_PEOPLE = frozenset({"users_select", "multi_users_select"})
_OF_CHANNELS = frozenset(
    {
        "channels_select",
        "multi_channels_select",
        "conversations_select",
        "multi_conversations_select",
    }
)
_PERSON = ("U", "W")


def slack_element(element: Json, block_id: str, forms: Forms, names: Names) -> Markup:
    """One interactive element, or a picture of a section or context."""
    match element.get("type"):
        case "button":
            return _button(element, block_id, forms)
        case "image":
            return picture(element)
    return _control(element, block_id, names)


def picture(image: Json) -> Markup:
    """A picture by its words: the page loads nothing from elsewhere."""
    return tag("span", str(image.get("alt_text", "")), class_="sl-picture", role="img")


def _button(element: Json, block_id: str, forms: Forms) -> Markup:
    label, style = words_of(element["text"]), str(element.get("style", ""))
    if "url" in element and "value" not in element:
        return anchor(str(element["url"]), tag("span", label, class_=f"sl-button {style}".strip()))
    action, line = str(element.get("action_id", "")), str(element.get("value", ""))
    form = forms.get(line) if action.startswith("form:") else None
    return button(
        "sl",
        label,
        line,
        style,
        asked(element.get("confirm")),
        form,
        data_block=block_id or None,
        data_action=action or None,
    )


def asked(confirm: Json | None) -> Json | None:
    """The question before an element acts, as the page asks it."""
    if not confirm:
        return None
    found: Json = {
        "title": words_of(confirm["title"]),
        "text": words_of(confirm["text"]),
        "yes": words_of(confirm["confirm"]),
        "no": words_of(confirm["deny"]),
    }
    return found | ({"danger": True} if confirm.get("style") == "danger" else {})


def _control(element: Json, block_id: str, names: Names) -> Markup:
    kind = str(element.get("type", ""))
    drawn = dict(element)
    if confirm := asked(element.get("confirm")):
        drawn["confirm"] = confirm
    if kind in _OF_PEOPLE:
        drawn["known"] = _known(names, people=True)
    if kind in _OF_CHANNELS:
        drawn["known"] = _known(names, people=False)
    return tag(
        "span",
        _before(element, names),
        class_="sl-control",
        data_block=block_id or None,
        data_action=str(element.get("action_id", "")) or None,
        data_element=json.dumps(drawn, ensure_ascii=False),
    )


def _known(names: Names, *, people: bool) -> list[Json]:
    return [
        {"label": name, "value": known}
        for known, name in names.items()
        if known.startswith(_PERSON) is people
    ]


def _before(element: Json, names: Names) -> str:
    """What stands in it from the beginning, for whoever reads without scripts."""
    match element:
        case {"initial_option": {"text": dict(text)}}:
            return words_of(text)
        case {"initial_user": str(user)}:
            return names.get(user, user)
        case {"initial_date": str(value)} | {"initial_time": str(value)}:
            return value
        case {"initial_value": str(value)}:
            return value
    return words_of(element.get("placeholder"))
