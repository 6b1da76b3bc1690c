"""Slack's running text as its client reads it: mrkdwn with its entities, and rich text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from messages.render.html_parts import anchor, joined, lines, tag
from messages.render.payload import Json

Names = Mapping[str, str]
"""People and channels by their Slack id."""

EMOJI: Mapping[str, str] = {
    "pushpin": "📌",
    "eyes": "👀",
    "white_check_mark": "✅",
    "warning": "⚠️",
    "tada": "🎉",
    "wave": "👋",
    "+1": "👍",
}
"""The few emoji that are written by name here; others keep their name, as in a small client."""

_MRKDWN = re.compile(
    r"<@(?P<user>[UW]\w+)(?:\|[^<>]*)?>"
    r"|<#(?P<channel>[CG]\w+)(?:\|(?P<called>[^<>]*))?>"
    r"|<!date\^\d+\^[^<>|]*\|(?P<date>[^<>]*)>"
    r"|<!subteam\^\w+(?:\|@?(?P<team>[^<>]*))?>"
    r"|<!(?P<group>[^<>|^]+)[^<>]*>"
    r"|<(?P<url>(?:https?://|mailto:)[^<>|]+)(?:\|(?P<label>[^<>]*))?>"
    r"|```\n?(?P<pre>.+?)\n?```"
    r"|(?<![\w*])\*(?P<b>[^*\n]+)\*(?![\w*])"
    r"|(?<![\w_])_(?P<i>[^_\n]+)_(?![\w_])"
    r"|(?<![\w~])~(?P<s>[^~\n]+)~(?![\w~])"
    r"|`(?P<code>[^`\n]+)`"
    r"|(?<![\w:]):(?P<emoji>[a-z0-9_+-]{1,40}):(?![\w:])"
    r"|(?P<line_end>\n)",
    re.DOTALL,
)
_RICH = {
    "rich_text_section": "p",
    "rich_text_preformatted": "pre",
    "rich_text_quote": "blockquote",
}
_STYLES = (("code", "code"), ("italic", "i"), ("strike", "s"), ("bold", "b"))


def mrkdwn(text: str, names: Names) -> Markup:
    """Slack's own markup with its entities."""
    out: list[Markup] = []
    end = 0
    for found in _MRKDWN.finditer(text):
        out.append(escape(html.unescape(text[end : found.start()])))
        out.append(_token(found, names))
        end = found.end()
    out.append(escape(html.unescape(text[end:])))
    return joined(out)


def text_object(value: Json, names: Names) -> Markup:
    """A text of Block Kit, by its type."""
    text = str(value.get("text", ""))
    return mrkdwn(text, names) if value.get("type") == "mrkdwn" else lines(text)


def words_of(value: Json | None) -> str:
    """A plain text of Block Kit as a string."""
    return str((value or {}).get("text", ""))


def rich_text(parts: Sequence[Json], names: Names) -> Iterator[Markup]:
    """The elements of a rich_text block."""
    for part in parts:
        if part["type"] == "rich_text_list":
            items = (
                tag("li", *rich_elements(item["elements"], names)) for item in part["elements"]
            )
            yield tag("ol" if part.get("style") == "ordered" else "ul", *items)
        else:
            yield tag(_RICH.get(part["type"], "p"), *rich_elements(part["elements"], names))


def rich_elements(elements: Sequence[Json], names: Names) -> Iterator[Markup]:
    """What stands in one line of rich text."""
    for element in elements:
        drawn = _element(element, names)
        style: Mapping[str, Any] = element.get("style", {})
        for flag, name in _STYLES:
            if style.get(flag):
                drawn = tag(name, drawn)
        yield drawn


def mention(known: str, names: Names, sign: str = "@") -> Markup:
    """Somebody, or a channel, by name where it is known."""
    name = names.get(known, known)
    return tag("span", sign + name.removeprefix(sign), class_="sl-mention")


def _token(found: re.Match[str], names: Names) -> Markup:
    kind, value = found.lastgroup or "", found[found.lastgroup or 0]
    match kind:
        case "user":
            return mention(value, names)
        case "channel" | "called":
            called = found["called"]
            return mention(found["channel"], {found["channel"]: called} if called else names, "#")
        case "group" | "team":
            return tag("span", f"@{value}", class_="sl-mention")
        case "date":
            return escape(html.unescape(value))
        case "url" | "label":
            url = html.unescape(found["url"])
            return anchor(url, html.unescape(found["label"] or url))
        case "emoji":
            return escape(EMOJI.get(value, f":{value}:"))
        case "line_end":
            return Markup("<br>")
        case "code" | "pre":
            return tag(kind, html.unescape(value))
    return tag(kind, mrkdwn(value, names))


def _element(element: Json, names: Names) -> Markup:
    match element:
        case {"type": "text", "text": str(text)}:
            return lines(text)
        case {"type": "link", "url": str(url)}:
            return anchor(url, element.get("text") or url)
        case {"type": "user", "user_id": str(user)}:
            return mention(user, names)
        case {"type": "channel", "channel_id": str(channel)}:
            return mention(channel, names, "#")
        case {"type": "broadcast", "range": str(group)}:
            return tag("span", f"@{group}", class_="sl-mention")
        case {"type": "emoji", "name": str(name)}:
            return escape(EMOJI.get(name, f":{name}:"))
        case {"type": "date", "fallback": str(fallback)}:
            return escape(fallback)
    return Markup("")
