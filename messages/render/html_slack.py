"""Block Kit as Slack's client draws it: messages, the inside of modals, the Home tab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from markupsafe import Markup, escape

from messages.render.html_parts import joined, lines, tag
from messages.render.html_slack_elements import Forms, picture, slack_element
from messages.render.html_slack_text import (
    Names,
    mrkdwn,
    rich_elements,
    rich_text,
    text_object,
    words_of,
)
from messages.render.payload import Json


def slack_blocks(payload: Json, forms: Forms, names: Names) -> Markup:
    """The blocks of a message or view, or its text where it has none."""
    blocks: Sequence[Json] = payload.get("blocks") or []
    if not blocks:
        return tag("div", mrkdwn(payload.get("text", ""), names), class_="sl-section")
    return joined(_block(block, forms, names) for block in blocks)


def slack_preview(payload: Json, names: Names) -> Markup:
    """What a link unfurled to, beside its bar."""
    return tag("div", slack_blocks(payload, {}, names), class_="sl-preview")


def _block(block: Json, forms: Forms, names: Names) -> Markup:
    element = partial(
        slack_element, block_id=str(block.get("block_id", "")), forms=forms, names=names
    )
    match block.get("type"):
        case "header":
            return tag("h3", text_object(block["text"], names), class_="sl-header")
        case "section":
            return _section(block, forms, names)
        case "context":
            parts = (_small(item, names) for item in block["elements"])
            return tag("p", Markup(" ").join(parts), class_="sl-context")
        case "divider":
            return Markup('<hr class="sl-divider">')
        case "rich_text":
            return tag("div", *rich_text(block["elements"], names), class_="sl-rich")
        case "markdown":
            return tag("div", lines(str(block.get("text", ""))), class_="sl-section")
        case "table":
            return _table(block["rows"], names)
        case "actions":
            return tag("div", *map(element, block["elements"]), class_="sl-actions")
        case "input":
            return _input(block, element(block["element"]))
        case "image":
            title = words_of(block.get("title"))
            head = [tag("p", title, class_="sl-context")] if title else []
            return tag("div", *head, picture(block), class_="sl-section")
        case "alert":
            return tag("p", text_object(block["text"], names), class_="sl-alert")
    return Markup("")


def _small(item: Json, names: Names) -> Markup:
    if item.get("type") == "image":
        return picture(item)
    return tag("span", text_object(item, names))


def _section(block: Json, forms: Forms, names: Names) -> Markup:
    parts = [tag("p", text_object(block["text"], names))] if "text" in block else []
    if block.get("fields"):
        fields = (_field(field, names) for field in block["fields"])
        parts.append(tag("div", *fields, class_="sl-fields"))
    beside: Json | None = block.get("accessory")
    if beside is None:
        return tag("div", *parts, class_="sl-section")
    drawn = slack_element(beside, str(block.get("block_id", "")), forms, names)
    aside = tag("div", drawn, class_="sl-accessory")
    return tag("div", tag("div", *parts), aside, class_="sl-section sl-beside")


def _input(block: Json, control: Markup) -> Markup:
    """A question; the page ties label, hint and control together."""
    parts = [tag("label", words_of(block["label"]), class_="sl-label"), control]
    if hint := words_of(block.get("hint")):
        parts.append(tag("p", hint, class_="sl-hint"))
    return tag(
        "div",
        *parts,
        class_="sl-input",
        data_input=str(block.get("block_id", "")),
        data_optional="" if block.get("optional") else None,
        data_acts="" if block.get("dispatch_action") else None,
    )


def _field(field: Json, names: Names) -> Markup:
    """A field whose first line is its label; the label's own line end is left to the page."""
    text = text_object(field, names)
    label, line_end, value = text.partition(Markup("<br>"))
    bold = label.startswith("<b>") or not line_end
    return tag("div", label if bold else joined((label, line_end)), Markup(value))  # noqa: S704


def _table(rows: Sequence[Sequence[Json]], names: Names) -> Markup:
    cell = partial(_cell, names=names)
    head = tag("tr", *(tag("th", cell(item), scope="col") for item in rows[0]))
    body = (tag("tr", *(tag("td", cell(item)) for item in row)) for row in rows[1:])
    table = tag("table", tag("thead", head), tag("tbody", *body))
    return tag("div", table, class_="sl-table", tabindex="0")


def _cell(cell: Json, names: Names) -> Markup:
    if cell["type"] != "rich_text":
        return escape(str(cell.get("text", cell.get("value", ""))))
    parts: Sequence[Mapping[str, Sequence[Json]]] = cell["elements"]
    return joined(drawn for part in parts for drawn in rich_elements(part["elements"], names))
