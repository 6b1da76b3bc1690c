"""Callbacks as somebody with the token and key could make them, right or wrong in one place."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

TOKEN = "ForgedT0ken"
AES_KEY = "kWxjP7bQ3mZ5tYv1sR8uLcNf0aDhEgI2oKq4pMz6XyE"
CORP = "ww1a2b3c4d5e6f7890"
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
NONCE = "8417"


def packed(
    message: bytes,
    receiveid: str = CORP,
    *,
    length: int | None = None,
    padding: bytes | None = None,
) -> bytes:
    """The layout before encryption; `length` and `padding` replace what would be right."""
    said = len(message) if length is None else length
    content = b"0123456789abcdef" + said.to_bytes(4, "big") + message + receiveid.encode()
    count = 32 - len(content) % 32
    return content + (bytes([count]) * count if padding is None else padding)


def encrypted(content: bytes) -> str:
    """AES-256-CBC and base64, no padding of its own."""
    key = base64.b64decode(AES_KEY + "=")
    sealer = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(sealer.update(content) + sealer.finalize()).decode()


def signed(encrypt: str, *, timestamp: str = "", nonce: str = NONCE) -> dict[str, str]:
    """The query that goes with it."""
    timestamp = timestamp or str(int(NOW.timestamp()))
    together = "".join(sorted((TOKEN, timestamp, nonce, encrypt)))
    signature = hashlib.sha1(together.encode()).hexdigest()  # noqa: S324 - WeCom's choice
    return {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce}
