"""What WeCom would refuse, or its clients cut, found before it is sent."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from messages import limits
from messages.abilities import PlaceKind
from messages.limits import octets, signs
from messages.render.payload import Json

_MARKDOWN_BYTES = {
    PlaceKind.WECOM_ROBOT: limits.WECOM_ROBOT_MARKDOWN_BYTES,
    PlaceKind.WECOM_APP: limits.WECOM_APP_MARKDOWN_BYTES,
    PlaceKind.WECOM_APPCHAT: limits.WECOM_APP_MARKDOWN_BYTES,
    PlaceKind.WECOM_AIBOT_GROUP: limits.WECOM_AIBOT_MARKDOWN_BYTES,
    PlaceKind.WECOM_AIBOT_DM: limits.WECOM_AIBOT_MARKDOWN_BYTES,
}
_TYPES = {
    PlaceKind.WECOM_ROBOT: {"text", "markdown", "markdown_v2", "template_card"},
    PlaceKind.WECOM_APP: {"text", "markdown", "template_card"},
    PlaceKind.WECOM_APPCHAT: {"text", "markdown"},
    PlaceKind.WECOM_AIBOT_GROUP: {"markdown", "template_card"},
    PlaceKind.WECOM_AIBOT_DM: {"markdown", "template_card"},
}
_OLD_MARKDOWN = (PlaceKind.WECOM_ROBOT, PlaceKind.WECOM_APP, PlaceKind.WECOM_APPCHAT)
_NOTICES = {"text_notice", "news_notice"}
_CARDS = _NOTICES | {"button_interaction", "vote_interaction", "multiple_interaction"}
_PARTS = {
    "button_list": {"button_interaction"},
    "checkbox": {"vote_interaction"},
    "select_list": {"multiple_interaction"},
    "submit_button": {"vote_interaction", "multiple_interaction"},
}
"""Which cards have what to act with."""
_TASK_ID = re.compile(r"[0-9A-Za-z_@-]{1,128}\Z")
_TABLE = re.compile(r"^\|(?: ?:?-{3,}:? ?\|)+$", re.MULTILINE)
_COLOUR = re.compile(r"<font color=|<@")


def check_wecom(payload: Json, place: PlaceKind) -> list[str]:
    """The faults of one payload for one kind of place; sentences for developers."""
    kind = payload.get("msgtype", "")
    if place not in _TYPES or kind not in _TYPES[place]:
        return [f"{kind} cannot be sent to {place.value}"]
    if kind == "template_card":
        return list(_card(payload.get("template_card", {}), place))
    return list(_content(kind, payload.get(kind, {}).get("content", ""), place))


def _content(kind: str, content: str, place: PlaceKind) -> Iterator[str]:
    most = limits.WECOM_TEXT_BYTES if kind == "text" else _MARKDOWN_BYTES[place]
    if not content.strip():
        yield "empty content"
    if octets(content) > most:
        yield f"{octets(content)} bytes, at most {most}"
    old = kind == "markdown" and place in _OLD_MARKDOWN
    if old and _TABLE.search(content):
        yield "a table where the dialect has none"
    if kind != "text" and not old and _COLOUR.search(content):
        yield "a colour or mention where the dialect has none"


def _card(card: Json, place: PlaceKind) -> Iterator[str]:
    kind = card.get("card_type", "")
    if kind not in _CARDS or (place is PlaceKind.WECOM_ROBOT and kind not in _NOTICES):
        yield f"card {kind} cannot be sent to {place.value}"
    app = place is PlaceKind.WECOM_APP
    title = card.get("main_title", {})
    yield from _suggested(
        "title", title, limits.WECOM_APP_TITLE if app else limits.WECOM_AIBOT_TITLE
    )
    yield from _suggested("desc", title, limits.WECOM_APP_DESC if app else limits.WECOM_AIBOT_DESC)
    most = limits.WECOM_APP_SUB_TITLE if app else limits.WECOM_AIBOT_SUB_TITLE
    yield from _suggested("sub_title_text", card, most)
    if not title.get("title") and not card.get("sub_title_text"):
        yield "neither title nor sub_title_text"
    pairs = card.get("horizontal_content_list", [])
    if len(pairs) > limits.WECOM_PAIRS:
        yield f"{len(pairs)} pairs"
    for pair in pairs:
        if not pair.get("keyname"):
            yield "a pair without keyname"
        most = limits.WECOM_APP_VALUE if app else limits.WECOM_AIBOT_VALUE
        yield from _suggested("value", pair, most)
    if len(card.get("jump_list", [])) > limits.WECOM_JUMPS:
        yield f"{len(card['jump_list'])} jumps"
    yield from _acts(card, kind)


def _acts(card: Json, kind: str) -> Iterator[str]:
    """What is tapped: buttons, selects, and the id they need."""
    if kind in _NOTICES:
        if kind == "text_notice" and "card_action" not in card:
            yield "text_notice without card_action"
        if "task_id" in card and not _TASK_ID.match(card["task_id"]):
            yield "task_id has other signs than 0-9A-Za-z_@-"
        return
    if not _TASK_ID.match(card.get("task_id", "")):
        yield "task_id is missing or has other signs than 0-9A-Za-z_@-"
    for name, kinds in _PARTS.items():
        if name in card and kind not in kinds:
            yield f"{name} on a {kind}"
    if kind == "button_interaction":
        yield from _buttons(card.get("button_list", []))
        return
    submit = card.get("submit_button", {})
    if not submit.get("text") or not _key(submit.get("key", "")):
        yield "submit_button without text or key"
    yield from _suggested("text", submit, limits.WECOM_SUBMIT_TEXT)
    if kind == "multiple_interaction":
        selects = card.get("select_list", [])
        if not 1 <= len(selects) <= limits.WECOM_SELECTS:
            yield f"{len(selects)} selects"
        for select in selects:
            yield from _question(select, limits.WECOM_SELECT_OPTIONS)
            yield from _suggested("title", select, limits.WECOM_AIBOT_TITLE)
        yield from _twice("question_key", [select.get("question_key", "") for select in selects])
    if kind == "vote_interaction":
        vote = card.get("checkbox", {})
        yield from _question(vote, limits.WECOM_VOTE_OPTIONS)
        if vote.get("mode", 0) not in (0, 1):
            yield f"checkbox mode {vote['mode']}"


def _buttons(buttons: list[Json]) -> Iterator[str]:
    if not 1 <= len(buttons) <= limits.WECOM_BUTTONS:
        yield f"{len(buttons)} buttons"
    for button in buttons:
        if not button.get("text"):
            yield "a button without text"
        yield from _suggested("text", button, limits.WECOM_BUTTON_TEXT)
        if not _key(button.get("key", "")):
            yield "a key that is empty or too long"
        if button.get("style", 1) not in (1, 2, 3, 4):
            yield f"button style {button['style']}"


def _question(asked: Json, most: int) -> Iterator[str]:
    """One list to pick from."""
    if not 1 <= octets(asked.get("question_key", "")) <= limits.WECOM_QUESTION_KEY_BYTES:
        yield "a question without key"
    options = asked.get("option_list", [])
    if not 1 <= len(options) <= most:
        yield f"{len(options)} options"
    for option in options:
        if not option.get("text"):
            yield "an option without text"
        yield from _suggested("text", option, limits.WECOM_OPTION_TEXT)
        if not 1 <= octets(option.get("id", "")) <= limits.WECOM_OPTION_ID_BYTES:
            yield "an option id that is empty or too long"
    ids = [option.get("id", "") for option in options]
    yield from _twice("option id", ids)
    if asked.get("selected_id", ids[0] if ids else "") not in ids:
        yield "selected_id is no option"


def _key(key: str) -> bool:
    return 1 <= octets(key) <= limits.WECOM_BUTTON_KEY_BYTES


def _twice(name: str, values: list[str]) -> Iterator[str]:
    for value, count in Counter(values).items():
        if count > 1 or not value:
            yield f"{name} {value!r} {count} times"


def _suggested(name: str, holder: Json, most: int) -> Iterator[str]:
    if signs(holder.get(name, "")) > most:
        yield f"{name}: {signs(holder[name])} characters, {most} are shown"
