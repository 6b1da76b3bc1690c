"""Keeps an app's access token in the database so that the database alone is useless.

The key is derived from the app's secret, which every replica has and the database has not. A
rotated secret gives another key and another name: what was sealed before is never found again.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr


class Seal:
    """Seals and opens with a key made of one app's secret (HKDF-SHA256, then Fernet)."""

    def __init__(self, corp_id: str, secret: SecretStr) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(_derived(corp_id, secret, b"seal", 32)))
        self.name = f"wecom:{corp_id}:{_derived(corp_id, secret, b'name', 8).hex()}"
        """Tells the app's rows from those of others without telling the secret."""

    def close(self, text: str) -> str:
        """The text, readable to nobody without the secret."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """What was sealed; None when it was not sealed with this secret, or was changed."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except (InvalidToken, ValueError):
            return None


def _derived(corp_id: str, secret: SecretStr, purpose: bytes, length: int) -> bytes:
    info = b"renewals-bot wecom access token " + purpose
    key = HKDF(algorithm=SHA256(), length=length, salt=corp_id.encode(), info=info)
    return key.derive(secret.get_secret_value().encode())
