"""What Slack would refuse of one block: its keys, what is in it, how long it is."""

from __future__ import annotations

from typing import Any

from messages import limits
from messages.render.slack_check_data import data_table, data_visualization, table
from messages.render.slack_check_elements import ACCESSORIES, ACTIONS, INPUTS, element, image
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

# Of each block what it must have and what it may have beside `type` and `block_id`.
KNOWN: dict[str, tuple[set[str], set[str]]] = {
    "actions": ({"elements"}, set()),
    "alert": ({"text"}, {"level"}),
    "card": (
        set(),
        {"title", "subtitle", "body", "subtext", "actions", "icon", "hero_image", "slack_icon"},
    ),
    "carousel": ({"elements"}, set()),
    "container": (
        {"title", "child_blocks"},
        {"subtitle", "icon", "width", "is_collapsible", "default_collapsed"},
    ),
    "context": ({"elements"}, set()),
    "context_actions": ({"elements"}, set()),
    "data_table": ({"rows", "caption"}, {"page_size", "row_header_column_index"}),
    "data_visualization": ({"title", "chart"}, set()),
    "divider": (set(), set()),
    "file": ({"external_id", "source"}, set()),
    "header": ({"text"}, set()),
    "image": ({"alt_text"}, {"image_url", "slack_file", "title"}),
    "input": ({"label", "element"}, {"hint", "optional", "dispatch_action"}),
    "markdown": ({"text"}, set()),
    "rich_text": ({"elements"}, set()),
    "section": (set(), {"text", "fields", "accessory", "expand"}),
    "table": ({"rows"}, {"column_settings"}),
    "video": (
        {"alt_text", "title", "thumbnail_url", "video_url"},
        {"author_name", "description", "provider_icon_url", "provider_name", "title_url"},
    ),
}
_LEVELS = ("default", "info", "warning", "error", "success")
_CARD = {"title": 150, "subtitle": 150, "body": 200, "subtext": 200}
_INNER = {
    *("actions", "context", "divider", "header", "image", "rich_text", "section", "table"),
}


def block(thing: Any) -> Faults:
    """The faults of a block, wherever it stands."""
    kind = of(thing, "type")
    if not isinstance(kind, str) or kind not in KNOWN:
        yield "an unknown block"
        return
    required, optional = KNOWN[kind]
    yield from keys(kind, thing, required | {"type"}, optional | {"block_id"})
    if "block_id" in thing:
        yield from length("block_id", thing["block_id"], limits.SLACK_ID)
    yield from _own(kind, thing)


def _own(kind: str, thing: dict[str, Any]) -> Faults:
    match kind:
        case "header":
            yield from plain("text", thing.get("text"), limits.SLACK_HEADER)
        case "section":
            yield from _section(thing)
        case "context":
            elements = listed(thing, "elements")
            yield from within("elements", elements, 1, limits.SLACK_CONTEXT_ELEMENTS)
            for one in elements:
                if of(one, "type") == "image":
                    yield from element(one, {"image"}, "a context")
                else:
                    yield from text_object("element", one, limits.SLACK_SECTION)
        case "actions":
            yield from _elements(thing, limits.SLACK_ACTIONS, ACTIONS, "actions")
        case "context_actions":
            yield from _elements(thing, 5, {"feedback_buttons", "icon_button"}, "context_actions")
        case "input":
            yield from _input(thing)
        case "image":
            yield from image(thing)
            if "title" in thing:
                yield from plain("title", thing["title"], limits.SLACK_ALT_TEXT)
        case "table":
            yield from table(thing)
        case "data_table":
            yield from data_table(thing)
        case "data_visualization":
            yield from data_visualization(thing)
        case "rich_text":
            yield from rich_text("text", thing)
        case "markdown":
            yield from length("text", thing.get("text"), limits.SLACK_MARKDOWN)
        case "video":
            yield from _video(thing)
        case "alert":
            yield from text_object("text", thing.get("text"), 200)
            if thing.get("level", "default") not in _LEVELS:
                yield f"level {thing['level']}"
        case "card" | "carousel" | "container":
            yield from _grouped(kind, thing)


def _section(thing: dict[str, Any]) -> Faults:
    fields = listed(thing, "fields")
    if "text" not in thing and not fields:
        yield "neither text nor fields"
    if "text" in thing:
        yield from text_object("text", thing["text"], limits.SLACK_SECTION)
    if "fields" in thing:
        yield from within("fields", fields, 1, limits.SLACK_FIELDS)
    for field in fields:
        yield from text_object("field", field, limits.SLACK_FIELD)
    if "accessory" in thing:
        yield from element(thing["accessory"], ACCESSORIES, "a section")


def _elements(thing: dict[str, Any], most: int, allowed: set[str], where: str) -> Faults:
    elements = listed(thing, "elements")
    yield from within("elements", elements, 1, most)
    for one in elements:
        yield from element(one, allowed, where)


def _input(thing: dict[str, Any]) -> Faults:
    yield from plain("label", thing.get("label"), limits.SLACK_LABEL)
    if "hint" in thing:
        yield from plain("hint", thing["hint"], limits.SLACK_LABEL)
    for name in ("optional", "dispatch_action"):
        if not isinstance(thing.get(name, False), bool):
            yield f"{name} is true or false"
    yield from element(thing.get("element"), INPUTS, "an input")


def _video(thing: dict[str, Any]) -> Faults:
    yield from length("alt_text", thing.get("alt_text"), 200)
    yield from plain("title", thing.get("title"), 200)
    for name in ("thumbnail_url", "video_url"):
        yield from web_address(name, thing.get(name))
    for name in ("author_name", "provider_name"):
        if name in thing:
            yield from length(name, thing[name], 50)
    if "description" in thing:
        yield from plain("description", thing["description"], 200)


def _grouped(kind: str, thing: dict[str, Any]) -> Faults:
    if kind == "carousel":
        cards = listed(thing, "elements")
        yield from within("elements", cards, 1, 10)
        for card in cards:
            yield from block(card)
            if of(card, "type") != "card":
                yield f"{of(card, 'type')} in a carousel"
        return
    if kind == "container":
        for name in ("title", "subtitle"):
            if name in thing:
                yield from text_object(name, thing[name], 150)
        children = listed(thing, "child_blocks")
        yield from within("child_blocks", children, 1, 10)
        for child in children:
            yield from block(child)
            if of(child, "type") not in _INNER:
                yield f"{of(child, 'type')} in a container"
        return
    if not any(name in thing for name in ("title", "body", "actions", "hero_image")):
        yield "an empty card"
    for name, most in _CARD.items():
        if name in thing:
            yield from text_object(name, thing[name], most)
    if "actions" in thing:
        yield from within("actions", listed(thing, "actions"), 1, 3)
        for one in listed(thing, "actions"):
            yield from element(one, {"button"}, "a card")
