"""What a self-built app hears: every message and event, in every shape WeCom writes it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from wechatpy.enterprise import parse_message

from bot.refused import Refused
from bot.wecom.app_xml import encrypted_of, heard_xml, text_reply_xml
from bot.wecom.envelope import MOST_BYTES
from bot.wecom.heard import (
    Chat,
    ContactChanged,
    Entered,
    Heard,
    RemoteFile,
    Said,
    Tapped,
    Unheeded,
    Way,
)
from bot.wecom.xml_tree import DEEPEST, MOST_ELEMENTS, read_xml
from tests.wecom import vectors
from tests.wecom.vectors import INBOUND, Vector, named

CORP = "ww1a2b3c4d5e6f7890"
AT = datetime.fromtimestamp(1767225601, UTC)
ZHANGSAN = Chat(Way.APP, "zhangsan")

OPENED = [
    each
    for each in INBOUND
    if each["mode"] == "app_xml" and each["method"] == "POST" and "plaintext" in each
]


def message(kind: str, rest: str = "", *, sender: str = "ZhangSan", ident: str = "77") -> bytes:
    """A message of that kind."""
    return (
        f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName>"
        f"<FromUserName><![CDATA[{sender}]]></FromUserName><CreateTime>1767225601</CreateTime>"
        f"<MsgType><![CDATA[{kind}]]></MsgType>{rest}"
        f"<MsgId>{ident}</MsgId><AgentID>1000002</AgentID></xml>"
    ).encode()


def event(name: str, rest: str = "", *, sender: str = "ZhangSan", at: int = 1767225601) -> bytes:
    """An event of that name; events have no MsgId."""
    return (
        f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName>"
        f"<FromUserName><![CDATA[{sender}]]></FromUserName><CreateTime>{at}</CreateTime>"
        f"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{name}]]></Event>{rest}"
        "<AgentID>1000002</AgentID></xml>"
    ).encode()


def tapped(rest: str, **more: int) -> Tapped:
    """A card's click."""
    found = heard_xml(event("template_card_event", rest, **more))
    assert isinstance(found, Tapped)
    return found


def items(*questions: tuple[str, tuple[str, ...]]) -> str:
    """Selected items the way WeCom writes them."""
    return "".join(
        f"<SelectedItem><QuestionKey><![CDATA[{question}]]></QuestionKey><OptionIds>"
        + "".join(f"<OptionId><![CDATA[{option}]]></OptionId>" for option in options)
        + "</OptionIds></SelectedItem>"
        for question, options in questions
    )


def test_every_known_message_says_what_it_should() -> None:
    for vector in INBOUND:
        if vector["mode"] == "app_xml" and vector["expected"].get("msg_type") == "text":
            found, expected = vectors.heard(vector), vector["expected"]
            assert isinstance(found, Said)
            line = expected.get("content", expected.get("content_after_normalise"))
            assert " ".join(found.text.split()) == line
            assert found.chat.as_given == "ZhangSan"
            assert found.id == expected.get("msg_id", found.id)


def test_the_known_events_say_what_they_should() -> None:
    click = vectors.heard(named("app_event_click"))
    assert isinstance(click, Tapped)
    assert (click.key, click.task_id, click.card_type) == ("MENU_RENEWALS_DUE", "", "")
    entered = vectors.heard(named("app_event_enter_agent"))
    assert isinstance(entered, Entered)
    assert not entered.first
    vote = vectors.heard(named("app_template_card_event_multi"))
    assert isinstance(vote, Tapped)
    assert vote.selected == (("q1", ("a", "b")), ("q2", ("c",)))
    assert (vote.key, vote.task_id, vote.card_type) == ("submit", "vote-5", "vote_interaction")
    assert (vote.chat, vote.at) == (Chat(Way.APP, "wangwu"), AT)
    assert vote.response_code == "RESP_CODE_fake_0001"


@pytest.mark.parametrize("vector", OPENED, ids=lambda each: each["id"])
def test_wechatpy_reads_the_same_where_it_reads_at_all(vector: Vector) -> None:
    theirs = parse_message(vector["plaintext"])
    ours = heard_xml(vector["plaintext"].encode())
    assert not isinstance(ours, (ContactChanged, Unheeded))
    assert getattr(ours, "chat", None) == Chat(Way.APP, theirs.source.lower())
    if isinstance(ours, Said):
        assert ours.text == (theirs.content or "").strip()
        assert ours.id == str(theirs.id)


def test_a_line_keeps_its_inside_and_loses_its_ends() -> None:
    found = heard_xml(message("text", "<Content><![CDATA[ \u3000跟进 华为\n电话\t ]]></Content>"))
    assert found == Said("77", ZHANGSAN, "跟进 华为\n电话", at=AT)


@pytest.mark.parametrize("content", ["", "<Content/>", "<Content><![CDATA[]]></Content>"])
def test_an_empty_line_is_a_line(content: str) -> None:
    assert heard_xml(message("text", content)) == Said("77", ZHANGSAN, "", at=AT)


def test_a_file_is_named_and_still_to_be_fetched() -> None:
    rest = "<Title><![CDATA[客户.xlsx]]></Title><MediaId><![CDATA[media-1]]></MediaId>"
    expected = Said("77", ZHANGSAN, "", file=RemoteFile("客户.xlsx", "media-1"), at=AT)
    assert heard_xml(message("file", rest)) == expected
    with pytest.raises(Refused, match="media"):
        heard_xml(message("file"))


@pytest.mark.parametrize("kind", ["image", "voice", "video", "location", "link", "shortvideo"])
def test_what_we_do_not_read_is_said_to_be_so(kind: str) -> None:
    rest = "<MediaId><![CDATA[m]]></MediaId><PicUrl><![CDATA[https://example.invalid]]></PicUrl>"
    assert heard_xml(message(kind, rest)) == Said("77", ZHANGSAN, "", unread=kind, at=AT)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("subscribe", Entered),
        ("enter_agent", Entered),
        ("click", Tapped),
        ("template_card_menu_event", Tapped),
        ("unsubscribe", Unheeded),
        ("view", Unheeded),
        ("LOCATION", Unheeded),
        ("batch_job_result", Unheeded),
        ("something_of_next_year", Unheeded),
    ],
)
def test_every_event_is_something(name: str, kind: type[Heard]) -> None:
    found = heard_xml(event(name, "<EventKey><![CDATA[key]]></EventKey>"))
    assert isinstance(found, kind)
    if isinstance(found, Entered):
        assert found.first == (name == "subscribe")
    if isinstance(found, Unheeded):
        assert found.what == name.lower()


def test_a_menu_of_a_card_is_tapped_like_a_button() -> None:
    rest = (
        "<EventKey><![CDATA[snooze 7]]></EventKey><TaskId><![CDATA[alert-9]]></TaskId>"
        "<CardType><![CDATA[text_notice]]></CardType><ResponseCode><![CDATA[R]]></ResponseCode>"
    )
    found = heard_xml(event("template_card_menu_event", rest))
    assert isinstance(found, Tapped)
    assert (found.key, found.task_id, found.response_code) == ("snooze 7", "alert-9", "R")


@pytest.mark.parametrize(
    ("written", "selected"),
    [
        ("", ()),
        ("<SelectedItems/>", ()),
        ("<SelectedItems>\n</SelectedItems>", ()),
        (f"<SelectedItems>{items(('q', ('a',)))}</SelectedItems>", (("q", ("a",)),)),
        (f"<SelectedItems>{items(('q', ()))}</SelectedItems>", (("q", ()),)),
        (
            f"<SelectedItems>\n {items(('q', ('a', 'b')), ('r', ('c',)))}\n</SelectedItems>",
            (("q", ("a", "b")), ("r", ("c",))),
        ),
    ],
)
def test_none_one_and_several_selections_have_one_shape(
    written: str, selected: tuple[tuple[str, tuple[str, ...]], ...]
) -> None:
    assert tapped(written).selected == selected


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (
            "<ChangeType>delete_user</ChangeType><UserID>LiSi</UserID>",
            ("delete_user", "lisi", "", {"UserID": "LiSi"}),
        ),
        (
            "<ChangeType>update_user</ChangeType><UserID>LiSi</UserID><NewUserID>LiSi2</NewUserID>"
            "<Status>2</Status><ExtAttr><Item><Name>x</Name></Item></ExtAttr>",
            (
                "update_user",
                "lisi",
                "lisi2",
                {"UserID": "LiSi", "NewUserID": "LiSi2", "Status": "2"},
            ),
        ),
        (
            "<ChangeType>create_user</ChangeType><UserID>new</UserID><Name>新人</Name>",
            ("create_user", "new", "", {"UserID": "new", "Name": "新人"}),
        ),
        (
            "<ChangeType>create_party</ChangeType><Id>2</Id><Name>华东</Name>",
            ("create_party", "", "", {"Id": "2", "Name": "华东"}),
        ),
        (
            "<ChangeType>update_tag</ChangeType><TagId>1</TagId><AddUserItems>a,b</AddUserItems>",
            ("update_tag", "", "", {"TagId": "1", "AddUserItems": "a,b"}),
        ),
    ],
)
def test_a_change_of_the_directory_is_read_fully(rest: str, expected: tuple[object, ...]) -> None:
    found = heard_xml(event("change_contact", rest, sender="sys"))
    assert isinstance(found, ContactChanged)
    fields = {name: text for name, text in found.fields.items() if name != "AgentID"}
    assert (found.change, found.userid, found.new_userid, fields) == expected


def test_a_repeat_has_the_same_name_even_with_a_fresh_response_code() -> None:
    once = tapped("<EventKey>claim</EventKey><TaskId>t</TaskId><ResponseCode>A</ResponseCode>")
    again = tapped("<EventKey>claim</EventKey><TaskId>t</TaskId><ResponseCode>B</ResponseCode>")
    assert once.id == again.id
    retried = vectors.heard(named("app_retry_event_2"))
    assert vectors.heard(named("app_retry_event_2")) == retried


def test_two_events_of_one_second_have_two_names() -> None:
    first, second = named("app_retry_event_2"), named("app_two_events_same_second")
    bulk = [
        event("change_contact", f"<ChangeType>delete_user</ChangeType><UserID>u{n}</UserID>")
        for n in range(3)
    ]
    different = [
        vectors.heard(first),
        vectors.heard(second),
        tapped("<EventKey>a</EventKey><TaskId>t</TaskId>"),
        tapped("<EventKey>b</EventKey><TaskId>t</TaskId>"),
        tapped("<EventKey>a</EventKey><TaskId>u</TaskId>"),
        tapped("<EventKey>a</EventKey><TaskId>t</TaskId>", at=1767225602),
        tapped(f"<TaskId>t</TaskId><SelectedItems>{items(('q', ('a',)))}</SelectedItems>"),
        tapped(f"<TaskId>t</TaskId><SelectedItems>{items(('q', ('b',)))}</SelectedItems>"),
        tapped(f"<TaskId>t</TaskId><SelectedItems>{items(('r', ('b',)))}</SelectedItems>"),
        *(heard_xml(each) for each in bulk),
        heard_xml(event("click", "<EventKey>a</EventKey>")),
        heard_xml(event("click", "<EventKey>a</EventKey>", sender="LiSi")),
    ]
    assert len({each.id for each in different}) == len(different)


def test_other_frames_of_wecom_mean_nothing_and_are_no_fault() -> None:
    suite = b"<xml><InfoType>suite_ticket</InfoType><TimeStamp>1</TimeStamp></xml>"
    robot = (
        b"<xml><From><UserId>U</UserId></From><MsgType>text</MsgType><MsgId>M</MsgId>"
        b"<ChatId>C</ChatId><Text><Content>@R x</Content></Text></xml>"
    )
    assert isinstance(heard_xml(suite), Unheeded)
    assert isinstance(heard_xml(robot), Unheeded)


def test_another_corp_can_be_refused() -> None:
    text = message("text", "<Content>x</Content>")
    assert heard_xml(text, corp_id=CORP) == heard_xml(text)
    with pytest.raises(Refused, match="400 corp"):
        heard_xml(text, corp_id="ww0")


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"x",
        b"<xml>",
        b"<xml/>",
        b"<x><MsgType>text</MsgType></x>",
        b"<xml>\xff</xml>",
        b"<xml>&lol;</xml>",
        b"<xml>\0</xml>",
        "<xml><MsgType>text</MsgType></xml>".encode("utf-16"),
        message("text", sender=""),
        message("text", sender="a\nb"),
        message("text", sender="u" * 129),
        message("text", ident=""),
        message("text", "<Content>a</Content><Content>b</Content>"),
        message("text", "<Content><b>a</b></Content>"),
        message("text", "<MsgId>78</MsgId>"),
        message("text").replace(b"1767225601", b"soon"),
        message("text").replace(b"1767225601", b"9" * 400),
        message("text").replace(b"1767225601", "１７６７２２５６０１".encode()),
        event(""),
        event("change_contact"),
        event("template_card_event", f"<EventKey>{'k' * 1025}</EventKey>"),
        event("template_card_event", sender=""),
    ],
)
def test_a_message_that_lacks_something_is_refused(broken: bytes) -> None:
    with pytest.raises(Refused) as refused:
        heard_xml(broken)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE xml [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>',
        '<!DOCTYPE xml SYSTEM "file:///etc/passwd"><xml><Encrypt>a</Encrypt></xml>',
        '<!DOCTYPE xml [<!ENTITY % a SYSTEM "http://example.invalid/x"> %a;]><xml/>',
        "<!DOCTYPE xml><xml><Encrypt>a</Encrypt></xml>",
    ],
)
def test_a_document_type_is_refused_wherever_it_comes(document: str) -> None:
    for read in (encrypted_of, heard_xml):
        with pytest.raises(Refused, match="400 entity"):
            read(document.encode())


def test_depth_number_and_size_are_bounded() -> None:
    deepest = "<xml>" + "<a>" * (DEEPEST - 1) + "</a>" * (DEEPEST - 1) + "</xml>"
    assert read_xml(deepest.encode())
    assert read_xml(b"<xml>" + b"<a/>" * (MOST_ELEMENTS - 1) + b"</xml>")
    for more, status in (
        (b"<xml>" + b"<a>" * DEEPEST + b"</a>" * DEEPEST + b"</xml>", 400),
        (b"<xml>" + b"<a/>" * MOST_ELEMENTS + b"</xml>", 400),
        (b"<a>" * 60_000, 400),
        (b"<xml>" + b" " * MOST_BYTES + b"</xml>", 413),
    ):
        for read in (encrypted_of, heard_xml):
            with pytest.raises(Refused) as refused:
                read(more)
            assert refused.value.status == status


@pytest.mark.parametrize(
    "body",
    [
        b"<xml></xml>",
        b"<xml><Encrypt/></xml>",
        b"<xml><Encrypt><a>x</a></Encrypt></xml>",
        b"<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>",
        b'{"encrypt":"a"}',
    ],
)
def test_a_body_has_one_sealed_part(body: bytes) -> None:
    with pytest.raises(Refused, match="400"):
        encrypted_of(body)


@pytest.mark.parametrize(
    ("text", "arrives"),
    [
        ("3 条到期", "3 条到期"),
        ("a]]>b<Content>c", "a]]>b<Content>c"),
        ("]]>]]>", "]]>]]>"),
        ("]]]]>>", "]]]]>>"),
        ("a\0b\x1bc\ud800d\ufffee", "abcde"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
    ],
)
def test_an_answer_cannot_break_out_of_its_place(text: str, arrives: str) -> None:
    reply = read_xml(text_reply_xml(to="ZhangSan", corp_id=CORP, text=text, at=AT).encode())
    assert reply.one("Content") == arrives
    assert reply.one("MsgType") == "text"
    assert reply.one("CreateTime") == "1767225601"
    assert [child.tag for child in reply.children] == [
        "ToUserName",
        "FromUserName",
        "CreateTime",
        "MsgType",
        "Content",
    ]
