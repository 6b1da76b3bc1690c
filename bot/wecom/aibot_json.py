"""An AI bot's messages and events: JSON in, what it says as a value; answers out (101031, 101463).

The same for the bodies of callbacks and of the long connection.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.json_tree import Object, checked, object_at, objects_in, read_json, text_at
from bot.refused import BAD_REQUEST, Refused
from bot.wecom.envelope import MOST_BYTES, MOST_QUERY, Sealed
from bot.wecom.fields import MOST_KEY, digest, identifier, instant, needed
from bot.wecom.heard import (
    Chat,
    Entered,
    Heard,
    Kicked,
    Polled,
    RemoteFile,
    Said,
    Tapped,
    Unheeded,
    Way,
)

# WeCom's has one object and base64 has no brackets; thousands would cost time before the signature.
_MOST_OUTSIDE = 16
# "@", then the name up to a space or punctuation. Not inside an e-mail address.
_MENTION = re.compile(r"(?<![A-Za-z0-9_.%+-])[@＠][^\s@＠,，:：、;；]+")
# WeCom's clients end a mention they insert with this space: the name before it may have others.
_INSERTED = re.compile(r"[@＠][^@＠\n\u2005]{1,64}\u2005")
_AFTER_NAME = r"(?=$|[\s,，:：、;；.。!！?？])"
_BREAK = re.compile(r"[^\S\n]*[,，:：、;；]?[^\S\n]*")


def encrypted_of_json(body: bytes) -> str:
    """The sealed part of a callback's body."""
    if body.count(b"{") + body.count(b"[") > _MOST_OUTSIDE:
        raise Refused(BAD_REQUEST, "json")
    encrypted = read_json(body, MOST_BYTES).get("encrypt")
    if not isinstance(encrypted, str) or not encrypted:
        raise Refused(BAD_REQUEST, "json")
    return encrypted


def heard_json(body: bytes | Object, *, reply_to: str = "", name: str = "") -> Heard:
    """What a message or event says; Refused when a field it cannot do without is missing.

    `body` is the opened callback or a frame's body, `reply_to` that frame's request id. `name` is
    the bot's, to see whether a line says nothing but it: then what it quotes is the line.
    """
    said = read_json(body, MOST_BYTES) if isinstance(body, bytes) else checked(body)
    kind = needed(text_at(said, "msgtype"), "type").lower()
    if kind == "event":
        return _event(said, reply_to)
    if kind == "stream":
        stream = needed(text_at(object_at(said, "stream"), "id"), "stream")
        return Polled(_id(said), _chat(said), stream)
    return _message(said, kind, reply_to, name)


def stream_reply(
    stream_id: str, content: str, finish: bool, card: Object | None = None
) -> dict[str, Any]:
    """Text that may grow until `finish`, at most 6 minutes and 20,480 bytes; with a card under it.

    Each content replaces the one before. The card can come only once.
    """
    stream = {"id": stream_id, "finish": finish, "content": content}
    if card is None:
        return {"msgtype": "stream", "stream": stream}
    return {"msgtype": "stream_with_template_card", "stream": stream, "template_card": card}


def card_reply(card: Object) -> dict[str, Any]:
    """A card as the answer to a message, or as the welcome."""
    return {"msgtype": "template_card", "template_card": card}


def welcome(content: str) -> dict[str, Any]:
    """Text for somebody who opened the conversation; the only event text answers (5 s)."""
    return {"msgtype": "text", "text": {"content": content}}


def card_update(userids: Sequence[str] | None, card: Object) -> dict[str, Any]:
    """A new face for the card that was tapped, within 5 s; its task_id must be the old one's.

    For those users only, or for everybody with None.
    """
    update: dict[str, Any] = {"response_type": "update_template_card", "template_card": card}
    return update if userids is None else {**update, "userids": list(userids)}


def envelope_json(sealed: Sealed) -> str:
    """The body of the HTTP answer to a callback; WeCom takes it as text/plain too."""
    return compact(
        {
            "encrypt": sealed.encrypt,
            "msgsignature": sealed.signature,
            "timestamp": sealed.timestamp,
            "nonce": sealed.nonce,
        }
    )


def compact(body: Object) -> str:
    """JSON without spaces and escapes, as WeCom's own packages write it."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def without_mention(text: str, name: str, *, group: bool = True) -> str:
    """The line without the mention of the bot; colleagues who are mentioned stay.

    With a `name`: wherever that stands, else what leads. Without: what leads, and when nothing
    does, the last mention, because a group's message reaches the bot only by one. In a direct
    conversation (`group` False) nobody has to be called, so only a leading one is.
    """
    name = name.strip().lstrip("@＠").strip()
    text = text.strip()
    if name:
        called = re.compile(rf"[@＠]{re.escape(name)}{_AFTER_NAME}", re.IGNORECASE)
        if spans := [found.span() for found in called.finditer(text)]:
            return _without(text, spans)
    if found := _INSERTED.match(text) or _MENTION.match(text):
        return _without(text, [found.span()])
    mentions = list(_MENTION.finditer(text)) if group and not name else []
    return _without(text, [mentions[-1].span()]) if mentions else text


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text without those places and what sets them off, words never glued together."""
    pieces: list[str] = []
    start = 0
    for begin, end in spans:
        pieces.append(text[start:begin])
        rest = _BREAK.match(text, end)
        start = rest.end() if rest else end
    pieces.append(text[start:])
    line = ""
    for piece in filter(None, pieces):
        apart = line and not (line[-1].isspace() or piece[0].isspace())
        line += " " + piece if apart else piece
    return line.strip()


def _message(said: Object, kind: str, reply_to: str, name: str) -> Said:
    content = object_at(said, kind)
    read = _READERS.get(kind)
    text = read(content) if read else ""
    file = _file(content) if kind == "file" else None
    quoted = _quoted(object_at(said, "quote"))
    unread = "" if text or file or kind == "text" else "image" if kind == "mixed" else kind
    if quoted and not unread and not file and not without_mention(text, name):
        text = f"{text} {quoted}".strip()
    return Said(
        id=needed(text_at(said, "msgid"), "id"),
        chat=_chat(said),
        text=text,
        file=file,
        unread=unread,
        at=instant(text_at(said, "create_time")),
        reply_to=reply_to,
        response_url=identifier(text_at(said, "response_url"), MOST_QUERY),
        quoted=quoted,
    )


def _plain(content: Object) -> str:
    return text_at(content, "content")


def _mixed(content: Object) -> str:
    items = objects_in(content.get("msg_item"))
    texts = (_plain(object_at(item, "text")) for item in items)
    return " ".join(text for text in texts if text)


_READERS: Mapping[str, Callable[[Object], str]] = {
    "text": _plain,
    "voice": _plain,  # WeCom has already written down what was said
    "mixed": _mixed,
}


def _quoted(quote: Object) -> str:
    kind = text_at(quote, "msgtype")
    read = _READERS.get(kind, _plain)
    return read(object_at(quote, kind)) if kind else ""


def _file(content: Object) -> RemoteFile:
    return RemoteFile(
        name=text_at(content, "filename") or text_at(content, "name"),
        url=_url(text_at(content, "url")),
        aes_key=identifier(text_at(content, "aeskey")),
    )


def _url(url: str) -> str:
    """An address that may not be empty; whether it may be fetched is for the one who fetches."""
    if not url:
        raise Refused(BAD_REQUEST, "url")
    return identifier(url, MOST_QUERY)


def _event(said: Object, reply_to: str) -> Heard:
    event = object_at(said, "event")
    kind = needed(text_at(event, "eventtype"), "event").lower()
    if kind in ("template_card_event", "template_card_menu_event"):
        return _tapped(said, event, object_at(event, kind), reply_to)
    if kind == "enter_chat":
        return Entered(_id(said), _chat(said), reply_to=reply_to)
    return Kicked(_id(said)) if kind == "disconnected_event" else Unheeded(_id(said), kind)


def _tapped(said: Object, event: Object, card: Object, reply_to: str) -> Tapped:
    # The official page nests the fields; the types of Tencent's SDK 1.0.7 have them flat.
    tapped: Object = {**event, **card}
    return Tapped(
        id=_id(said),
        chat=_chat(said),
        key=identifier(text_at(tapped, "event_key"), MOST_KEY),
        task_id=identifier(text_at(tapped, "task_id")),
        card_type=identifier(text_at(tapped, "card_type")),
        selected=_selected(tapped.get("selected_items")),
        at=instant(text_at(said, "create_time")),
        reply_to=reply_to,
        response_url=identifier(text_at(said, "response_url"), MOST_QUERY),
    )


def _selected(items: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if isinstance(items, Mapping):
        items = items.get("selected_item")
    return tuple(
        (identifier(text_at(item, "question_key"), MOST_KEY), _options(item.get("option_ids")))
        for item in objects_in(items)
    )


def _options(options: object) -> tuple[str, ...]:
    if isinstance(options, Mapping):
        options = options.get("option_id")
    several = options if isinstance(options, list) else [options]
    return tuple(
        identifier(text_at({"id": option}, "id"), MOST_KEY)
        for option in several
        if option is not None
    )


def _chat(said: Object) -> Chat:
    sender = needed(text_at(object_at(said, "from"), "userid"), "sender")
    group = identifier(text_at(said, "chatid"))
    kind = text_at(said, "chattype") or ("group" if group else "single")
    if kind not in ("group", "single") or (kind == "group" and not group):
        raise Refused(BAD_REQUEST, "chat")
    return Chat(
        Way.AIBOT, sender.lower(), group_id=group if kind == "group" else None, as_given=sender
    )


def _id(said: Object) -> str:
    # Some events of the connection itself have no msgid.
    given = identifier(text_at(said, "msgid"))
    return given or digest([("", json.dumps(said, sort_keys=True))])
