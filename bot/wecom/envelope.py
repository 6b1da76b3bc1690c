"""The sealed envelope WeCom's callbacks come in and our answers go out in (90238, 101033).

The only file that knows wechatpy: its cipher, signer and padding, made strict where its own
`decrypt_message` is lax (signature compared byte by byte in varying time, padding and length
believed, any exception for malformed input).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote_to_bytes

from bot.bare_packages import import_bare
from bot.refused import BAD_REQUEST, TOO_LARGE, UNAUTHORIZED, Refused
from scoring.errors import ConfigError

# Ours: the longest message a person can send is some 20 KB; what is longer costs only time.
MOST_BYTES = 256 * 1024
# Ours: an echostr is about 100 characters; web servers stop at 8 KB as well.
MOST_QUERY = 8 * 1024
WINDOW = timedelta(minutes=5)
"""How far the envelope's time may be from ours, either way; older ones are replays."""

KEY_CHARACTERS = 43  # 90968
BLOCK = 32  # 90968: PKCS#7 to 32, not to the 16 of AES
_RANDOM = 16
_LENGTH = 4

_INSTANT = re.compile(r"[1-9][0-9]{8,10}")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted answer with its signature; `timestamp` in seconds since 1970."""

    encrypt: str
    signature: str
    timestamp: int
    nonce: str


class Envelope:
    """Opens and seals with one callback's token and key.

    `receiveid` is the corp id for an app and empty for an AI bot. ConfigError names `section` when
    the token is empty or the key is not the 43 characters WeCom shows. Making the first one imports
    what it needs of wechatpy: make it at start-up, not in a request.
    """

    def __init__(
        self, token: str, aes_key: str, receiveid: str, *, section: str = "wecom.app"
    ) -> None:
        faults = []
        if not token or not token.isascii():
            faults.append(f"{section}.token: copy the Token of the callback's settings")
        key = _key_bytes(aes_key)
        if key is None:
            faults.append(
                f"{section}.encoding_aes_key: copy the EncodingAESKey of the callback's settings, "
                f'{KEY_CHARACTERS} letters and digits without "=" ({len(aes_key)} were given)'
            )
        if key is None or faults:
            raise ConfigError(faults)
        # Not its clients: they bring requests, and together take 7 MB that nothing here uses.
        import_bare("wechatpy")
        from wechatpy.crypto.base import WeChatCipher
        from wechatpy.crypto.pkcs7 import PKCS7Encoder
        from wechatpy.utils import WeChatSigner

        self._cipher: Any = WeChatCipher(key)
        self._padding: Any = PKCS7Encoder
        self._signer: Any = WeChatSigner
        self._token = token
        self._receiveid = receiveid.encode()

    def open(self, query: Mapping[str, str], encrypted: str, now: datetime) -> bytes:
        """The message inside, valid UTF-8 without NUL; Refused for anything doubtful."""
        signature = _only(query, "msg_signature")
        timestamp = _only(query, "timestamp")
        nonce = _only(query, "nonce")
        if len(encrypted) > MOST_BYTES:
            raise Refused(TOO_LARGE, "too large")
        if not (signature.isascii() and nonce.isascii() and encrypted.isascii()):
            raise Refused(UNAUTHORIZED, "signature")
        if not _INSTANT.fullmatch(timestamp):
            raise Refused(UNAUTHORIZED, "timestamp")
        expected = self._signature(timestamp, nonce, encrypted)
        if not hmac.compare_digest(expected.encode(), signature.encode()):
            raise Refused(UNAUTHORIZED, "signature")
        if abs(int(timestamp) - now.timestamp()) > WINDOW.total_seconds():
            raise Refused(UNAUTHORIZED, "timestamp")
        return self._unpacked(self._decrypted(encrypted))

    def echo(self, query: Mapping[str, str], now: datetime) -> str:
        """What the check of a callback's address wants back, within a second and as it is.

        Never a message: it is sealed and signed alike, so this would open it for whoever caught it.
        """
        text = self.open(query, _only(query, "echostr"), now).decode()
        if text.lstrip().startswith(("<", "{")):
            raise Refused(BAD_REQUEST, "echostr")
        return text

    def seal(
        self, plaintext: str, nonce: str, now: datetime, *, random16: bytes | None = None
    ) -> Sealed:
        """An answer for the request with that nonce; `random16` only for known answers in tests."""
        message = plaintext.encode("utf-8", "replace")
        packed = b"".join(
            (
                random16 or secrets.token_hex(_RANDOM // 2).encode(),
                len(message).to_bytes(_LENGTH, "big"),
                message,
                self._receiveid,
            )
        )
        encrypt = base64.b64encode(self._cipher.encrypt(self._padding.encode(packed))).decode()
        timestamp = int(now.timestamp())
        return Sealed(encrypt, self._signature(str(timestamp), nonce, encrypt), timestamp, nonce)

    def _signature(self, timestamp: str, nonce: str, encrypt: str) -> str:
        signer = self._signer()
        signer.add_data(self._token, timestamp, nonce, encrypt)
        return str(signer.signature)

    def _decrypted(self, encrypted: str) -> bytes:
        sealed = strict_base64(encrypted)
        if not sealed or len(sealed) % BLOCK:
            raise Refused(BAD_REQUEST, "length")
        return without_padding(self._cipher.decrypt(sealed))

    def _unpacked(self, packed: bytes) -> bytes:
        start = _RANDOM + _LENGTH
        end = start + int.from_bytes(packed[_RANDOM:start], "big")
        if len(packed) < start or end > len(packed):
            raise Refused(BAD_REQUEST, "length")
        if not hmac.compare_digest(packed[end:], self._receiveid):
            raise Refused(BAD_REQUEST, "receiveid")
        message = packed[start:end]
        if b"\0" in message:
            raise Refused(BAD_REQUEST, "text")
        try:
            message.decode()
        except UnicodeDecodeError:
            raise Refused(BAD_REQUEST, "text") from None
        return message


def query_of(raw: str) -> dict[str, str]:
    """The query string as it came over the wire, decoded once; Refused where it is ambiguous.

    A name that comes twice, a broken escape and bytes that are no UTF-8 are refused. A bare "+" is
    a space, as in every form: WeCom escapes the ones of its base64.
    """
    if len(raw) > MOST_QUERY:
        raise Refused(TOO_LARGE, "too large")
    if not raw.isascii() or _BROKEN_ESCAPE.search(raw):
        raise Refused(BAD_REQUEST, "query")
    query: dict[str, str] = {}
    for pair in raw.split("&"):
        name, _, value = (_decoded(part) for part in pair.partition("="))
        if name in query:
            raise Refused(BAD_REQUEST, "query")
        if pair:
            query[name] = value
    return query


def strict_base64(text: str) -> bytes:
    """The bytes of base64 in its one spelling: no white space, right padding, no spare bits."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(BAD_REQUEST, "base64") from None
    if base64.b64encode(content) != text.encode():
        raise Refused(BAD_REQUEST, "base64")
    return content


def without_padding(content: bytes) -> bytes:
    """The content without its PKCS#7 padding to 32, every byte of which is looked at."""
    count = content[-1] if content else 0
    if not 1 <= count <= BLOCK or not hmac.compare_digest(content[-count:], bytes([count]) * count):
        raise Refused(BAD_REQUEST, "padding")
    return content[:-count]


def _key_bytes(aes_key: str) -> bytes | None:
    # Two bits of the last character are spare, and WeCom draws it at random: not strict_base64.
    if len(aes_key) != KEY_CHARACTERS:
        return None
    try:
        return base64.b64decode(aes_key + "=", validate=True)
    except (binascii.Error, ValueError):
        return None


def _only(query: Mapping[str, str], name: str) -> str:
    # A multi-dictionary gives a name as often as it came.
    values = [value for key, value in query.items() if key == name]
    if len(values) != 1:
        raise Refused(UNAUTHORIZED, "query")
    return values[0]


def _decoded(part: str) -> str:
    try:
        return unquote_to_bytes(part.replace("+", " ")).decode()
    except UnicodeDecodeError:
        raise Refused(BAD_REQUEST, "query") from None
