"""What the cloud refuses of a message's content, with the codes of the real one."""

from __future__ import annotations

from typing import Any

from bot.loopback.wecom.codes import Code, Refusal
from messages import limits
from messages.abilities import PlaceKind
from messages.limits import octets
from messages.render.wecom_check import check_wecom

Json = dict[str, Any]

FILES = frozenset({"image", "voice", "video", "file"})
_BY_HAND = frozenset({"text", "markdown", "markdown_v2", "template_card"})
_TAKEN = {
    PlaceKind.WECOM_ROBOT: _BY_HAND | {"image", "file", "voice"},
    PlaceKind.WECOM_APP: frozenset({"text", "markdown", "template_card"}) | FILES,
    PlaceKind.WECOM_APPCHAT: frozenset({"text", "markdown"}) | FILES,
    PlaceKind.WECOM_AIBOT_GROUP: frozenset({"markdown", "template_card"}) | FILES,
    PlaceKind.WECOM_AIBOT_DM: frozenset({"markdown", "template_card"}) | FILES,
}
_MARKDOWN = {
    PlaceKind.WECOM_ROBOT: limits.WECOM_ROBOT_MARKDOWN_BYTES,
    PlaceKind.WECOM_APP: limits.WECOM_APP_MARKDOWN_BYTES,
    PlaceKind.WECOM_APPCHAT: limits.WECOM_APP_MARKDOWN_BYTES,
    PlaceKind.WECOM_AIBOT_GROUP: limits.WECOM_AIBOT_MARKDOWN_BYTES,
    PlaceKind.WECOM_AIBOT_DM: limits.WECOM_AIBOT_MARKDOWN_BYTES,
}


def check(body: Json, kind: PlaceKind) -> Json:
    """The message alone, without recipient and options; Refusal when it cannot be sent there."""
    msgtype = body.get("msgtype")
    if not isinstance(msgtype, str) or msgtype not in _TAKEN[kind]:
        raise Refusal(Code.BAD_MESSAGE_TYPE)
    content = body.get(msgtype)
    if not isinstance(content, dict):
        raise Refusal(Code.BAD_PARAMETER, f"{msgtype} is missing")
    payload = {"msgtype": msgtype, msgtype: content}
    if msgtype in FILES:
        return payload
    if msgtype != "template_card":
        _text(content.get("content"), msgtype, kind)
    _render(payload, kind)
    return payload


def check_words(text: Any, most: int = limits.WECOM_AIBOT_MARKDOWN_BYTES) -> str:
    """The text of a stream, which may be empty; Refusal when it is none or too long."""
    if not isinstance(text, str):
        raise Refusal(Code.BAD_PARAMETER, "content is not a text")
    if octets(text) > most:
        raise Refusal(Code.BAD_PARAMETER, f"content exceed max length {most}")
    return text


def calls_back(card: Json) -> bool:
    """Whether a card has anything on it that reports to the app when tapped."""
    kinds = ("vote_interaction", "multiple_interaction")
    buttons = any(button.get("type", 0) != 1 for button in card.get("button_list", []))
    return bool(card.get("card_type") in kinds or buttons or card.get("action_menu"))


def _text(text: Any, msgtype: str, kind: PlaceKind) -> None:
    most = limits.WECOM_TEXT_BYTES if msgtype == "text" else _MARKDOWN[kind]
    if not isinstance(text, str):
        raise Refusal(Code.BAD_PARAMETER, f"{msgtype}.content is not a text")
    if not text.strip():
        raise Refusal(Code.EMPTY)
    if octets(text) > most and kind is PlaceKind.WECOM_ROBOT:
        raise Refusal(Code.BAD_PARAMETER, f"{msgtype}.content exceed max length {most}")
    if octets(text) > most:
        # The real one cuts an app's text here; what would be lost is rather refused.
        raise Refusal(Code.TOO_LONG)


def _render(payload: Json, kind: PlaceKind) -> None:
    try:
        faults = check_wecom(payload, kind)
    except (AttributeError, KeyError, TypeError):  # something in it is of another shape
        raise Refusal(Code.BAD_PARAMETER, "a field of the message is malformed") from None
    if faults:
        raise Refusal(Code.BAD_PARAMETER, faults[0])
