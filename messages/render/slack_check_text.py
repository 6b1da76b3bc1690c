"""What the checks of Block Kit share: keys, lengths, counts, text objects, rich text.

Every check yields its faults and survives anything: what it looks at may be no payload of ours.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from messages import limits
from messages.limits import units

Faults = Iterator[str]

_ENTITY = re.compile(
    r"&(?:amp|lt|gt);|<(?:@[UW][A-Z0-9]+|#[CG][A-Z0-9]+|(?:https?:|mailto:)[^<>|]*\|[^<>|]+"
    r"|!date\^\d+\^[^<>|]+\|[^<>|]+)>"
)
_ESCAPED = re.compile(r"&(?:amp|lt|gt);")
_STYLES = {"bold", "italic", "strike", "code", "underline", "highlight", "unlink"}
_PARTS = {
    "rich_text_section": set[str](),
    "rich_text_preformatted": {"border", "language"},
    "rich_text_quote": {"border"},
    "rich_text_list": {"style", "indent", "offset", "border"},
}
# `broadcast` and `usergroup` are Slack's as well; nobody is to be called by a customer's name.
_INLINE = {
    "text": ({"text"}, {"style"}),
    "link": ({"url"}, {"text", "style", "unsafe"}),
    "user": ({"user_id"}, {"style"}),
    "channel": ({"channel_id"}, {"style"}),
    "emoji": ({"name"}, {"unicode", "style", "skin_tone"}),
    "date": ({"timestamp", "format"}, {"url", "fallback", "style"}),
    "color": ({"value"}, set[str]()),
}


def keys(name: str, thing: Any, required: Collection[str], optional: Collection[str]) -> Faults:
    """Keys that are missing, and keys that Slack does not know."""
    if not isinstance(thing, dict):
        yield f"{name}: not an object"
        return
    for key in sorted(set(required) - thing.keys()):
        yield f"{name}: no {key}"
    for key in sorted(map(str, thing.keys() - set(required) - set(optional))):
        yield f"{name}: {key} is unknown"


def of(thing: Any, key: str) -> Any:
    """The value of a key, None where there is none."""
    return thing.get(key) if isinstance(thing, dict) else None


def listed(thing: Any, key: str) -> list[Any]:
    """The list under a key, empty where there is none."""
    value = of(thing, key)
    return list(value) if isinstance(value, list | tuple) else []


def length(name: str, text: Any, most: int, least: int = 1) -> Faults:
    """A text between `least` and `most` UTF-16 code units."""
    if not isinstance(text, str):
        yield f"{name}: not a text"
    elif units(text) < least:
        yield f"{name}: empty"
    elif units(text) > most:
        yield f"{name}: {units(text)} characters, at most {most}"
    elif least and not text.strip():
        yield f"{name}: nothing but blanks"


def within(name: str, number: Any, least: float, most: float) -> Faults:
    """A number in a range; a count where a list is given."""
    if isinstance(number, list | tuple):
        number = len(number)
    if not isinstance(number, int | float) or isinstance(number, bool):
        yield f"{name}: not a number"
    elif not least <= number <= most:
        yield f"{name}: {number}, {least} to {most} are possible"


def plain(name: str, value: Any, limit: int) -> Faults:
    """A plain_text object."""
    yield from keys(name, value, ("type", "text"), ("emoji",))
    if of(value, "type") != "plain_text":
        yield f"{name}: not plain_text"
    yield from length(name, of(value, "text"), limit)
    if not isinstance(of(value, "emoji") or False, bool):
        yield f"{name}: emoji is true or false"


def text_object(name: str, value: Any, limit: int) -> Faults:
    """A plain_text or mrkdwn object; in mrkdwn everything live is ours or escaped."""
    if of(value, "type") == "plain_text":
        yield from plain(name, value, limit)
        return
    yield from keys(name, value, ("type", "text"), ("verbatim",))
    if of(value, "type") != "mrkdwn":
        yield f"{name}: not a text object"
    text = of(value, "text")
    yield from length(name, text, limit)
    if isinstance(text, str) and re.search("[<>&]", _ENTITY.sub("", text)):
        yield f"{name}: unescaped < > or &"


def fallback(name: str, text: Any) -> Faults:
    """The text of a notification: Slack reads markup there too."""
    yield from length(name, text, limits.SLACK_TEXT)
    if isinstance(text, str) and re.search("[<>&]", _ESCAPED.sub("", text)):
        yield f"{name}: unescaped < > or &"


def web_address(name: str, url: Any) -> Faults:
    """An address that a client opens."""
    yield from length(name, url, limits.SLACK_URL)
    if isinstance(url, str) and not re.match(r"(?:https?://|mailto:)[^\s<>]+\Z", url):
        yield f"{name}: not a web address"


def rich_text(name: str, block: Any) -> Faults:
    """The parts of a rich_text block or cell."""
    parts = listed(block, "elements")
    if not parts:
        yield f"{name}: rich_text without elements"
    for part in parts:
        kind = of(part, "type")
        if not isinstance(kind, str) or kind not in _PARTS:
            yield f"{name}: rich_text part {kind}"
            continue
        yield from keys(f"{name}: {kind}", part, ("type", "elements"), _PARTS[kind])
        if kind == "rich_text_list":
            yield from _list(name, part)
            continue
        yield from _inline(name, part, only_text=kind == "rich_text_preformatted")


def _list(name: str, part: Any) -> Faults:
    if of(part, "style") not in ("bullet", "ordered"):
        yield f"{name}: a list of style {of(part, 'style')}"
    yield from within(f"{name}: indent", of(part, "indent") or 0, 0, 8)
    if not listed(part, "elements"):
        yield f"{name}: an empty list"
    for item in listed(part, "elements"):
        if of(item, "type") != "rich_text_section":
            yield f"{name}: {of(item, 'type')} in a list"
        yield from _inline(name, item)


def _inline(name: str, part: Any, *, only_text: bool = False) -> Faults:
    elements = listed(part, "elements")
    if not elements:
        yield f"{name}: an empty rich_text part"
    for element in elements:
        kind = of(element, "type")
        known = _INLINE.get(kind) if isinstance(kind, str) else None
        if known is None or (only_text and kind not in ("text", "link")):
            yield f"{name}: rich_text element {kind}"
            continue
        required, optional = known
        yield from keys(f"{name}: {kind}", element, required | {"type"}, optional)
        if kind == "text" or "text" in element:
            yield from _said(f"{name}: text", of(element, "text"))
        if kind == "link":
            yield from web_address(f"{name}: url", of(element, "url"))
        if kind == "user" and not re.match(r"[UW][A-Z0-9]+\Z", str(of(element, "user_id"))):
            yield f"{name}: user {of(element, 'user_id')}"
        style = of(element, "style")
        if style is not None and (not isinstance(style, dict) or style.keys() - _STYLES):
            yield f"{name}: style {style}"


def _said(name: str, text: Any) -> Faults:
    """A run of rich text; unlike anywhere else it may be a blank or a line end."""
    if not isinstance(text, str) or not text:
        yield f"{name}: empty"
    elif units(text) > limits.SLACK_RICH_TEXT:
        yield f"{name}: {units(text)} characters, at most {limits.SLACK_RICH_TEXT}"
