"""Block Kit of every kind, whole, for the checks to be tried at."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def plain(text: str = "x") -> Json:
    """A plain_text object."""
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> Json:
    """A mrkdwn object."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def message(*blocks: Json, **more: Any) -> Json:
    """A message of those blocks."""
    return {"text": "x", "blocks": list(blocks), **more}


def modal(*blocks: Json, **more: Any) -> Json:
    """A modal of those blocks."""
    view = {"type": "modal", "title": plain(), "submit": plain(), "close": plain()}
    return {**view, "blocks": list(blocks), **more}


def home(*blocks: Json, **more: Any) -> Json:
    """A Home tab of those blocks."""
    return {"type": "home", "blocks": list(blocks), **more}


def actions(*elements: Json) -> Json:
    """An actions block."""
    return {"type": "actions", "elements": list(elements)}


def section(**more: Any) -> Json:
    """A section with a text."""
    return {"type": "section", "text": plain(), **more}


def asking(element: Json, **more: Any) -> Json:
    """An input block."""
    return {"type": "input", "label": plain(), "element": element, **more}


def button(number: int = 0, **more: Any) -> Json:
    """A button with an action of its own."""
    return {"type": "button", "action_id": f"b{number}", "text": plain(), "value": "x", **more}


def option(number: int = 0, **more: Any) -> Json:
    """An option with a value of its own."""
    return {"text": plain(), "value": f"v{number}", **more}


def options(count: int) -> list[Json]:
    """So many different options."""
    return [option(number) for number in range(count)]


def select(count: int = 2, kind: str = "static_select", **more: Any) -> Json:
    """A list to pick from."""
    return {"type": kind, "action_id": "s", "options": options(count), **more}


def confirm(**more: Any) -> Json:
    """A question before an action."""
    asked = {"title": plain(), "text": plain(), "confirm": plain(), "deny": plain()}
    return {**asked, **more}


def written(**more: Any) -> Json:
    """A text field."""
    return {"type": "plain_text_input", "action_id": "w", **more}


def raw(text: str = "x") -> Json:
    """A cell."""
    return {"type": "raw_text", "text": text}


def table(height: int = 2, width: int = 2, **more: Any) -> Json:
    """A table of that size."""
    return {"type": "table", "rows": [[raw()] * width for _ in range(height)], **more}


def data_table(height: int = 2, width: int = 2, **more: Any) -> Json:
    """A data table of that size, with its header."""
    return {**table(height, width), "type": "data_table", "caption": "x", **more}


def pie(count: int = 2, **more: Any) -> Json:
    """A chart of so many slices."""
    slices = [{"label": f"l{number}", "value": 1} for number in range(count)]
    chart = {"type": "pie", "segments": slices}
    return {"type": "data_visualization", "title": "x", "chart": chart, **more}


def bars(series: int = 2, points: int = 2, label: str = "", x: str = "x") -> Json:
    """A chart of so many series over so many categories."""
    names = [f"{label}{number}" for number in range(points)]
    data = [{"label": name, "value": -1.5} for name in names]
    chart = {
        "type": "bar",
        "series": [{"name": f"s{number}", "data": data} for number in range(series)],
        "axis_config": {"categories": names, "x_label": x},
    }
    return {"type": "data_visualization", "title": "x", "chart": chart}


def rich(*elements: Json, kind: str = "rich_text_section", **more: Any) -> Json:
    """A rich_text block of one part."""
    said = list(elements) or [{"type": "text", "text": "x"}]
    return {"type": "rich_text", "elements": [{"type": kind, "elements": said, **more}]}


def card(**more: Any) -> Json:
    """A card."""
    return {"type": "card", "title": mrkdwn(), **more}


def image(**more: Any) -> Json:
    """An image block."""
    return {"type": "image", "image_url": "https://x.example/a.png", "alt_text": "x", **more}


def video(**more: Any) -> Json:
    """A video block."""
    address = "https://x.example/v"
    own = {"video_url": address, "thumbnail_url": address, "alt_text": "x", "title": plain()}
    return {"type": "video", **own, **more}
