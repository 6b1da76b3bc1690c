"""Keeps a platform's tokens in the database so that the database alone is useless.

The key is derived from the app's secret, which every replica has and the database has not. A
rotated secret gives another key and another name. What was sealed with a former secret can be opened
for as long as that secret is known, and be sealed anew.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr


class Seal:
    """Seals and opens with a key made of one app's secret (HKDF-SHA256, then Fernet)."""

    def __init__(
        self,
        owner: str,
        secret: SecretStr,
        *,
        platform: str = "wecom",
        former: Sequence[SecretStr] = (),
    ) -> None:
        """`owner` is the app's public name there: its organisation's id, or its client id."""

        def derived(secret: SecretStr, purpose: str, length: int) -> bytes:
            info = f"renewals-bot {platform} access token {purpose}".encode()
            key = HKDF(algorithm=SHA256(), length=length, salt=owner.encode(), info=info)
            return key.derive(secret.get_secret_value().encode())

        keys = [
            Fernet(base64.urlsafe_b64encode(derived(one, "seal", 32))) for one in (secret, *former)
        ]
        self._fernet = keys[0]
        self._all = MultiFernet(keys)
        self.name = f"{platform}:{owner}:{derived(secret, 'name', 8).hex()}"
        """Tells the app's rows from those of others without telling the secret."""

    def close(self, text: str) -> str:
        """The text, readable to nobody without the secret."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """What was sealed; None when no secret that is known has sealed it, or it was changed."""
        try:
            return self._all.decrypt(sealed.encode()).decode()
        except (InvalidToken, ValueError):
            return None

    def anew(self, sealed: str) -> str | None:
        """What a former secret has sealed, sealed with the present one; None for anything else."""
        try:
            self._fernet.decrypt(sealed.encode())
        except (InvalidToken, ValueError):
            text = self.open(sealed)
            return None if text is None else self.close(text)
        return None

    def stamp(self, word: str, now: datetime) -> str:
        """A mark for `word` that only this secret makes, another one every time."""
        return self._fernet.encrypt_at_time(word.encode(), int(now.timestamp())).decode()

    def stamped(self, word: str, mark: str, now: datetime, *, life_s: int) -> bool:
        """Whether the mark was made for `word` within `life_s` seconds before now."""
        try:
            found = self._fernet.decrypt_at_time(mark.encode(), life_s, int(now.timestamp()))
        except (InvalidToken, ValueError):
            return False
        return found == word.encode()
