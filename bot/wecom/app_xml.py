"""A self-built app's callbacks: XML in, what it says as a value; text answers out (90238-90241).

wechatpy's parser knows neither card events nor contact changes, so every field is read here.
"""

from __future__ import annotations

import re
from datetime import datetime

from bot.refused import BAD_REQUEST, Refused
from bot.wecom.envelope import Sealed
from bot.wecom.fields import MOST_KEY, digest, identifier, instant, needed
from bot.wecom.heard import (
    Chat,
    ContactChanged,
    Entered,
    Heard,
    RemoteFile,
    Said,
    Tapped,
    Unheeded,
    Way,
)
from bot.wecom.xml_tree import Element, read_xml

_FRAME = frozenset({"ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "ChangeType"})
# A card's click gets a fresh code each time it is told; everything else of a repeat is the same.
_NOT_IDENTIFYING = "/ResponseCode"
# What XML 1.0 cannot say, not even escaped.
_UNSAYABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def encrypted_of(body: bytes) -> str:
    """The sealed part of a callback's body."""
    encrypted = read_xml(body).one("Encrypt")
    if not encrypted:
        raise Refused(BAD_REQUEST, "xml")
    return encrypted


def heard_xml(xml: bytes, *, corp_id: str = "") -> Heard:
    """What the opened message says; Refused when a field it cannot do without is missing.

    With `corp_id`, what names another corp is refused; which app it was meant for is proved by the
    key it was sealed with. Messages are named by MsgId; events, which have none, by a digest of all
    their fields but the response code: a repeat is byte for byte the same, and two events of one
    person in one second differ somewhere.
    """
    root = read_xml(xml)
    if corp_id and root.one("ToUserName") not in ("", corp_id):
        raise Refused(BAD_REQUEST, "corp")
    kind = identifier(root.one("MsgType")).lower()
    if kind == "event":
        return _event(root, needed(root.one("Event"), "event").lower())
    # Third parties' notices and the group-robot callback (closed beta) have other frames.
    if not kind:
        return Unheeded(_digest(root), needed(root.one("InfoType"), "type"))
    if not root.all("FromUserName") and root.all("From"):
        return Unheeded(_digest(root), kind)
    return _message(root, kind)


def text_reply_xml(*, to: str, corp_id: str, text: str, at: datetime) -> str:
    """The text to seal as the answer to a callback; only `to` sees it. At most 2,048 bytes (90241).

    Characters XML cannot carry are left out.
    """
    return (
        f"<xml><ToUserName>{_cdata(to)}</ToUserName>"
        f"<FromUserName>{_cdata(corp_id)}</FromUserName>"
        f"<CreateTime>{int(at.timestamp())}</CreateTime>"
        f"<MsgType>{_cdata('text')}</MsgType>"
        f"<Content>{_cdata(text)}</Content></xml>"
    )


def envelope_xml(sealed: Sealed) -> str:
    """The body of the HTTP answer to a callback."""
    return (
        f"<xml>\n<Encrypt>{_cdata(sealed.encrypt)}</Encrypt>\n"
        f"<MsgSignature>{_cdata(sealed.signature)}</MsgSignature>\n"
        f"<TimeStamp>{sealed.timestamp}</TimeStamp>\n"
        f"<Nonce>{_cdata(sealed.nonce)}</Nonce>\n</xml>"
    )


def _message(root: Element, kind: str) -> Said:
    text, file, unread = "", None, ""
    if kind == "text":
        text = root.one("Content")
    elif kind == "file":
        name = root.one("FileName") or root.one("Title")
        file = RemoteFile(name=name, media_id=needed(root.one("MediaId"), "media"))
    else:
        unread = kind
    return Said(
        id=needed(root.one("MsgId"), "id"),
        chat=_chat(root),
        text=text,
        file=file,
        unread=unread,
        at=instant(root.one("CreateTime")),
    )


def _event(root: Element, event: str) -> Heard:
    if event == "click" or event in ("template_card_event", "template_card_menu_event"):
        return _tapped(root)
    if event in ("subscribe", "enter_agent"):
        return Entered(_digest(root), _chat(root), first=event == "subscribe")
    if event == "change_contact":
        return _contact_changed(root)
    return Unheeded(_digest(root), event)


def _tapped(root: Element) -> Tapped:
    # An entry of the app's own menu comes without task and card.
    return Tapped(
        id=_digest(root),
        chat=_chat(root),
        key=identifier(root.one("EventKey"), MOST_KEY),
        task_id=identifier(root.one("TaskId")),
        card_type=identifier(root.one("CardType")),
        selected=_selected(root),
        response_code=identifier(root.one("ResponseCode"), MOST_KEY),
        at=instant(root.one("CreateTime")),
    )


def _selected(root: Element) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(
        (
            identifier(item.one("QuestionKey"), MOST_KEY),
            tuple(
                identifier(option.text, MOST_KEY)
                for options in item.all("OptionIds")
                for option in options.all("OptionId")
            ),
        )
        for items in root.all("SelectedItems")
        for item in items.all("SelectedItem")
    )


def _contact_changed(root: Element) -> ContactChanged:
    fields = {
        child.tag: child.text
        for child in root.children
        if child.tag not in _FRAME and not child.children
    }
    return ContactChanged(
        id=_digest(root),
        change=needed(root.one("ChangeType"), "change"),
        userid=identifier(root.one("UserID")).lower(),
        new_userid=identifier(root.one("NewUserID")).lower(),
        fields=fields,
    )


def _chat(root: Element) -> Chat:
    sender = needed(root.one("FromUserName"), "sender")
    return Chat(Way.APP, sender.lower(), as_given=sender)


def _digest(root: Element) -> str:
    return digest(leaf for leaf in root.leaves() if leaf[0] != _NOT_IDENTIFYING)


def _cdata(text: str) -> str:
    sayable = _UNSAYABLE.sub("", text)
    return "<![CDATA[" + sayable.replace("]]>", "]]]]><![CDATA[>") + "]]>"
