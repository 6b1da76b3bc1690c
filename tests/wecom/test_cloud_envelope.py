"""The stand-in's own encryption against vectors that other implementations made."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from bot.loopback.wecom.envelope import (
    Envelope,
    Sealed,
    decrypted,
    encrypted,
    new_aes_key,
    new_file_key,
)
from tests.wecom.vectors import INBOUND, MEDIA, OUTBOUND, PUBLISHED

WITH_PLAINTEXT = [
    vector
    for vector in (*INBOUND, *OUTBOUND, *PUBLISHED)
    if vector.get("plaintext") and vector.get("expected", {}).get("outcome", "ok") == "ok"
]
UNREADABLE = [
    vector
    for vector in INBOUND
    if vector["expected"].get("error") in ("signature", "decrypt", "decrypt_or_receiveid")
    and vector["expected"]["outcome"] == "reject"
]


def envelope_of(vector: dict[str, Any]) -> Envelope:
    return Envelope(vector["token"], vector["encoding_aes_key"], vector["receiveid"])


def sealed_of(vector: dict[str, Any]) -> Sealed:
    return Sealed(vector["encrypt"], vector["msg_signature"], vector["timestamp"], vector["nonce"])


@pytest.mark.parametrize("vector", WITH_PLAINTEXT, ids=lambda vector: str(vector["id"]))
def test_what_others_sealed_is_opened(vector: dict[str, Any]) -> None:
    assert envelope_of(vector).open(sealed_of(vector)) == vector["plaintext"]


@pytest.mark.parametrize(
    "vector",
    [vector for vector in WITH_PLAINTEXT if vector.get("random16")],
    ids=lambda vector: str(vector["id"]),
)
def test_with_the_same_random_bytes_the_same_is_sealed(vector: dict[str, Any]) -> None:
    sealed = envelope_of(vector).seal(
        vector["plaintext"],
        int(vector["timestamp"]),
        nonce=vector["nonce"],
        random16=vector["random16"].encode(),
    )
    assert sealed == sealed_of(vector)


@pytest.mark.parametrize("vector", UNREADABLE, ids=lambda vector: str(vector["id"]))
def test_what_is_broken_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whichever part of it is broken
        envelope_of(vector).open(sealed_of(vector))


def test_a_file_is_decrypted_as_the_vector_says() -> None:
    vector = MEDIA[0]
    key, locked, plain = (
        base64.b64decode(vector[name])
        for name in ("aeskey_base64", "encrypted_base64", "plaintext_base64")
    )
    assert decrypted(locked, key) == plain
    assert encrypted(plain, key) == locked


def test_keys_have_the_form_of_the_administration_page() -> None:
    assert len(new_aes_key()) == 43
    assert len(base64.b64decode(new_file_key())) == 32
    envelope = Envelope("token", new_aes_key(), "")
    said = json.dumps({"msgtype": "text"})
    assert envelope.open(envelope.seal(said, 1)) == said
