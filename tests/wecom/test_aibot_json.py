"""What an AI bot hears, over a callback or the long connection."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.refused import Refused
from bot.wecom.aibot_json import (
    card_reply,
    card_update,
    compact,
    encrypted_of_json,
    heard_json,
    stream_reply,
    welcome,
    without_mention,
)
from bot.wecom.envelope import MOST_BYTES
from bot.wecom.heard import (
    Chat,
    Entered,
    Heard,
    Kicked,
    Polled,
    RemoteFile,
    Said,
    Tapped,
    Unheeded,
    Way,
)
from tests.wecom import vectors
from tests.wecom.vectors import FRAMES, named

BOT = "续约助手"
DIRECT = Chat(Way.AIBOT, "zhangsan")
GROUP = Chat(Way.AIBOT, "zhangsan", "wrFakeChat0001")

Body = dict[str, Any]


def body(kind: str, content: Body | None = None, **more: object) -> Body:
    """A direct message of that kind; None in `more` leaves a field out."""
    whole: Body = {
        "msgid": "M1",
        "aibotid": "aibFakeBot0001",
        "chattype": "single",
        "from": {"userid": "ZhangSan"},
        "msgtype": kind,
        kind: content,
    }
    return {name: value for name, value in (whole | more).items() if value is not None}


def event(kind: str, **more: object) -> Body:
    """An event of that kind."""
    return body("event", {"eventtype": kind}, create_time=1767225700, **more)


def said(whole: Body, **more: str) -> Said:
    """The message it is, the same from bytes and from a dictionary."""
    found = heard_json(whole, **more)
    assert heard_json(json.dumps(whole).encode(), **more) == found
    assert isinstance(found, Said)
    return found


def test_the_known_messages_say_what_they_should() -> None:
    group = vectors.heard(named("aibot_text_group_mention_mid"))
    assert isinstance(group, Said)
    assert group.chat == GROUP
    assert without_mention(group.text, "") == without_mention(group.text, BOT) == "renewals due"
    assert vectors.heard(named("aibot_text_single")) == Said(
        id="CAIQ16HMjQYY46",
        chat=DIRECT,
        text="customer 华为",
        response_url="https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=FAKE2",
    )
    quote = vectors.heard(named("aibot_text_quote"))
    assert isinstance(quote, Said)
    assert (quote.text, quote.quoted) == (f"@{BOT} claim", "Opportunity #1042")
    mixed = vectors.heard(named("aibot_mixed"))
    assert isinstance(mixed, Said)
    assert (mixed.text, mixed.unread) == (f"@{BOT} log touch", "")


def test_the_known_events_say_what_they_should() -> None:
    tapped = vectors.heard(named("aibot_template_card_event"))
    assert tapped == Tapped(
        id="CAIQ16HMjQYY50",
        chat=GROUP,
        key="claim:opp:1042",
        task_id="opp-1042@20260101",
        card_type="button_interaction",
        selected=(("owner", ("me",)),),
        at=datetime.fromtimestamp(1767225700, UTC),
        response_url="https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=FAKE3",
    )
    menu = vectors.heard(named("aibot_template_card_menu"))
    assert isinstance(menu, Tapped)
    assert (menu.key, menu.task_id, menu.selected) == ("snooze_7d", "alert-9", ())
    feedback = vectors.heard(named("aibot_feedback_event"))
    assert feedback == Unheeded("CAIQ16HMjQYY53", "feedback_event")


def test_frames_of_the_long_connection_say_the_same() -> None:
    found = [
        heard_json(frame["body"], reply_to=frame["headers"]["req_id"])
        for frame in FRAMES
        if frame["dir"] == "S>C" and frame.get("cmd", "").endswith("_callback")
    ]
    message, tapped = found
    assert message == Said("M1", GROUP, f"@{BOT} 续约 到期", reply_to="srv-1")
    assert isinstance(tapped, Tapped)
    assert (tapped.id, tapped.key, tapped.reply_to) == ("M2", "claim:opp:1042", "srv-2")
    assert tapped.chat.as_given == "ZhangSan"


def test_our_replies_are_those_of_tencents_own_client() -> None:
    sent = [frame["body"] for frame in FRAMES if frame.get("cmd", "").startswith("aibot_respond")]
    ours = [
        stream_reply("STREAM-1", "正在查询…", False),
        stream_reply("STREAM-1", "**3** renewals due", True),
        card_reply(sent[2]["template_card"]),
        card_update(["ZhangSan"], sent[3]["template_card"]),
    ]
    assert [compact(each) for each in ours] == [compact(each) for each in sent]
    both = stream_reply("S", "x", True, {"card_type": "text_notice"})
    assert compact(both) == (
        '{"msgtype":"stream_with_template_card","stream":{"id":"S","finish":true,"content":"x"},'
        '"template_card":{"card_type":"text_notice"}}'
    )
    assert compact(welcome("你好")) == '{"msgtype":"text","text":{"content":"你好"}}'


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("text", {"content": " 到期\n"}, {"text": "到期"}),
        ("text", {"content": ""}, {"text": ""}),
        ("text", {}, {"text": ""}),
        ("voice", {"content": "续约到期"}, {"text": "续约到期"}),
        ("voice", {"content": ""}, {"text": "", "unread": "voice"}),
        ("image", {"url": "https://x.invalid/i"}, {"text": "", "unread": "image"}),
        ("video", {"url": "https://x.invalid/v"}, {"text": "", "unread": "video"}),
        ("location", {}, {"text": "", "unread": "location"}),
        ("hologram", None, {"text": "", "unread": "hologram"}),
        (
            "file",
            {"url": "https://x.invalid/f", "aeskey": "KEY=", "filename": "客户.xlsx"},
            {
                "text": "",
                "file": RemoteFile("客户.xlsx", url="https://x.invalid/f", aes_key="KEY="),
            },
        ),
        (
            "file",
            {"url": "https://x.invalid/f"},
            {"text": "", "file": RemoteFile(url="https://x.invalid/f")},
        ),
        ("mixed", {"msg_item": []}, {"text": "", "unread": "image"}),
        (
            "mixed",
            {
                "msg_item": [
                    {"msgtype": "text", "text": {"content": "跟进 华为"}},
                    {"msgtype": "image", "image": {"url": "https://x.invalid/i"}},
                    {"msgtype": "text", "text": {"content": "电话"}},
                ]
            },
            {"text": "跟进 华为 电话"},
        ),
    ],
)
def test_every_kind_of_message_is_something(
    kind: str, content: Body | None, expected: dict[str, Any]
) -> None:
    assert said(body(kind, content)) == Said("M1", DIRECT, **expected)


@pytest.mark.parametrize(
    ("line", "quote", "text"),
    [
        (f"@{BOT} claim", "Opportunity #1042", f"@{BOT} claim"),
        (f"@{BOT} ", "续约 到期", f"@{BOT} 续约 到期"),
        (f"@{BOT}", "续约 到期", f"@{BOT} 续约 到期"),
        ("", "续约 到期", "续约 到期"),
        ("claim", "", "claim"),
    ],
)
@pytest.mark.parametrize("name", ["", BOT])
def test_what_is_quoted_is_the_line_only_when_there_is_no_other(
    line: str, quote: str, text: str, name: str
) -> None:
    quoted = {"msgtype": "text", "text": {"content": quote}}
    found = said(body("text", {"content": line}, quote=quoted), name=name)
    assert (found.text, found.quoted) == (text, quote)


@pytest.mark.parametrize(
    ("quote", "quoted"),
    [
        ({}, ""),
        ({"msgtype": "image", "image": {"url": "https://x.invalid"}}, ""),
        ({"msgtype": "markdown", "markdown": {"content": "**3**"}}, "**3**"),
        (
            {"msgtype": "mixed", "mixed": {"msg_item": [{"text": {"content": "a"}}, {}]}},
            "a",
        ),
    ],
)
def test_a_quote_of_any_kind_is_read_or_left(quote: Body, quoted: str) -> None:
    assert said(body("text", {"content": "x"}, quote=quote)).quoted == quoted


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("enter_chat", Entered("M1", DIRECT)),
        ("disconnected_event", Kicked("M1")),
        ("feedback_event", Unheeded("M1", "feedback_event")),
        ("auth_change_event", Unheeded("M1", "auth_change_event")),
        ("enter_check_update", Unheeded("M1", "enter_check_update")),
        ("something_of_next_year", Unheeded("M1", "something_of_next_year")),
    ],
)
def test_every_event_is_something(kind: str, expected: Heard) -> None:
    assert heard_json(event(kind)) == expected


def test_an_event_of_the_connection_itself_needs_neither_sender_nor_id() -> None:
    kicked: Body = {"msgtype": "event", "event": {"eventtype": "disconnected_event"}}
    found = heard_json(kicked)
    assert isinstance(found, Kicked)
    assert found.id
    assert heard_json(kicked) == found
    assert heard_json({**kicked, "create_time": 1}) != found


def test_a_poll_names_its_stream() -> None:
    poll = body("stream", {"id": "STREAM-1"})
    assert heard_json(poll) == Polled("M1", DIRECT, "STREAM-1")


@pytest.mark.parametrize("kind", ["template_card_event", "template_card_menu_event"])
@pytest.mark.parametrize("nested", [True, False])
def test_a_tap_is_read_nested_or_flat(kind: str, nested: bool) -> None:
    fields = {"event_key": "claim 42", "task_id": "t@1", "card_type": "vote_interaction"}
    inner = {kind: fields} if nested else fields
    found = heard_json(body("event", {"eventtype": kind, **inner}), reply_to="r")
    assert found == Tapped("M1", DIRECT, "claim 42", "t@1", "vote_interaction", reply_to="r")


@pytest.mark.parametrize(
    ("items", "selected"),
    [
        (None, ()),
        ({}, ()),
        ([], ()),
        ({"selected_item": []}, ()),
        ({"selected_item": {"question_key": "q", "option_ids": {"option_id": "a"}}}, {"q": "a"}),
        ({"selected_item": [{"question_key": "q", "option_ids": {"option_id": []}}]}, {"q": ""}),
        ({"selected_item": [{"question_key": "q"}]}, {"q": ""}),
        ([{"question_key": "q", "option_ids": ["a", "b"]}], {"q": "ab"}),
        (
            {
                "selected_item": [
                    {"question_key": "q", "option_ids": {"option_id": ["a", "b"]}},
                    {"question_key": "r", "option_ids": {"option_id": ["c"]}},
                ]
            },
            {"q": "ab", "r": "c"},
        ),
    ],
)
def test_selections_of_every_shape_have_one_shape(items: object, selected: dict[str, str]) -> None:
    card = {"event_key": "ok", "task_id": "t", "selected_items": items}
    kind = "template_card_event"
    found = heard_json(body("event", {"eventtype": kind, kind: card}))
    assert isinstance(found, Tapped)
    options = {question: tuple(letters) for question, letters in dict(selected).items()}
    assert dict(found.selected) == options


def test_a_group_has_an_id_and_a_direct_chat_has_none() -> None:
    text = {"content": "x"}
    assert said(body("text", text, chattype="group", chatid="C")).chat.group_id == "C"
    assert said(body("text", text, chattype=None, chatid="C")).chat.group_id == "C"
    assert said(body("text", text, chattype=None)).chat.group_id is None
    assert said(body("text", text, chatid="C")).chat.group_id is None


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        [],
        body("text", {"content": "x"}, msgid=None),
        body("text", {"content": "x"}, msgid=""),
        body("text", {"content": "x"}, msgid={}),
        body("text", {"content": "x"}, msgid=True),
        body("text", {"content": "x"}, msgid="m" * 200),
        body("text", {"content": "x"}, msgid="a\nb"),
        body("text", {"content": "x"}, msgtype=7.5),
        body("text", {"content": ["x"]}),
        body("text", {"content": "x"}, text="x"),
        body("text", {"content": "x"}, **{"from": None}),
        body("text", {"content": "x"}, **{"from": "ZhangSan"}),
        body("text", {"content": "x"}, **{"from": {"userid": ""}}),
        body("text", {"content": "x"}, chattype="group"),
        body("text", {"content": "x"}, chattype="planet"),
        body("text", {"content": "x"}, create_time=-1),
        body("text", {"content": "x"}, create_time=10**19),
        body("text", {"content": "x"}, create_time="soon"),
        body("text", {"content": "x\ud800"}),
        body("text", {"content": "x\0"}),
        body("mixed", {"msg_item": "x"}),
        body("mixed", {"msg_item": [1]}),
        body("file", {}),
        body("stream", {}),
        body("event", {}),
        event("enter_chat", **{"from": None}),
        event("template_card_event", **{"from": None}),
        body("event", {"eventtype": "template_card_event", "template_card_event": []}),
        body("event", {"eventtype": "template_card_event", "event_key": "k" * 1025}),
        body("event", {"eventtype": "template_card_event", "selected_items": "x"}),
    ],
    ids=str,
)
def test_a_message_that_lacks_something_is_refused(wrong: Any) -> None:
    for each in (wrong, json.dumps(wrong).encode()):
        with pytest.raises(Refused) as refused:
            heard_json(each)
        assert refused.value.status == 400


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"not json",
        b"null",
        b'"x"',
        b"[]",
        b"{",
        b'{"a":1}x',
        b"\xef\xbb\xbf{}",
        '{"msgtype":"text"}'.encode("utf-16"),
        b'{"a":"\xff"}',
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'{"a":1e999}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":1,"a":2}',
        b'{"a":"\\ud800"}',
        b'{"\\ud800":1}',
        b'{"a":"\\u0000"}',
        b'{"a":' + b"[" * 40 + b"]" * 40 + b"}",
        b"[" * 100_000,
        b'{"a":' * 40_000,
        b'{"msgtype":{"a":1}}',
    ],
    ids=lambda each: repr(each[:20]),
)
def test_json_of_any_other_kind_is_refused(broken: bytes) -> None:
    for read in (encrypted_of_json, heard_json):
        with pytest.raises(Refused) as refused:
            read(broken)
        assert refused.value.status == 400


def test_a_body_has_one_sealed_part_and_a_bounded_size() -> None:
    assert encrypted_of_json(b'{"encrypt":"abc","more":1}') == "abc"
    for wrong in (b"{}", b'{"encrypt":""}', b'{"encrypt":1}', b'{"encrypt":["a"]}'):
        with pytest.raises(Refused, match="400 json"):
            encrypted_of_json(wrong)
    with pytest.raises(Refused, match="413"):
        encrypted_of_json(b'{"encrypt":"' + b"a" * MOST_BYTES + b'"}')
