"""Block Kit as Slack's client draws it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from markupsafe import Markup, escape

from messages.render.html_parts import anchor, button, joined, lines, tag
from messages.render.payload import Json

Names = Mapping[str, str]

_MRKDWN = re.compile(
    r"<@(?P<user>[UW]\w+)(?:\|[^<>]*)?>"
    r"|<!(?P<group>[^<>|^]+)[^<>]*>"
    r"|<(?P<url>(?:https?://|mailto:)[^<>|]+)(?:\|(?P<label>[^<>]*))?>"
    r"|(?<![\w*])\*(?P<b>[^*\n]+)\*(?![\w*])"
    r"|(?<![\w_])_(?P<i>[^_\n]+)_(?![\w_])"
    r"|(?<![\w~])~(?P<s>[^~\n]+)~(?![\w~])"
    r"|`(?P<code>[^`\n]+)`"
    r"|(?P<line_end>\n)"
)
_RICH = {
    "rich_text_section": "p",
    "rich_text_preformatted": "pre",
    "rich_text_quote": "blockquote",
}


def slack_blocks(payload: Json, forms: Mapping[str, str], names: Names) -> Markup:
    """The blocks of a message, or its text where it has none."""
    blocks: Sequence[Json] = payload.get("blocks") or []
    if not blocks:
        return tag("div", mrkdwn(payload.get("text", ""), names), class_="sl-section")
    return joined(_block(block, forms, names) for block in blocks)


def mrkdwn(text: str, names: Names) -> Markup:
    """Slack's own markup with its entities, as the client reads it."""
    out: list[Markup] = []
    end = 0
    for found in _MRKDWN.finditer(text):
        out.append(escape(html.unescape(text[end : found.start()])))
        out.append(_token(found, names))
        end = found.end()
    out.append(escape(html.unescape(text[end:])))
    return joined(out)


def _token(found: re.Match[str], names: Names) -> Markup:
    kind, value = found.lastgroup or "", found[found.lastgroup or 0]
    match kind:
        case "user":
            return _mention(value, names)
        case "group":
            return tag("span", f"@{value}", class_="sl-mention")
        case "url" | "label":
            url = html.unescape(found["url"])
            return anchor(url, html.unescape(found["label"] or url))
        case "line_end":
            return Markup("<br>")
        case "code":
            return tag("code", html.unescape(value))
    return tag(kind, mrkdwn(value, names))


def _mention(user: str, names: Names) -> Markup:
    return tag("span", "@" + names.get(user, user), class_="sl-mention")


def _text(value: Json, names: Names) -> Markup:
    text = str(value.get("text", ""))
    return mrkdwn(text, names) if value.get("type") == "mrkdwn" else lines(text)


def _block(block: Json, forms: Mapping[str, str], names: Names) -> Markup:
    match block.get("type"):
        case "header":
            return tag("h3", _text(block["text"], names), class_="sl-header")
        case "section":
            return _section(block, names)
        case "context":
            parts = (tag("span", _text(item, names)) for item in block["elements"])
            return tag("p", Markup(" ").join(parts), class_="sl-context")
        case "divider":
            return Markup('<hr class="sl-divider">')
        case "rich_text":
            return tag("div", *_rich(block["elements"], names), class_="sl-rich")
        case "table":
            return _table(block["rows"], names)
        case "actions":
            drawn = (_button(element, forms) for element in block["elements"])
            return tag("div", *drawn, class_="sl-actions")
    return Markup("")


def _section(block: Json, names: Names) -> Markup:
    parts = [tag("p", _text(block["text"], names))] if "text" in block else []
    if block.get("fields"):
        fields = (_field(field, names) for field in block["fields"])
        parts.append(tag("div", *fields, class_="sl-fields"))
    return tag("div", *parts, class_="sl-section")


def _field(field: Json, names: Names) -> Markup:
    """A field whose first line is its label; the label's own line end is left to the page."""
    text = _text(field, names)
    label, line_end, value = text.partition(Markup("<br>"))
    bold = label.startswith("<b>") or not line_end
    return tag("div", label if bold else joined((label, line_end)), Markup(value))  # noqa: S704


def _rich(parts: Sequence[Json], names: Names) -> Iterator[Markup]:
    for part in parts:
        if part["type"] == "rich_text_list":
            items = (tag("li", *_elements(item["elements"], names)) for item in part["elements"])
            yield tag("ol" if part.get("style") == "ordered" else "ul", *items)
        else:
            yield tag(_RICH[part["type"]], *_elements(part["elements"], names))


def _elements(elements: Sequence[Json], names: Names) -> Iterator[Markup]:
    for element in elements:
        drawn = _element(element, names)
        style: Mapping[str, Any] = element.get("style", {})
        for flag, name in (("code", "code"), ("italic", "i"), ("strike", "s"), ("bold", "b")):
            if style.get(flag):
                drawn = tag(name, drawn)
        yield drawn


def _element(element: Json, names: Names) -> Markup:
    match element:
        case {"type": "text", "text": str(text)}:
            return lines(text)
        case {"type": "link", "url": str(url)}:
            return anchor(url, element.get("text") or url)
        case {"type": "user", "user_id": str(user)}:
            return _mention(user, names)
        case {"type": "broadcast", "range": str(group)}:
            return tag("span", f"@{group}", class_="sl-mention")
    return Markup("")


def _table(rows: Sequence[Sequence[Json]], names: Names) -> Markup:
    cell = partial(_cell, names=names)
    head = tag("tr", *(tag("th", cell(item), scope="col") for item in rows[0]))
    body = (tag("tr", *(tag("td", cell(item)) for item in row)) for row in rows[1:])
    table = tag("table", tag("thead", head), tag("tbody", *body))
    return tag("div", table, class_="sl-table", tabindex="0")


def _cell(cell: Json, names: Names) -> Markup:
    if cell["type"] != "rich_text":
        return escape(str(cell.get("text", "")))
    return joined(
        element for part in cell["elements"] for element in _elements(part["elements"], names)
    )


def _button(element: Json, forms: Mapping[str, str]) -> Markup:
    asked = element.get("confirm")
    confirm = (
        {
            "title": asked["title"]["text"],
            "text": asked["text"]["text"],
            "yes": asked["confirm"]["text"],
            "no": asked["deny"]["text"],
        }
        if asked
        else None
    )
    line = str(element["value"])
    form = forms.get(line) if str(element["action_id"]).startswith("form:") else None
    return button("sl", element["text"]["text"], line, element.get("style", ""), confirm, form)
