"""The rules by which a touch is read, one by one; the corpus measures them together."""

from __future__ import annotations

import sys
from datetime import date
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.reading.days import READ_AT_MOST
from handlers.reading.touches import TouchReading, read_touch
from scoring.model import TouchKind

TODAY = date(2026, 3, 2)


def read(text: str, *contacts: str) -> TouchReading:
    return read_touch(text, today=TODAY, contacts=contacts)


def test_the_line_of_the_brief_is_understood() -> None:
    assert read("和王总电话聊了, 预算Q3定, 下周三跟进") == TouchReading(
        kind=TouchKind.CALL,
        contact="王总",
        next_on=date(2026, 3, 11),
        happened_on=TODAY,
        note="和王总电话聊了, 预算Q3定, 下周三跟进",
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("微信聊了下, 约了下周二开会", "message"),
        ("发了报价邮件，周五电话跟进", "email"),
        ("没人接电话，明天再打", "call"),
        ("电话没接，发了邮件", "email"),
        ("明天给王总打电话", "note"),
        ("follow up call with Bob next Wed", "note"),
        ("取消了周三的会", "note"),
        ("内部开会讨论了价格", "note"),
        ("参加展会见了王总", "event"),
        ("去客户公司开会", "visit"),
        ("微信视频聊了", "meeting"),
        ("微信语音聊了", "call"),
        ("和王先生电话沟通续约", "call"),
        ("重要会议纪要要写", "note"),
        ("called to schedule a demo", "call"),
        ("没打电话", "note"),
        ("打電話給王總", "call"),
        ("", "note"),
    ],
)
def test_what_happened_decides_the_kind(text: str, kind: str) -> None:
    assert read(text).kind == kind


@pytest.mark.parametrize(
    ("text", "next_on"),
    [
        ("合同月底到期，电话聊了", None),
        ("their budget is approved in Q3", None),
        ("renewal ends June 30", None),
        ("昨天聊的", None),
        ("春节后再联系", None),
        ("王总下周三出差", None),
        ("王总下周三出差，到时再联系", "2026-03-11"),
        ("on vacation until March 16, ping him then", "2026-03-16"),
        ("下周三不行，改下周四", "2026-03-12"),
        ("从周三改到周五", "2026-03-06"),
        ("moved from Wed to Friday", "2026-03-06"),
        ("下周三或周四跟进", "2026-03-11"),
        ("周五给方案，周四跟进", "2026-03-05"),
        ("明天发报价，下周三跟进", "2026-03-11"),
        ("下午再打", "2026-03-02"),
        ("下周三", "2026-03-11"),
        ("周五拜访了王总", None),
        ("周五拜访王总", "2026-03-06"),
        ("无需跟进", None),
        ("don't contact him until April 1", "2026-04-01"),
        ("send contract on Monday", "2026-03-09"),
        ("3.5万，下周三跟进", "2026-03-11"),
    ],
)
def test_the_next_day_is_the_planned_one(text: str, next_on: str | None) -> None:
    assert read(text).next_on == (date.fromisoformat(next_on) if next_on else None)


@pytest.mark.parametrize(
    ("text", "happened_on"),
    [
        ("昨天拜访了王总", "2026-03-01"),
        ("met Bob last Friday", "2026-02-27"),
        ("上周五拜访了冯经理，3月10号跟进", "2026-02-27"),
        ("2月27日拜访张总", "2026-02-27"),
        ("周五拜访了王总", "2026-02-27"),
        ("今天电话，合同2月28日已到期", "2026-03-02"),
        ("去年签的，电话聊了", "2026-03-02"),
        ("电话聊了", "2026-03-02"),
    ],
)
def test_past_days_tell_when_it_happened(text: str, happened_on: str) -> None:
    assert read(text).happened_on == date.fromisoformat(happened_on)


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("和王总电话聊了", "王总"),
        ("王總來電", "王總"),
        ("跟欧阳老师聊了", "欧阳老师"),
        ("拜访小刘", "小刘"),
        ("和李明通话", "李明"),
        ("给王建国发了邮件", "王建国"),
        ("called Ms Li", "Ms Li"),
        ("met Bob Chen for lunch", "Bob Chen"),
        ("called bob", "bob"),
        ("和Jack总开会", "Jack总"),
        ("本周总结", None),
        ("张工作群里说", None),
        ("小程序打不开", None),
        ("Called, no answer", None),
        ("和我们李总开会", None),
        ("下周五总部开会", None),
    ],
)
def test_the_contact_is_the_customers_person_as_typed(text: str, contact: str | None) -> None:
    assert read(text).contact == contact


def test_known_contacts_come_first() -> None:
    assert read("跟采购的丽丽和王总聊了", "丽丽", "赵六").contact == "丽丽"
    assert read("talked to ann lee about Anna", "Ann Lee").contact == "Ann Lee"


def test_explicit_fields_override_and_leave_the_note() -> None:
    got = read("聊了预算，下周三跟进 kind=visit contact=王总 next=2026-03-10 on=昨天")
    assert got == TouchReading(
        kind=TouchKind.VISIT,
        contact="王总",
        next_on=date(2026, 3, 10),
        happened_on=date(2026, 3, 1),
        note="聊了预算，下周三跟进",
    )
    assert read('called contact="Bob Chen" next=none Friday follow up').next_on is None
    assert read("电话 类型=邮件 联系人=李总 下次=下周五").contact == "李总"


def test_a_field_that_cannot_be_read_stays_in_the_note() -> None:
    got = read("电话聊了 next=sometime kind=party")
    assert (got.kind, got.next_on) == (TouchKind.CALL, None)
    assert got.note == "电话聊了 next=sometime kind=party"


def test_invisible_characters_do_not_reach_the_note() -> None:
    assert read("\u202e和王\u200b总\x00电话").note == "和王总电话"


@given(st.text(max_size=200))
def test_any_text_is_read_the_same_twice_and_never_raises(text: str) -> None:
    assert read(text) == read(text)


words = st.sampled_from(
    [
        "王总",
        "和",
        "电话",
        "聊了",
        "下周三",
        "跟进",
        "合同",
        "到期",
        ",",
        "，",
        "。",
        "改到",
        "周五",
        "没接",
        "微信",
        "called",
        "Bob",
        "next",
        "Friday",
        "email",
        "sent",
        "to",
        "call",
        "今天",
        "昨天",
        "3/5",
        "3.5万",
        "约了",
        "拜访",
        "到时",
        "再",
        "then",
        "on",
        "kind=",
        "next=周五",
        "Jack总",
        "2026-03-10",
        "要",
        "会议",
        "取消",
        "before",
    ]
)


@given(st.lists(words, max_size=30).map(" ".join) | st.lists(words, max_size=30).map("".join))
def test_any_mixture_of_the_vocabulary_is_read(text: str) -> None:
    got = read(text)
    assert got.next_on is None or got.next_on >= TODAY or "next=" in text


def calls(text: str) -> int:
    """Calls made while reading: a measure of work that no busy machine disturbs."""
    count = 0

    def counted(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    read(text)  # patterns are compiled when first met
    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        read(text)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "周",
            "下",
            "1",
            "王",
            "a ",
            "had a ",
            "发了",
            "在公司",
            "sent a b c d e f ",
            "明天跟进",
            "3月",
            "小王",
        ),
        *(
            "打了电话",
            "moved to ",
            "call ",
            "到时再联系，",
            "合同6月30日到期，",
            "Bob ",
            "\n",
            " ",
            "，",
            "kind=x ",
        ),
    ],
)
def test_work_grows_with_the_length_of_the_line_and_no_faster(piece: str) -> None:
    half = calls((piece * READ_AT_MOST)[: READ_AT_MOST // 2])
    whole = calls((piece * READ_AT_MOST)[:READ_AT_MOST])
    assert whole <= 2.5 * half + 200
    assert whole <= 40 * READ_AT_MOST


def test_what_stands_after_the_limit_costs_nothing_but_is_kept() -> None:
    long = "x" * 100_000 + " 下周三跟进"
    got = read(long)
    assert got.next_on is None
    assert got.note == long


@pytest.mark.parametrize(
    ("text", "customer", "contact"),
    [
        ("phone with Harbor & Pine Foods, they want a discount", "Harbor & Pine Foods", None),
        ("call with Harbor & Pine, Ross wants a discount", "Harbor & Pine Foods", "Ross"),
        ("met Kellner about the price", "Kellner & Voss GmbH", None),
        ("spoke to Anna from Northwind", "Northwind Robotics", "Anna"),
        ("call with Northwinder", "Northwind Robotics", "Northwinder"),
        ("和云帆聊了，下周三跟进", "云帆智能科技有限公司", None),
        ("和云帆的王总电话聊了", "云帆智能科技有限公司", "王总"),
        ("和云天聊了，下周三跟进", "云帆智能科技有限公司", "云天"),
    ],
)
def test_the_customer_s_own_name_is_no_contact(
    text: str, customer: str, contact: str | None
) -> None:
    assert read_touch(text, today=TODAY, customer=[customer]).contact == contact


def test_a_person_named_like_the_customer_is_known_by_the_book() -> None:
    reading = read_touch(
        "call with Kellner", today=TODAY, contacts=["Kellner"], customer=["Kellner & Voss"]
    )
    assert reading.contact == "Kellner"
