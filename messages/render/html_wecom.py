"""WeCom's texts, markdowns and cards as its client draws them, each with only what it supports."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from markupsafe import Markup, escape

from messages.abilities import PlaceKind
from messages.render.html_parts import anchor, button, joined, lines, tag
from messages.render.payload import Json
from messages.render.wecom_form_card import UNPICKED

Names = Mapping[str, str]

_STYLES = {1: "primary", 3: "danger"}
_HEADING = re.compile(r"(#{1,6})\s*(\S.*)")
_BULLET = re.compile(r"[-*+]\s+(.*)")
_NUMBER = re.compile(r"\d{1,9}[.)]\s+(.*)")
_RULE = re.compile(r"(?:-{3,}|\*{3,}|_{3,})\s*\Z")
_ROW_RULE = re.compile(r"\|?(?:\s*:?-{3,}:?\s*\|)+\s*(?::?-{3,}:?)?\s*\Z")
_COMMON = r"\*\*(?P<b>[^*]+)\*\*|\[(?P<label>[^\[\]]*)\]\((?P<url>[^()\s]+)\)|`(?P<code>[^`]+)`"
_OLD = re.compile(
    _COMMON + r'|<font color="(?P<colour>info|comment|warning)">(?P<font>.*?)</font>'
    r"|<@(?P<user>[\w.@-]{1,64})>"
)
_NEW = re.compile(_COMMON + r"|(?<!\w)[*_](?P<i>[^*_]+)[*_](?!\w)|~~(?P<s>[^~]+)~~")


@dataclass(frozen=True, slots=True)
class _Reader:
    """How one message type reads its markdown; `old` is version 1 with colours and mentions."""

    old: bool
    names: Names
    tokens: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tokens", _OLD if self.old else _NEW)


def wecom_payload(payload: Json, place: PlaceKind, names: Names) -> Markup:
    """One message of any type we send."""
    kind = payload["msgtype"]
    if kind == "template_card":
        return _card(payload["template_card"])
    content = str(payload[kind]["content"])
    if kind == "text":
        return tag("div", lines(content), class_="wx-text")
    old = kind == "markdown" and place in (
        PlaceKind.WECOM_ROBOT,
        PlaceKind.WECOM_APP,
        PlaceKind.WECOM_APPCHAT,
    )
    reader = _Reader(old, names)
    return tag("div", *_blocks(content.split("\n"), reader), class_="wx-md")


def _blocks(text: Sequence[str], reader: _Reader) -> Iterator[Markup]:
    at = 0
    while at < len(text):
        line = text[at]
        size = 1
        if not line.strip():
            pass
        elif heading := _HEADING.match(line):
            level = "h3" if len(heading[1]) <= 3 else "h4"
            yield tag(level, _inline(heading[2], reader))
        elif line.startswith(">"):
            size = _run(text[at:], lambda each: each.startswith(">"))
            inner = [each[1:].lstrip() for each in text[at : at + size]]
            yield tag("blockquote", _wrapped(inner, reader))
        elif reader.old:
            size = _run(text[at:], lambda each: bool(each.strip()) and each[0] not in "#>")
            yield tag("p", _wrapped(text[at : at + size], reader))
        elif line.startswith("|") and at + 1 < len(text) and _ROW_RULE.match(text[at + 1]):
            size = _run(text[at:], lambda each: each.startswith("|"))
            yield _table(text[at : at + size], reader)
        elif _RULE.match(line):
            yield Markup("<hr>")
        elif _BULLET.match(line) or _NUMBER.match(line):
            mark = _BULLET if _BULLET.match(line) else _NUMBER
            found = list(takewhile(bool, map(mark.match, text[at:])))
            size = len(found)
            items = (tag("li", _inline(each[1], reader)) for each in found if each)
            yield tag("ul" if mark is _BULLET else "ol", *items)
        else:
            yield tag("p", _inline(line, reader))
        at += size


def _run(text: Sequence[str], belongs: Callable[[str], bool]) -> int:
    size = 0
    while size < len(text) and belongs(text[size]):
        size += 1
    return max(size, 1)


def _wrapped(text: Sequence[str], reader: _Reader) -> Markup:
    return Markup("<br>").join(_inline(line, reader) for line in text)


def _table(text: Sequence[str], reader: _Reader) -> Markup:
    head, _, *rows = (line.strip().strip("|").split("|") for line in text)
    top = tag("tr", *(tag("th", _inline(cell.strip(), reader), scope="col") for cell in head))
    body = (tag("tr", *(tag("td", _inline(cell.strip(), reader)) for cell in row)) for row in rows)
    return tag("table", tag("thead", top), tag("tbody", *body), tabindex="0")


def _inline(text: str, reader: _Reader) -> Markup:
    out: list[Markup] = []
    end = 0
    for found in reader.tokens.finditer(text):
        out.append(escape(html.unescape(text[end : found.start()])))
        out.append(_token(found, reader))
        end = found.end()
    out.append(escape(html.unescape(text[end:])))
    return joined(out)


def _token(found: re.Match[str], reader: _Reader) -> Markup:
    groups = {name: value for name, value in found.groupdict().items() if value is not None}
    match groups:
        case {"url": url, "label": label}:
            return anchor(url, _inline(label, reader))
        case {"code": code}:
            return tag("code", code)
        case {"colour": colour, "font": inner}:
            return tag("span", _inline(inner, reader), class_=f"wx-{colour}")
        case {"user": user}:
            return tag("span", "@" + reader.names.get(user, user), class_="wx-mention")
    ((name, inner),) = groups.items()
    return tag(name, _inline(inner, reader))


def _card(card: Json) -> Markup:
    title: Mapping[str, str] = card.get("main_title", {})
    parts: list[Markup] = []
    if card.get("source", {}).get("desc"):
        parts.append(tag("p", card["source"]["desc"], class_="wx-source"))
    if title.get("title"):
        parts.append(tag("p", title["title"], class_="wx-title"))
    if title.get("desc"):
        parts.append(tag("p", title["desc"], class_="wx-desc"))
    if card.get("sub_title_text"):
        parts.append(tag("p", card["sub_title_text"], class_="wx-text"))
    if card.get("horizontal_content_list"):
        pairs = (
            tag("div", tag("dt", pair["keyname"]), tag("dd", pair.get("value", "")))
            for pair in card["horizontal_content_list"]
        )
        parts.append(tag("dl", *pairs, class_="wx-kv"))
    if card.get("jump_list"):
        jumps = (tag("li", anchor(jump["url"], jump["title"])) for jump in card["jump_list"])
        parts.append(tag("ul", *jumps, class_="wx-jumps"))
    parts.extend(_acts(card))
    return tag("div", *parts, class_="wx-card")


def _acts(card: Json) -> Iterator[Markup]:
    if card.get("button_list"):
        drawn = (
            button("wx", each["text"], each["key"], _STYLES.get(each.get("style", 1), ""))
            for each in card["button_list"]
        )
        yield tag("div", *drawn, class_="wx-buttons")
    if card.get("replace_text"):
        done = tag("button", card["replace_text"], type="button", class_="wx-button", disabled="")
        yield tag("div", done, class_="wx-buttons")
    if questions := _questions(card):
        yield tag("ul", *map(_select, questions), class_="wx-selects")
        submit = card["submit_button"]
        form = json.dumps(_asked(card, questions), ensure_ascii=False)
        drawn_submit = button("wx", submit["text"], submit["key"], "primary", form=form)
        yield tag("div", drawn_submit, class_="wx-buttons")


def _questions(card: Json) -> Sequence[Json]:
    """What is picked on the card: its selects, or the one list of a vote."""
    vote: Json | None = card.get("checkbox")
    return [vote] if vote else card.get("select_list", [])


def _choices(select: Json) -> list[Json]:
    """What can be picked, without what stands there before."""
    return [option for option in select["option_list"] if option["id"] != UNPICKED]


def _picked(select: Json) -> str | None:
    chosen: str | None = select.get("selected_id")
    return None if chosen == UNPICKED else chosen


def _select(select: Json) -> Markup:
    names = {option["id"]: option["text"] for option in _choices(select)}
    chosen = names.get(select.get("selected_id", ""), "")
    shown = chosen or " / ".join(names.values())
    return tag("li", tag("b", select.get("title", "")), " ", tag("span", shown))


def _asked(card: Json, questions: Sequence[Json]) -> Json:
    """The card's own questions as a form for the page: what is picked completes the line."""
    title = card["main_title"]["title"]
    return {
        "title": title,
        "line": card["submit_button"]["key"],
        "intro": card["main_title"].get("desc", ""),
        "submit": card["submit_button"]["text"],
        "cancel": "×",
        "fields": [
            {
                "name": select["question_key"],
                "label": select.get("title") or title,
                "kind": "vote" if "checkbox" in card else "choice",
                "required": True,
                "hint": "",
                "initial": _picked(select),
                "choices": [
                    {"label": option["text"], "value": option["id"]} for option in _choices(select)
                ],
            }
            for select in questions
        ],
    }
