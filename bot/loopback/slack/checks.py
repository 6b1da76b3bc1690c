"""Where Slack refuses blocks and views, in its own words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from bot.loopback.slack.codes import Refusal
from messages import limits
from messages.render.slack_check import check_slack

Json = dict[str, Any]

UPDATE_TEXT_MOST = 4_000
POST_TEXT_MOST = 40_000
METADATA_MOST = 16_000
"""Characters of a message's metadata; Slack says that there is a limit, not which."""

VIEW_TYPES = ("modal", "home")
_TOO_LONG = "characters in all"


def check_blocks(blocks: Any, ready_file: Callable[[str], bool] = lambda _: True) -> list[Json]:
    """The blocks of a message; Refusal for anything Slack would not take."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise Refusal("invalid_blocks_format")
    if not blocks:
        return []
    faults = _faults({"text": "-", "blocks": blocks})
    if any(_TOO_LONG in fault for fault in faults):
        raise Refusal("msg_blocks_too_long")
    faults.extend(
        f"invalid slack file: {file_id}" for file_id in _files(blocks) if not ready_file(file_id)
    )
    if faults:
        raise Refusal("invalid_blocks", *(f"[ERROR] {fault}" for fault in faults))
    return blocks


def check_view(view: Any) -> Json:
    """A modal or a Home tab; Refusal for anything Slack would not take."""
    if not isinstance(view, dict) or view.get("type") not in VIEW_TYPES:
        raise Refusal("invalid_arguments", "[ERROR] must be a valid view [json-pointer:/view]")
    if len(json.dumps(view, ensure_ascii=False).encode()) > limits.SLACK_VIEW_BYTES:
        raise Refusal("view_too_large")
    faults = _faults(view)
    if faults:
        raise Refusal("invalid_arguments", *(f"[ERROR] {fault}" for fault in faults))
    return view


def check_options(body: Any) -> list[Json]:
    """What a search was answered with, in order; Refusal for anything Slack would show nothing of."""
    if not isinstance(body, dict):
        raise Refusal("invalid_options", "no options")
    groups = body.get("option_groups")
    options = body.get("options")
    if options is None and groups is not None:
        options = [option for group in groups for option in group.get("options", [])]
    if not isinstance(options, list) or len(options) > 100:
        raise Refusal("invalid_options", "0 to 100 options are possible")
    for option in options:
        text, value = option.get("text", {}).get("text", ""), option.get("value", "")
        if option.get("text", {}).get("type") != "plain_text":
            raise Refusal("invalid_options", "an option's text is plain_text")
        if not 1 <= len(text) <= 75 or not 1 <= len(value) <= 150:
            raise Refusal("invalid_options", f"{len(text)} and {len(value)} characters")
        if len(option.get("description", {}).get("text", "")) > 75:
            raise Refusal("invalid_options", "description")
    return options


def check_metadata(metadata: Any) -> Json | None:
    """A message's metadata; Refusal unless it is an event with a payload, and small."""
    if metadata in (None, {}):
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise Refusal("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise Refusal("invalid_metadata_format")
    if len(json.dumps(metadata)) > METADATA_MOST:
        raise Refusal("metadata_too_large")
    return metadata


def _faults(payload: Json) -> list[str]:
    try:
        return check_slack(payload)
    except (AttributeError, KeyError, TypeError, ValueError) as wrong:
        # The validator is written for what renderers make; anything goes over the wire.
        return [f"malformed: {wrong}"]


def _files(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        file = value.get("slack_file")
        if isinstance(file, dict) and "id" in file:
            yield str(file["id"])
        for each in value.values():
            yield from _files(each)
    elif isinstance(value, list):
        for each in value:
            yield from _files(each)
