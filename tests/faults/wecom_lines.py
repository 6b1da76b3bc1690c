"""What people type to the app in WeCom, as WeCom hands it over: sealed and signed."""

from __future__ import annotations

import base64
import re
from datetime import datetime
from urllib.parse import urlencode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.faults.wecom_peer import AGENT, CORP
from tests.wecom import forging

_SEALED = re.compile(r"<Encrypt><!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_SEALED_BEFORE = 16 + 4
"""Random bytes and the length, before what was said."""


def text(userid: str, line: str, number: int, *, at: datetime) -> bytes:
    """The body of the callback; WeCom's number of the message is the same in every copy."""
    inner = (
        f"<xml><ToUserName>{CORP}</ToUserName><FromUserName>{userid}</FromUserName>"
        f"<CreateTime>{int(at.timestamp())}</CreateTime><MsgType>text</MsgType>"
        f"<Content><![CDATA[{line}]]></Content><MsgId>{7_000_000 + number}</MsgId>"
        f"<AgentID>{AGENT}</AgentID></xml>"
    )
    sealed = forging.encrypted(forging.packed(inner.encode(), CORP))
    return f"<xml><ToUserName>{CORP}</ToUserName><Encrypt>{sealed}</Encrypt></xml>".encode()


def path(body: bytes, at: datetime) -> str:
    """Where it goes, signed at an instant."""
    sealed = body.decode().partition("<Encrypt>")[2].partition("</Encrypt>")[0]
    return "/wecom/callback?" + urlencode(
        forging.signed(sealed, timestamp=str(int(at.timestamp())))
    )


def opened(answer: str) -> str:
    """What an answer says; nothing where it is empty."""
    found = _SEALED.search(answer)
    if found is None:
        return ""
    key = base64.b64decode(forging.AES_KEY + "=")
    opener = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    content = opener.update(base64.b64decode(found[1])) + opener.finalize()
    length = int.from_bytes(content[16:_SEALED_BEFORE], "big")
    return content[_SEALED_BEFORE : _SEALED_BEFORE + length].decode()
