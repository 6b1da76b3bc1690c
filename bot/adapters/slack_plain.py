"""A message of Slack's said plainer: for workspaces that refuse its tables, or its blocks at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.adapters.base import THREAD, Payload
from messages import limits
from messages.render.slack_tables import without_tables
from messages.render.slack_text import escape, escaped, plain_text
from messages.render.words import flat


def plainer(payload: Payload) -> tuple[Payload, ...]:
    """Its tables as text; without tables, everything as text and nothing to tap; else nothing."""
    blocks = payload.get("blocks") or []
    if any(block.get("type") == "table" for block in blocks):
        return (without_tables(payload),)
    if not blocks:
        return ()
    lines = [line for block in blocks for line in _lines(block)]
    text = escape(limits.cut("\n".join(lines), limits.SLACK_TEXT, escaped))
    return ({**payload, "text": text or payload["text"], "blocks": []},)


def begun(payload: Payload, words: str) -> tuple[Payload, ...]:
    """A message that begins with `words`, or a post of those words before it."""
    blocks = payload.get("blocks") or []
    text = f"{escape(words)}\n{payload['text']}"
    if limits.units(text) <= limits.SLACK_TEXT and len(blocks) < limits.SLACK_BLOCKS:
        first = {"type": "section", "text": plain_text(words, limits.SLACK_SECTION)}
        return ({**payload, "text": text, "blocks": [first, *blocks] if blocks else []},)
    where = {THREAD: payload[THREAD]} if THREAD in payload else {}
    return ({"text": escape(words), "blocks": [], **where}, payload)


def _lines(block: dict[str, Any]) -> Iterator[str]:
    """What a block says, a line for each of its parts; buttons say nothing without being tapped."""
    match block:
        case {"type": "actions"}:
            return
        case {"type": "rich_text", "elements": list(parts)}:
            for part in parts:
                yield from _rich(part)
        case {"type": "section" | "context" | "header"}:
            shown = [block.get("text"), *block.get("fields", ()), *block.get("elements", ())]
            for one in shown:
                if isinstance(one, dict) and isinstance(one.get("text"), str):
                    yield from _spoken(one)


def _rich(part: dict[str, Any]) -> Iterator[str]:
    if part.get("type") == "rich_text_list":
        for item in part.get("elements", ()):
            for line in _rich(item):
                yield f"• {line}"
        return
    words = "".join(_word(element) for element in part.get("elements", ()))
    yield from words.split("\n")


def _word(element: dict[str, Any]) -> str:
    if element.get("type") == "user":
        return f"@{element.get('user_id', '')}"
    return str(element.get("text") or element.get("url") or "")


def _spoken(text: dict[str, Any]) -> Iterator[str]:
    """A text object; only our own label is markup in one of mrkdwn."""
    said = text["text"]
    if text.get("type") == "mrkdwn":
        said = said.replace("*", "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    yield ": ".join(filter(None, (flat(line) for line in said.split("\n", 1))))
