"""Envelopes: every known one opens or is refused as it should be, forged ones are refused."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from multidict import MultiDict

from bot.refused import Refused
from bot.wecom.aibot_json import card_update, compact, envelope_json, stream_reply
from bot.wecom.app_xml import encrypted_of, envelope_xml, text_reply_xml
from bot.wecom.envelope import KEY_CHARACTERS, MOST_BYTES, Envelope, query_of
from scoring.errors import ConfigError
from tests.wecom import forging, vectors
from tests.wecom.vectors import APP, INBOUND, OUTBOUND, PUBLISHED, Vector, envelope_of, when

ACCEPTED = [each for each in INBOUND if each["expected"]["outcome"] == "ok"]
REFUSED = [each for each in INBOUND if each["expected"]["outcome"] != "ok"]


def forged(receiveid: str = forging.CORP) -> Envelope:
    return Envelope(forging.TOKEN, forging.AES_KEY, receiveid)


def refusal(encrypt: str, receiveid: str = forging.CORP) -> Refused:
    with pytest.raises(Refused) as refused:
        forged(receiveid).open(forging.signed(encrypt), encrypt, forging.NOW)
    return refused.value


@pytest.mark.parametrize("vector", ACCEPTED, ids=lambda each: each["id"])
def test_a_known_callback_opens(vector: Vector) -> None:
    if vector["method"] == "GET":
        echo = envelope_of(vector).echo(query_of(vector["query"]), when(vector))
        assert echo == vector["expected"]["response_body"]
        return
    assert vectors.opened(vector).decode() == vector["plaintext"]


@pytest.mark.parametrize("vector", REFUSED, ids=lambda each: each["id"])
def test_a_wrong_callback_is_refused_and_never_a_fault_of_ours(vector: Vector) -> None:
    with pytest.raises(Refused) as refused:
        vectors.heard(vector)
    assert 400 <= refused.value.status < 500
    assert refused.value.reason


@pytest.mark.parametrize("vector", PUBLISHED, ids=lambda each: each["id"])
def test_what_tencent_published_opens_at_its_time_and_not_today(vector: Vector) -> None:
    names = ("msg_signature", "timestamp", "nonce")
    query = {name: vector[name] for name in names}
    opened = envelope_of(vector).open(query, vector["encrypt"], when(vector))
    assert opened.decode() == vector["plaintext"]
    if vector["method"] == "POST":
        assert encrypted_of(vector["body"].encode()) == vector["encrypt"]
    with pytest.raises(Refused, match="timestamp"):
        envelope_of(vector).open(query, vector["encrypt"], forging.NOW)


@pytest.mark.parametrize("vector", OUTBOUND, ids=lambda each: each["id"])
def test_an_answer_is_the_same_to_the_byte(vector: Vector) -> None:
    app = vector["mode"] == "app_xml"
    sealed = envelope_of(vector).seal(
        vector["plaintext"],
        vector["nonce"],
        when(vector),
        random16=vector["random16"].encode(),
    )
    assert (sealed.encrypt, sealed.signature) == (vector["encrypt"], vector["msg_signature"])
    assert (envelope_xml if app else envelope_json)(sealed) == vector["body"]


def test_the_known_answers_are_what_we_would_write() -> None:
    texts = {vector["id"]: vector["plaintext"] for vector in OUTBOUND}
    card = {
        "card_type": "text_notice",
        "main_title": {"title": "已认领"},
        "card_action": {"type": 1, "url": "https://example.invalid"},
        "task_id": "opp-1042@20260101",
    }
    written = {
        "out_app_text_reply": text_reply_xml(
            to="ZhangSan",
            corp_id="ww1a2b3c4d5e6f7890",
            text="3 renewals due",
            at=datetime.fromtimestamp(1767225601, UTC),
        ),
        "out_aibot_stream": compact(stream_reply("STREAM-1", "**3** renewals due", True)),
        "out_aibot_update_card": compact(card_update(None, card)),
    }
    assert written == texts


@pytest.mark.parametrize(("late_s", "opens"), [(-301, 0), (-300, 1), (300, 1), (301, 0)])
def test_the_window_is_five_minutes_either_way(late_s: int, opens: int) -> None:
    envelope, query = envelope_of(APP), query_of(APP["query"])
    now = when(APP) + timedelta(seconds=late_s)
    if opens:
        assert envelope.open(query, APP["encrypt"], now)
        return
    with pytest.raises(Refused, match="401 timestamp"):
        envelope.open(query, APP["encrypt"], now)


@pytest.mark.parametrize("name", ["msg_signature", "timestamp", "nonce"])
def test_each_part_of_the_query_is_needed_once_and_as_it_was(name: str) -> None:
    envelope, query = envelope_of(APP), query_of(APP["query"])
    without = {key: value for key, value in query.items() if key != name}
    altered = {**query, name: query[name][:-1] + "x"}
    twice = MultiDict(query)
    twice.add(name, query[name])
    for wrong in (without, altered, twice, {**query, name: ""}, {**query, name: "é"}):
        with pytest.raises(Refused) as refused:
            envelope.open(wrong, APP["encrypt"], when(APP))
        assert refused.value.status == 401


@pytest.mark.parametrize(
    "timestamp",
    [
        "",
        "0",
        "now",
        "-1795426200",
        "+1795426200",
        " 1795426200",
        "01795426200",
        "1795426200.0",
        "1_795_426_200",
        "1795426200000",
        "9" * 5000,
        "１７９５４２６２００",
    ],
)
def test_an_instant_that_is_oddly_written_is_refused(timestamp: str) -> None:
    encrypt = forging.encrypted(forging.packed(b"x"))
    query = forging.signed(encrypt) | {"timestamp": timestamp}
    if timestamp:
        query = forging.signed(encrypt, timestamp=timestamp)
    with pytest.raises(Refused, match="timestamp"):
        forged().open(query, encrypt, forging.NOW)


def test_the_signature_has_lower_case() -> None:
    encrypt = forging.encrypted(forging.packed(b"x"))
    query = forging.signed(encrypt)
    assert forged().open(query, encrypt, forging.NOW) == b"x"
    shouted = {**query, "msg_signature": query["msg_signature"].upper()}
    with pytest.raises(Refused, match="signature"):
        forged().open(shouted, encrypt, forging.NOW)


@pytest.mark.parametrize("length", range(1, 65))
def test_a_message_of_any_length_opens_whatever_padding_it_needs(length: int) -> None:
    message = b"m" * length
    encrypt = forging.encrypted(forging.packed(message))
    assert forged().open(forging.signed(encrypt), encrypt, forging.NOW) == message


@pytest.mark.parametrize("count", range(2, 33))
def test_the_padding_is_looked_at_as_a_whole(count: int) -> None:
    head = 20 + len(forging.CORP)
    content = forging.packed(b"x" * ((-head - count) % 32), padding=b"")
    right, wrong = bytes([count]) * count, b"\x00" + bytes([count]) * (count - 1)
    assert refusal(forging.encrypted(content + wrong)).reason == "padding"
    encrypt = forging.encrypted(content + right)
    forged().open(forging.signed(encrypt), encrypt, forging.NOW)


@pytest.mark.parametrize("last", [0, 33, 64, 200, 255])
def test_a_padding_that_cannot_be_is_refused(last: int) -> None:
    content = forging.packed(b"x" * 26, padding=b"")
    padding = bytes([last]) * (-len(content) % 32 or 32)
    assert refusal(forging.encrypted(content + padding)).reason == "padding"


@pytest.mark.parametrize("receiveid", ["", forging.CORP])
@pytest.mark.parametrize("length", [0, 4, 6, 100, 2**31, 2**32 - 1])
def test_a_length_that_is_not_the_message_is_refused(length: int, receiveid: str) -> None:
    encrypt = forging.encrypted(forging.packed(b"12345", receiveid, length=length))
    assert refusal(encrypt, receiveid).reason in ("length", "receiveid")


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        ("", forging.CORP),
        (forging.CORP, ""),
        ("ww0000000000000000", forging.CORP),
        (forging.CORP.upper(), forging.CORP),
        (forging.CORP + "0", forging.CORP),
        (forging.CORP[:-1], forging.CORP),
    ],
)
def test_what_is_for_somebody_else_is_refused(written: str, ours: str) -> None:
    encrypt = forging.encrypted(forging.packed(b"<xml/>", written))
    assert refusal(encrypt, ours).reason == "receiveid"


@pytest.mark.parametrize("receiveid", ["", forging.CORP])
def test_a_truncated_message_is_refused(receiveid: str) -> None:
    whole = forging.packed(b'{"msgid":"1"}' * 20, receiveid)
    for cut in (16, 32, 48, 64, len(whole) - 32):
        assert refusal(forging.encrypted(whole[:-cut]), receiveid)
    assert refusal(forging.encrypted(whole)[:-4], receiveid)


@pytest.mark.parametrize("message", [b"\xff\xfe", b"\xed\xa0\x80", b"a\0b", "é".encode("latin-1")])
def test_a_message_that_is_no_text_is_refused(message: bytes) -> None:
    assert refusal(forging.encrypted(forging.packed(message))).reason == "text"


def test_base64_has_one_spelling() -> None:
    encrypt = next(
        sealed
        for number in range(999)
        if {"+", "/"} <= set(sealed := forging.encrypted(forging.packed(b"%d" % number)))
    )
    assert encrypt.endswith("=")
    last = encrypt.rstrip("=")[-1]
    spare_bits = encrypt.replace(f"{last}=", f"{chr(ord(last) + 1)}=")
    for other in (
        encrypt + "\n",
        encrypt[:8] + " " + encrypt[8:],
        encrypt + "=",
        "=" + encrypt,
        encrypt.rstrip("="),
        encrypt.replace("+", "-").replace("/", "_"),
        spare_bits,
        "",
        "!",
    ):
        assert refusal(other).reason in ("base64", "length"), other


def test_what_is_too_long_is_refused_before_anything_else() -> None:
    assert refusal("A" * (MOST_BYTES + 1)).status == 413
    with pytest.raises(Refused, match="413"):
        query_of("a" * 10_000)


@pytest.mark.parametrize(
    ("key", "token"),
    [
        ("", "token"),
        (forging.AES_KEY + "=", "token"),
        (forging.AES_KEY[:-1], "token"),
        (forging.AES_KEY + "A", "token"),
        (forging.AES_KEY[:-1] + "!", "token"),
        (forging.AES_KEY[:-1] + "密", "token"),
        (forging.AES_KEY, ""),
    ],
)
def test_a_key_or_token_that_cannot_be_is_a_fault_of_the_configuration(
    key: str, token: str
) -> None:
    with pytest.raises(ConfigError, match=r"wecom\.aibot\.") as fault:
        Envelope(token, key, "", section="wecom.aibot")
    assert not key or key not in str(fault.value)


def test_every_last_character_of_a_key_will_do() -> None:
    # 43 characters are two bits more than the 32 bytes, and WeCom draws them at random.
    assert len(forging.AES_KEY) == KEY_CHARACTERS
    for last in "AEIMQUYcgkosw048BC/9":
        Envelope("token", forging.AES_KEY[:-1] + last, "")


@pytest.mark.parametrize("text", ["", "到期", "]]>", "👩‍👩‍👧", "x" * 5000])
def test_what_is_sealed_opens_again(text: str) -> None:
    envelope = forged("")
    sealed = envelope.seal(text, forging.NONCE, forging.NOW)
    query = {
        "msg_signature": sealed.signature,
        "timestamp": str(sealed.timestamp),
        "nonce": sealed.nonce,
    }
    assert envelope.open(query, sealed.encrypt, forging.NOW).decode() == text
    assert envelope.seal(text, forging.NONCE, forging.NOW).encrypt != sealed.encrypt


@pytest.mark.parametrize(
    ("raw", "query"),
    [
        ("", {}),
        ("a=1&b=2&", {"a": "1", "b": "2"}),
        ("a=%2B%2F%3D", {"a": "+/="}),
        ("a=1+2", {"a": "1 2"}),
        ("a=%252B", {"a": "%2B"}),
        ("a=b=c", {"a": "b=c"}),
        ("a", {"a": ""}),
    ],
)
def test_a_query_is_decoded_once(raw: str, query: dict[str, str]) -> None:
    assert query_of(raw) == query


@pytest.mark.parametrize("raw", ["a=1&a=1", "a=1&%61=2", "a=%", "a=%4", "a=%zz", "a=%ff", "a=é"])
def test_a_query_of_two_meanings_is_refused(raw: str) -> None:
    with pytest.raises(Refused, match="400 query"):
        query_of(raw)


def test_a_bare_plus_in_an_echo_is_a_space_and_so_not_what_was_signed() -> None:
    encrypt = next(
        sealed
        for number in range(99)
        if "+" in (sealed := forging.encrypted(forging.packed(b"%d" % number)))
    )
    head = "&".join(f"{name}={value}" for name, value in forging.signed(encrypt).items())
    escaped = query_of(f"{head}&echostr={quote(encrypt, safe='')}")
    assert forged().echo(escaped, forging.NOW).isdigit()
    for wrong in (encrypt, quote(quote(encrypt, safe=""), safe="")):
        with pytest.raises(Refused, match="signature"):
            forged().echo(query_of(f"{head}&echostr={wrong}"), forging.NOW)


def test_wechatpy_is_not_imported_before_an_envelope_is_made() -> None:
    names = "envelope, app_xml, aibot_json, media_crypto"
    program = f"import sys; from bot.wecom import {names}; sys.exit('wechatpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_an_envelope_brings_none_of_the_clients_of_wechatpy() -> None:
    program = (
        "import sys; from bot.wecom.envelope import Envelope; "
        f"Envelope({forging.TOKEN!r}, {forging.AES_KEY!r}, ''); "
        "sys.exit(bool({'requests', 'wechatpy.client'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
