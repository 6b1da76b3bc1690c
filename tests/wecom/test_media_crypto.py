"""Files sent to an AI bot: opened when they are whole, refused when anything is off."""

from __future__ import annotations

import base64
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from bot.refused import Refused
from bot.wecom.media_crypto import decrypted_file
from tests.wecom import forging
from tests.wecom.vectors import MEDIA

KEY = base64.b64decode(forging.AES_KEY + "=")
AES_KEY = base64.b64encode(KEY).decode()


def sealed(content: bytes, padding: bytes | None = None) -> bytes:
    """A file as WeCom stores it; `padding` replaces the right one."""
    count = 32 - len(content) % 32
    whole = content + (bytes([count]) * count if padding is None else padding)
    sealer = Cipher(algorithms.AES(KEY), modes.CBC(KEY[:16])).encryptor()
    return sealer.update(whole) + sealer.finalize()


@pytest.mark.parametrize("vector", MEDIA, ids=lambda each: each["id"])
def test_the_known_file_opens(vector: dict[str, str]) -> None:
    content = base64.b64decode(vector["encrypted_base64"])
    expected = base64.b64decode(vector["plaintext_base64"])
    assert decrypted_file(content, vector["aeskey_base64"]) == expected


@given(st.binary(max_size=200))
def test_any_file_opens_with_either_spelling_of_the_key(content: bytes) -> None:
    assert decrypted_file(sealed(content), AES_KEY) == content
    assert decrypted_file(sealed(content), forging.AES_KEY) == content


@pytest.mark.parametrize(
    "padding", [b"\0" * 27, b"\x21" * 27, b"\xff" * 27, b"\x1a" + b"\x1b" * 26, b"\0" * 26 + b"\2"]
)
def test_a_wrong_padding_is_refused(padding: bytes) -> None:
    assert decrypted_file(sealed(b"12345", b"\x1b" * 27), AES_KEY) == b"12345"
    with pytest.raises(Refused, match="400 padding"):
        decrypted_file(sealed(b"12345", padding), AES_KEY)


@pytest.mark.parametrize("lost", [1, 15, 16, 31, 64])
def test_a_truncated_file_is_refused(lost: int) -> None:
    whole = sealed(b"x" * 50)
    with pytest.raises(Refused, match=r"400 (length|padding)"):
        decrypted_file(whole[:-lost], AES_KEY)


@pytest.mark.parametrize(
    "key",
    ["", "x", "=", AES_KEY[:-2], AES_KEY + "=", AES_KEY[:-5] + "!!!!=", "密" * 43, AES_KEY * 2],
)
def test_a_key_that_cannot_be_is_refused(key: str) -> None:
    with pytest.raises(Refused, match="400 file key"):
        decrypted_file(sealed(b"x"), key)


@given(st.binary(max_size=200), st.text(max_size=50))
def test_nothing_else_ever_comes_of_it(content: bytes, key: str) -> None:
    for each in (key, AES_KEY):
        with suppress(Refused):
            assert isinstance(decrypted_file(content, each), bytes)
