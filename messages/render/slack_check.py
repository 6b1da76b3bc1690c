"""What Slack would refuse, found before it is sent, including what no public validator finds."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator

from messages import limits
from messages.limits import octets, units
from messages.render.payload import Json

_SURFACES = {
    "message": {
        *("actions", "context", "divider", "header", "image", "rich_text", "section", "table"),
    },
    "view": {*("actions", "context", "divider", "header", "image", "input", "rich_text", "section")},
}
_ELEMENTS = {"text", "link", "user", "emoji", "date"}
_ENTITY = re.compile(r"&(?:amp|lt|gt);|<(?:@[UW][A-Z0-9]+|(?:https?:|mailto:)[^<>|]*\|[^<>|]+)>")


def check_slack(payload: Json) -> list[str]:
    """The faults of a message (`text`, `blocks`) or of a modal (`type` modal)."""
    view = payload.get("type") in ("modal", "home")
    faults = list(_view(payload) if view else _post(payload))
    blocks = payload.get("blocks", [])
    surface = "view" if view else "message"
    most = limits.SLACK_VIEW_BLOCKS if view else limits.SLACK_BLOCKS
    if not 1 <= len(blocks) <= most:
        faults.append(f"{len(blocks)} blocks, 1 to {most} are possible")
    for number, block in enumerate(blocks):
        kind = block.get("type")
        if kind not in _SURFACES[surface]:
            faults.append(f"block {number}: {kind} is not possible in a {surface}")
        faults.extend(f"block {number} ({kind}): {fault}" for fault in _block(block))
    faults.extend(_repeated(blocks, "block_id"))
    faults.extend(_repeated([item for block in blocks for item in _interactive(block)]))
    tables = sum(block.get("type") == "table" for block in blocks)
    if tables > limits.SLACK_TABLES:
        faults.append(f"{tables} tables in one message")
    if view:
        size = octets(json.dumps(payload, ensure_ascii=False))
        faults.extend([f"a view of {size} bytes"] if size > limits.SLACK_VIEW_BYTES else [])
    elif (total := _total(blocks)) > limits.SLACK_TOTAL:
        faults.append(f"{total} characters in all, at most {limits.SLACK_TOTAL}")
    return faults


def _post(payload: Json) -> Iterator[str]:
    yield from _length("text", payload.get("text", ""), limits.SLACK_TEXT)
    if re.search("[<>&]", re.sub(r"&(?:amp|lt|gt);", "", payload.get("text", ""))):
        yield "text: unescaped < > or &"


def _view(payload: Json) -> Iterator[str]:
    for name in ("title", "close", "submit"):
        if name in payload:
            yield from _plain(name, payload[name], limits.SLACK_VIEW_TITLE)
    if "title" not in payload and payload.get("type") == "modal":
        yield "a modal without a title"
    inputs = any(block.get("type") == "input" for block in payload.get("blocks", []))
    if inputs and "submit" not in payload:
        yield "a modal with an input but without submit"
    yield from _length(
        "private_metadata", payload.get("private_metadata") or "-", limits.SLACK_METADATA
    )
    yield from _length("callback_id", payload.get("callback_id", "-"), limits.SLACK_ID)


def _block(block: Json) -> Iterator[str]:
    yield from _length("block_id", block.get("block_id", "-"), limits.SLACK_ID)
    match block.get("type"):
        case "header":
            yield from _plain("text", block.get("text", {}), limits.SLACK_HEADER)
        case "section":
            fields = block.get("fields", [])
            if "text" not in block and not fields:
                yield "neither text nor fields"
            if "text" in block:
                yield from _text("text", block["text"], limits.SLACK_SECTION)
            if len(fields) > limits.SLACK_FIELDS:
                yield f"{len(fields)} fields"
            for field in fields:
                yield from _text("field", field, limits.SLACK_FIELD)
        case "context":
            elements = block.get("elements", [])
            if not 1 <= len(elements) <= limits.SLACK_CONTEXT_ELEMENTS:
                yield f"{len(elements)} elements"
            for element in elements:
                yield from _text("element", element, limits.SLACK_SECTION)
        case "actions":
            if not 1 <= len(block.get("elements", [])) <= limits.SLACK_ACTIONS:
                yield f"{len(block.get('elements', []))} elements"
            for element in block.get("elements", []):
                yield from _element(element)
        case "input":
            yield from _plain("label", block.get("label", {}), limits.SLACK_LABEL)
            if "hint" in block:
                yield from _plain("hint", block["hint"], limits.SLACK_LABEL)
            yield from _element(block.get("element", {}))
        case "table":
            yield from _table(block)
        case "rich_text":
            yield from _rich(block)


def _element(element: Json) -> Iterator[str]:
    kind = element.get("type")
    yield from _length("action_id", element.get("action_id", ""), limits.SLACK_ID)
    match kind:
        case "button":
            yield from _plain("button", element.get("text", {}), limits.SLACK_BUTTON_TEXT)
            yield from _length("value", element.get("value", "-"), limits.SLACK_BUTTON_VALUE)
            if element.get("style", "primary") not in ("primary", "danger"):
                yield f"button style {element['style']}"
            if "confirm" in element:
                yield from _confirm(element["confirm"])
        case "static_select":
            options = element.get("options", [])
            if not 1 <= len(options) <= limits.SLACK_OPTIONS:
                yield f"{len(options)} options"
            for option in options:
                yield from _plain("option", option.get("text", {}), limits.SLACK_OPTION_TEXT)
                yield from _length("value", option.get("value", ""), limits.SLACK_OPTION_VALUE)
            chosen = element.get("initial_option")
            if chosen is not None and chosen not in options:
                yield "initial_option is not one of the options"
        case "plain_text_input":
            if not 1 <= element.get("max_length", 1) <= limits.SLACK_INPUT_TEXT:
                yield f"max_length {element['max_length']}"
        case "datepicker" | "users_select" | "external_select":
            pass
        case _:
            yield f"element {kind} is not one we send"


def _confirm(confirm: Json) -> Iterator[str]:
    yield from _plain("title", confirm.get("title", {}), limits.SLACK_CONFIRM_TITLE)
    yield from _text("text", confirm.get("text", {}), limits.SLACK_CONFIRM_TEXT)
    yield from _plain("confirm", confirm.get("confirm", {}), limits.SLACK_CONFIRM_BUTTON)
    yield from _plain("deny", confirm.get("deny", {}), limits.SLACK_CONFIRM_BUTTON)


def _table(block: Json) -> Iterator[str]:
    rows = block.get("rows", [])
    if not 1 <= len(rows) <= limits.SLACK_TABLE_ROWS:
        yield f"{len(rows)} rows"
    if len({len(row) for row in rows}) > 1:
        yield "rows of different length"
    for row in rows:
        if not 1 <= len(row) <= limits.SLACK_TABLE_COLUMNS:
            yield f"{len(row)} columns"
        for cell in row:
            if cell.get("type") == "rich_text":
                yield from _rich(cell)
            elif cell.get("type") != "raw_text" or not cell.get("text"):
                yield "a cell that is empty or neither raw_text nor rich_text"


def _rich(block: Json) -> Iterator[str]:
    parts = block.get("elements", [])
    if not parts:
        yield "rich_text without elements"
    for part in parts:
        inner = part.get("elements", [])
        if part.get("type") == "rich_text_list":
            yield from _rich({"elements": inner})
            continue
        if part.get("type") not in ("rich_text_section", "rich_text_preformatted"):
            yield f"rich_text part {part.get('type')}"
        if not inner:
            yield "an empty rich_text part"
        for element in inner:
            if element.get("type") not in _ELEMENTS:
                yield f"rich_text element {element.get('type')}"
            if element.get("type") == "text":
                yield from _length("text", element.get("text", ""), limits.SLACK_RICH_TEXT)
            if element.get("type") == "link":
                yield from _length("url", element.get("url", ""), limits.SLACK_URL)


def _text(name: str, value: Json, limit: int) -> Iterator[str]:
    if value.get("type") == "plain_text":
        yield from _plain(name, value, limit)
        return
    if value.get("type") != "mrkdwn":
        yield f"{name}: not a text object"
    text = value.get("text", "")
    yield from _length(name, text, limit)
    if re.search("[<>&]", _ENTITY.sub("", text)):
        yield f"{name}: unescaped < > or &"


def _plain(name: str, value: Json, limit: int) -> Iterator[str]:
    if value.get("type") != "plain_text":
        yield f"{name}: not plain_text"
    yield from _length(name, value.get("text", ""), limit)


def _length(name: str, text: str, limit: int) -> Iterator[str]:
    if not text:
        yield f"{name}: empty"
    if units(text) > limit:
        yield f"{name}: {units(text)} characters, at most {limit}"


def _interactive(block: Json) -> list[Json]:
    if block.get("type") == "input":
        return [block.get("element", {})]
    return list(block.get("elements", [])) if block.get("type") == "actions" else []


def _repeated(items: list[Json], key: str = "action_id") -> Iterator[str]:
    for value, count in Counter(item[key] for item in items if key in item).items():
        if count > 1:
            yield f"{key} {value} {count} times"


def _total(value: object) -> int:
    """All text that is shown, as long as it is on the wire."""
    match value:
        case {"type": "text" | "link" | "raw_text" | "plain_text" | "mrkdwn", "text": str(text)}:
            return units(text)
        case dict():
            return sum(map(_total, value.values()))
        case list() | tuple():
            return sum(map(_total, value))
    return 0
