"""The plainer form of a WeCom payload that was refused: a card as markdown, markdown as text.

Made of the payload alone, because that is all that is kept of a message under way. What was to be
tapped becomes a line to type, which every place that draws cards hears.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from messages.limits import WECOM_TEXT_BYTES, octets, split
from messages.render.payload import Json
from messages.render.wecom_markdown import escape

MARKDOWN = ("markdown", "markdown_v2")

_MARKS = str.maketrans({"*": "", "`": "", "<": "＜"})
_FONT = re.compile(r"</?font[^>]*>")
_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]*)\)")


def plainer(payload: Json, *, markdown_bytes: int, room: int = 0) -> tuple[Json, ...]:
    """The same one step plainer, in parts of at most so many bytes; nothing for what is plain."""
    kind = str(payload.get("msgtype", ""))
    if kind == "template_card":
        written = "\n".join(_lines(payload[kind]))
        pieces = split(written, markdown_bytes - room, octets)
        return tuple({"msgtype": "markdown", "markdown": {"content": piece}} for piece in pieces)
    if kind in MARKDOWN:
        return as_texts(payload[kind]["content"], room=room)
    return ()


def as_texts(markdown: str, *, room: int = 0) -> tuple[Json, ...]:
    """Markdown as texts without any markup."""
    content = _LINK.sub(r"\1 \2", _FONT.sub("", markdown)).translate(_MARKS)
    pieces = split(content, WECOM_TEXT_BYTES - room, octets)
    return tuple({"msgtype": "text", "text": {"content": piece}} for piece in pieces)


def _lines(card: dict[str, Any]) -> Iterator[str]:
    """A card as markdown that every dialect draws."""
    title = card.get("main_title", {})
    if title.get("title"):
        yield f"**{_one(title['title'])}**"
    for text in (title.get("desc", ""), *card.get("sub_title_text", "").split("\n")):
        if text.strip():
            yield _one(text)
    for pair in card.get("horizontal_content_list", ()):
        yield f"> {_one(pair['keyname'])}：{_one(pair.get('value', ''))}"
    for jump in card.get("jump_list", ()):
        yield f"[{_one(jump['title'])}]({jump['url']})" if jump.get("url") else _one(jump["title"])
    for select in card.get("select_list", ()):
        options = (f"{_one(each['text'])} = `{each['id']}`" for each in select["option_list"])
        name = f"{_one(select.get('title', ''))} `{select['question_key']}`"
        yield f"> {name}：{'、'.join(options)}"
    buttons = [*card.get("button_list", ()), card.get("submit_button", {})]
    for button in buttons:
        if button.get("key"):
            yield f"{_one(button['text'])} → `{button['key'].strip()}`"


def _one(text: str) -> str:
    return escape(" ".join(text.split()), opens_line=True)
