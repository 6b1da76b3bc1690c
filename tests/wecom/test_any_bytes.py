"""Whatever bytes come in: something we know, or a refusal with a 4xx; never anything else."""

from __future__ import annotations

import json
import string
from collections.abc import Callable
from contextlib import suppress
from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.refused import Refused
from bot.wecom.aibot_json import encrypted_of_json, heard_json, without_mention
from bot.wecom.app_xml import encrypted_of, envelope_xml, heard_xml, text_reply_xml
from bot.wecom.envelope import Envelope, Sealed, query_of
from bot.wecom.heard import Heard
from bot.wecom.xml_tree import read_xml
from tests.wecom import forging
from tests.wecom.vectors import INBOUND, envelope_of, when

ENVELOPES = {
    receiveid: Envelope(forging.TOKEN, forging.AES_KEY, receiveid) for receiveid in ("", "wwCorp")
}
KINDS = get_args(Heard)

anything = st.binary(max_size=400)
any_text = st.text(max_size=80) | st.text(string.printable, max_size=80)
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4),
    max_leaves=12,
)
TAGS = ("xml", "MsgType", "Event", "FromUserName", "Content", "SelectedItems", "SelectedItem")
TAGS += ("OptionIds", "OptionId", "QuestionKey", "MsgId", "CreateTime", "ChangeType", "Encrypt")
KEYS = ("msgid", "msgtype", "from", "userid", "chattype", "chatid", "text", "content", "event")
KEYS += ("eventtype", "template_card_event", "selected_items", "selected_item", "option_ids")
KEYS += ("option_id", "quote", "mixed", "msg_item", "stream", "id", "file", "url", "create_time")
WORDS = ("text", "event", "template_card_event", "stream", "mixed", "file", "voice", "group", "1")

near_json = st.recursive(
    st.sampled_from(WORDS) | st.none() | st.integers() | any_text,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=8)
    ),
    max_leaves=20,
)


@st.composite
def near_xml(draw: st.DrawFn, depth: int = 0) -> str:
    """XML with WeCom's names in any order and nesting, now and then not well-formed."""
    tag = "xml" if not depth else draw(st.sampled_from(TAGS))
    if depth > 3 or draw(st.booleans()):
        inner = draw(st.sampled_from(WORDS) | any_text)
        inner = draw(st.sampled_from((inner, f"<![CDATA[{inner}]]>")))
    else:
        inner = "".join(draw(st.lists(near_xml(depth + 1), max_size=6)))
    return f"<{tag}>{inner}</{tag}>"


def settled(read: Callable[[], object]) -> object:
    """What it gives, or the refusal; anything else that is raised fails the test."""
    try:
        return read()
    except Refused as refused:
        return refused


def accept(outcome: object, kinds: type | tuple[type, ...]) -> None:
    """A result of those kinds, or a 4xx with a word that quotes nothing."""
    if isinstance(outcome, Refused):
        assert 400 <= outcome.status < 500
        assert outcome.reason.replace(" ", "").isalpha()
    else:
        assert isinstance(outcome, kinds)


@given(anything | near_xml().map(str.encode) | any_json.map(lambda each: json.dumps(each).encode()))
@example(b"<xml>" * 100_000)
@example(b'{"a":' * 50_000)
@example(b'{"a":[' * 43_000 + b"1e400")
def test_any_body_is_read_or_refused(content: bytes) -> None:
    for read in (encrypted_of, encrypted_of_json):
        accept(settled(lambda read=read: read(content)), str)
    for hear in (heard_xml, heard_json):
        accept(settled(lambda hear=hear: hear(content)), KINDS)


@given(near_xml())
def test_xml_that_is_nearly_wecoms_is_read_or_refused(document: str) -> None:
    accept(settled(lambda: heard_xml(document.encode("utf-8", "surrogatepass"))), KINDS)


@given(near_json | any_json)
def test_json_that_is_nearly_wecoms_is_read_or_refused(value: object) -> None:
    outcome = settled(lambda: heard_json(json.dumps(value).encode()))
    accept(outcome, KINDS)
    accept(settled(lambda: heard_json(value)), KINDS)  # type: ignore[arg-type]


@given(anything | near_xml().map(str.encode), st.sampled_from(sorted(ENVELOPES)))
def test_any_content_that_is_rightly_sealed_is_opened_or_refused(
    content: bytes, receiveid: str
) -> None:
    envelope = ENVELOPES[receiveid]
    whole = forging.encrypted(forging.packed(content, receiveid))
    raw = forging.encrypted(content[: len(content) // 16 * 16])
    for encrypt in (whole, raw):
        query = forging.signed(encrypt)
        outcome = settled(lambda e=encrypt, q=query: envelope.open(q, e, forging.NOW))
        accept(outcome, bytes)
        if encrypt is whole and isinstance(outcome, bytes):
            assert outcome == content


@given(
    st.text(max_size=300), st.text(string.ascii_letters + string.digits, min_size=1, max_size=20)
)
def test_any_text_that_is_sealed_opens_again(text: str, nonce: str) -> None:
    text = text.replace("\0", "")
    for envelope in ENVELOPES.values():
        sealed = envelope.seal(text, nonce, forging.NOW)
        body = envelope_xml(sealed).encode()
        query = {
            "msg_signature": sealed.signature,
            "timestamp": str(sealed.timestamp),
            "nonce": nonce,
        }
        assert envelope.open(query, encrypted_of(body), forging.NOW).decode() == text


@given(any_text)
@example("msg_signature=%&timestamp=&nonce=\ud800")
def test_any_query_is_read_or_refused(raw: str) -> None:
    accept(settled(lambda: query_of(raw)), dict)


@given(
    st.dictionaries(
        st.sampled_from(("msg_signature", "timestamp", "nonce", "echostr")), any_text, max_size=4
    ),
    any_text,
)
def test_any_decoded_query_is_refused(query: dict[str, str], encrypt: str) -> None:
    envelope = ENVELOPES["wwCorp"]
    with pytest.raises(Refused):
        envelope.open(query, encrypt, forging.NOW)
    with pytest.raises(Refused):
        envelope.echo(query, forging.NOW)


@settings(max_examples=300)
@given(st.sampled_from([each for each in INBOUND if each["body"]]), st.data())
def test_a_known_callback_with_one_letter_changed_is_never_a_fault(
    vector: dict[str, str], data: st.DataObject
) -> None:
    body = bytearray(vector["body"].encode())
    body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    read = encrypted_of_json if vector["mode"] == "aibot_json" else encrypted_of
    with suppress(Refused):
        encrypt = read(bytes(body))
        opened = envelope_of(vector).open(query_of(vector["query"]), encrypt, when(vector))
        assert encrypt == vector["encrypt"]
        assert opened


@settings(max_examples=300)
@given(st.sampled_from([each for each in INBOUND if "plaintext" in each]), st.data())
def test_a_known_message_with_one_letter_changed_is_read_or_refused(
    vector: dict[str, str], data: st.DataObject
) -> None:
    message = bytearray(vector["plaintext"].encode())
    message[data.draw(st.integers(0, len(message) - 1))] = data.draw(st.integers(0, 255))
    hear = heard_json if vector["mode"] == "aibot_json" else heard_xml
    accept(settled(lambda: hear(bytes(message))), KINDS)


@given(st.text(max_size=200), st.text(max_size=30))
def test_any_answer_is_well_formed(text: str, nonce: str) -> None:
    reply = text_reply_xml(to=nonce, corp_id="ww", text=text, at=forging.NOW)
    assert [child.tag for child in read_xml(reply.encode()).children][-1] == "Content"
    sealed = Sealed("e", "s", 1, nonce)
    assert len(read_xml(envelope_xml(sealed).encode()).children) == 4


@given(st.text("@＠ab助 \u2005\n,", max_size=60), st.sampled_from(("", "ab", "助 a", "@")))
def test_leaving_out_a_mention_adds_nothing(text: str, name: str) -> None:
    for group in (True, False):
        line = without_mention(text, name, group=group)
        assert line == line.strip()
        assert set(line) <= set(text) | {" "}
        assert len(line) <= len(text)
