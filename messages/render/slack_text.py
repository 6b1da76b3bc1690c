"""Text objects and rich text of Slack: the only two ways a customer's words get into a payload.

Three rules keep customer text from becoming markup:
1. Running text, lists and styled cells are rich_text elements: Slack never parses those.
2. Where only text objects fit (fields, context), text goes out as mrkdwn only when it holds none
   of the characters mrkdwn reads; otherwise as plain_text, which loses our bold label, no more.
   `&` before a blank is the exception: as an entity it is just itself, and many firms have one.
3. `emoji` is false in every plain_text: `:tada:` in a customer's name stays as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from messages.limits import SLACK_RICH_TEXT, SLACK_URL, cut, split, units
from messages.model import Line, Span
from messages.render.payload import Json, address, slack_id
from messages.render.words import clean, flat, shown

DASH = "–"
"""Stands where there is nothing: Slack refuses a whole message for one empty text."""

_LIVE = re.compile(r"[*_~`<>|]|&(?!\s)|:[^\s:]+:|^\s*(?:[-•]|\d+\.)\s|[\n\\]")


def escape(text: str) -> str:
    """Text for the fallback `text`: the three characters Slack reads there, as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain_text(text: str, limit: int) -> Json:
    """A plain_text object on one line; the limit is Slack's for that place."""
    return {"type": "plain_text", "text": cut(flat(text), limit) or DASH, "emoji": False}


def escaped(text: str) -> int:
    """The length of `text` with its entities, in UTF-16 code units."""
    return units(escape(text))


def inline(label: str, line: Line, limit: int) -> Json:
    """A text object for a field or context: bold label, mentions and links where that is safe."""
    label = flat(label)
    flats = [flat(shown(span)) for span in line]
    if not any(_LIVE.search(text) for text in (label, *flats)):
        body = "".join(_mrkdwn(span) for span in line).strip()
        bold = f"*{escape(label)}*"
        text = f"{bold}\n{body}" if label and body else bold if label else body
        if text and units(text) <= limit:
            return {"type": "mrkdwn", "text": text, "verbatim": True}
    value = flat("".join(shown(span) for span in line))
    text = cut(f"{label}\n{value}" if label and value else label or value, limit, escaped)
    return {"type": "plain_text", "text": text or DASH, "emoji": False}


def spans(line: Iterable[Span]) -> Iterator[Json]:
    """The rich_text elements of one line, each with text, none longer than a rich_text block."""
    for span in line:
        user = slack_id(span.mention.slack_id) if span.mention else None
        if user:
            yield {"type": "user", "user_id": user}
            continue
        link = address(span.link)
        for text in split_shown(clean(shown(span))):
            element: Json = {"type": "text", "text": text}
            if link and len(link) <= SLACK_URL:
                element = {"type": "link", "url": link, "text": text}
            style = {name: True for name in ("bold", "code") if getattr(span, name)}
            if style:
                element["style"] = style
            yield element


def split_shown(text: str) -> list[str]:
    """Text in pieces a rich_text block can hold; white space at its ends is kept."""
    if not text or escaped(text) > SLACK_RICH_TEXT:
        return split(text, SLACK_RICH_TEXT, escaped)
    return [text]


def section(elements: Iterable[Json]) -> Json:
    """One rich_text_section."""
    return {"type": "rich_text_section", "elements": list(elements)}


def rich_text(elements: Iterable[Json]) -> Json:
    """A rich_text block of sections, lists and preformatted parts."""
    return {"type": "rich_text", "elements": list(elements)}


def weight(value: object) -> int:
    """How much of Slack's total a payload takes: its readable text, entities counted in full."""
    if isinstance(value, dict):
        total = 0
        for key, item in value.items():
            if isinstance(item, str):
                total += escaped(item) if key in _READ else 0
            else:
                total += weight(item)
        return total
    return sum(map(weight, value)) if isinstance(value, list | tuple) else 0


_READ = frozenset({"text", "user_id", "url", "value"})


def _mrkdwn(span: Span) -> str:
    """A span whose text is known to hold no live character."""
    text = escape(flat_edges(shown(span)))
    user = slack_id(span.mention.slack_id) if span.mention else None
    if user:
        return f"<@{user}>"
    link = address(span.link)
    if link and len(link) <= SLACK_URL and text.strip():
        return f"<{link}|{text.strip()}>"
    return text


def flat_edges(text: str) -> str:
    """Text on one line that keeps a blank at either end, so that spans do not run together."""
    inner = flat(text)
    if not inner:
        return " " if text else ""
    return f"{' ' * text[0].isspace()}{inner}{' ' * text[-1].isspace()}"
