"""WeCom's encryption, written a second time on the bare cipher.

On purpose nothing is shared with what the product answers callbacks with: a mistake in one of the
two shows up at once (documentation 90968: key, block of 32, length, receiver).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted text and what proves it."""

    encrypt: str
    signature: str
    timestamp: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """What two sides agreed on. `receiveid` is the corporation's id; empty for AI bots."""

    token: str
    aes_key: str
    receiveid: str

    def seal(self, text: str, timestamp: int, *, nonce: str = "", random16: bytes = b"") -> Sealed:
        """Encrypt and sign a text; `nonce` and `random16` are drawn when not given."""
        said = text.encode()
        head = (random16 or secrets.token_hex(8).encode()) + len(said).to_bytes(4, "big")
        cipher = encrypted(head + said + self.receiveid.encode(), self._key())
        encrypt = base64.b64encode(cipher).decode()
        drawn = nonce or str(secrets.randbelow(10**10))
        stamp = str(timestamp)
        return Sealed(encrypt, self.signature(stamp, drawn, encrypt), stamp, drawn)

    def open(self, sealed: Sealed) -> str:
        """The text again; ValueError when anything at all does not fit."""
        if self.signature(sealed.timestamp, sealed.nonce, sealed.encrypt) != sealed.signature:
            raise ValueError("signature")
        try:
            cipher = base64.b64decode(sealed.encrypt, validate=True)
        except binascii.Error:
            raise ValueError("base64") from None
        plain = decrypted(cipher, self._key())
        if len(plain) < 20:
            raise ValueError("length")
        end = 20 + int.from_bytes(plain[16:20], "big")
        if end > len(plain) or plain[end:] != self.receiveid.encode():
            raise ValueError("receiver")
        return plain[20:end].decode()

    def signature(self, timestamp: str, nonce: str, encrypt: str) -> str:
        """SHA-1 over the four parts in order of their letters."""
        parts = "".join(sorted((self.token, timestamp, nonce, encrypt)))
        return hashlib.sha1(parts.encode()).hexdigest()  # noqa: S324 - the protocol's own choice

    def _key(self) -> bytes:
        return base64.b64decode(self.aes_key + "=")


def encrypted(content: bytes, key: bytes) -> bytes:
    """AES-256-CBC with WeCom's padding; also how its files are encrypted."""
    short = BLOCK - len(content) % BLOCK
    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return cipher.update(content + bytes([short]) * short) + cipher.finalize()


def decrypted(content: bytes, key: bytes) -> bytes:
    """The reverse; ValueError when length or padding is not whole."""
    if not content or len(content) % BLOCK:
        raise ValueError("blocks")
    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = cipher.update(content) + cipher.finalize()
    short = plain[-1]
    if not 1 <= short <= BLOCK or plain[-short:] != bytes([short]) * short:
        raise ValueError("padding")
    return plain[:-short]


def new_file_key() -> str:
    """A key for one file, as the long connection hands it over."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def new_aes_key() -> str:
    """A key as the administration page draws one: 43 letters."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode().rstrip("=")
