"""What Slack would refuse, found before it is sent, including what no public validator finds.

Sources: docs.slack.dev/reference/block-kit and /reference/views, and threads named in
messages/limits.py. Where documents differ the smaller number holds; what was reported to fail on
a surface is taken as impossible there.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from messages import limits
from messages.limits import octets, units
from messages.render.payload import Json
from messages.render.slack_check_blocks import block
from messages.render.slack_check_text import Faults, fallback, keys, length, listed, of, plain

_EVERYWHERE = {"actions", "context", "divider", "header", "image", "rich_text", "section", "video"}
SURFACES = {
    "message": _EVERYWHERE
    | {"table", "data_table", "data_visualization", "markdown", "context_actions", "file"}
    | {"card", "carousel", "container"},
    "modal": _EVERYWHERE | {"input", "alert"},
    "home": _EVERYWHERE | {"input"},
}
"""Which blocks may stand where; inputs in messages are possible for Slack, and nothing of ours."""

_VIEW = {"private_metadata", "callback_id", "external_id"}
_KEYS = {
    "modal": (
        {"type", "title", "blocks"},
        _VIEW | {"submit", "close", "clear_on_close", "notify_on_close", "submit_disabled"},
    ),
    "home": ({"type", "blocks"}, _VIEW),
}
_CHARTS = 2  # a message; undocumented, refused by the API


def check_slack(payload: Json) -> list[str]:
    """The faults of a message (`text`, `blocks`), a modal or a Home tab (by its `type`)."""
    kind = of(payload, "type")
    surface = kind if isinstance(kind, str) and kind in _KEYS else "message"
    return list(_message(payload) if surface == "message" else _view(payload, surface))


def _message(payload: Json) -> Faults:
    yield from fallback("text", of(payload, "text"))
    blocks = listed(payload, "blocks")
    yield from _blocks(blocks, "message", limits.SLACK_BLOCKS)
    kinds = Counter(str(of(one, "type")) for one in blocks)
    if kinds["table"] > limits.SLACK_TABLES:
        yield f"{kinds['table']} tables in one message"
    if kinds["data_visualization"] > _CHARTS:
        yield f"{kinds['data_visualization']} charts in one message"
    if (total := _total(blocks)) > limits.SLACK_TOTAL:
        yield f"{total} characters in all, at most {limits.SLACK_TOTAL}"
    written = sum(units(str(of(one, "text"))) for one in blocks if of(one, "type") == "markdown")
    if written > limits.SLACK_MARKDOWN:
        yield f"{written} characters of markdown in one message"
    if len(listed(payload, "attachments")) > 100:
        yield f"{len(listed(payload, 'attachments'))} attachments"


def _view(payload: Json, surface: str) -> Faults:
    yield from keys(f"a {surface}", payload, *_KEYS[surface])
    for name in ("title", "close", "submit"):
        if name in payload:
            yield from plain(name, payload[name], limits.SLACK_VIEW_TITLE)
    for name, most in (
        ("private_metadata", limits.SLACK_METADATA),
        ("callback_id", limits.SLACK_ID),
        ("external_id", limits.SLACK_ID),
    ):
        if payload.get(name):
            yield from length(name, payload[name], most)
    blocks = listed(payload, "blocks")
    yield from _blocks(blocks, surface, limits.SLACK_VIEW_BLOCKS)
    asked = [of(one, "element") for one in blocks if of(one, "type") == "input"]
    if surface == "modal" and asked and "submit" not in payload:
        yield "a modal with an input but without submit"
    if sum(of(one, "focus_on_load") is True for one in _interactive(blocks)) > 1:
        yield "two elements with focus_on_load"
    try:
        size = octets(json.dumps(payload, ensure_ascii=False))
    except (TypeError, ValueError):
        yield "no JSON"
    else:
        if size > limits.SLACK_VIEW_BYTES:
            yield f"a view of {size} bytes"


def _blocks(blocks: list[Any], surface: str, most: int) -> Faults:
    if not 1 <= len(blocks) <= most:
        yield f"{len(blocks)} blocks, 1 to {most} are possible"
    for number, one in enumerate(blocks):
        kind = of(one, "type")
        if not isinstance(kind, str) or kind not in SURFACES[surface]:
            yield f"block {number}: {kind} is not possible in a {surface}"
        for fault in block(one):
            yield f"block {number} ({kind}): {fault}"
    yield from _repeated(blocks, "block_id")
    yield from _repeated(_interactive(blocks), "action_id")


def _interactive(blocks: list[Any]) -> list[Any]:
    found: list[Any] = []
    for one in blocks:
        inner = [*listed(one, "child_blocks"), *listed(one, "elements")]
        found += [of(one, "element"), of(one, "accessory"), *inner, *listed(one, "actions")]
        found += _interactive(listed(one, "child_blocks"))
    return found


def _repeated(items: list[Any], key: str) -> Iterator[str]:
    named = [of(item, key) for item in items]
    for value, count in Counter(str(name) for name in named if name is not None).items():
        if count > 1:
            yield f"{key} {value} {count} times"


def _total(value: object) -> int:
    """All text that is shown, as long as it is on the wire."""
    match value:
        case {
            "type": "text" | "link" | "raw_text" | "plain_text" | "mrkdwn" | "markdown",
            "text": str(text),
        }:
            return units(text)
        case dict():
            return sum(map(_total, value.values()))
        case list() | tuple():
            return sum(map(_total, value))
    return 0
