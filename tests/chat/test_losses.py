"""`losses`: why customers left, for those who may know it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.losses import LossReport, LossView, LostTerms, loss_report
from scoring.model import Locale
from storage.store import Store
from tests.chatting import Chat
from tests.sample_book import MONDAY


@pytest.fixture
async def lost(chat: Chat) -> Chat:
    """Three customers left today, one of another team."""
    for line, who in (
        ("lost HT-1 price 太贵", "李雷"),
        ("lost HT-3 competitor", "韩梅梅"),
        ("lost HT-5 price", "李雷"),
        ("lost HT-7 no_use", "王北"),
    ):
        reply = await chat(line, as_=who)
        assert not reply.refused, reply.text
    return chat


async def test_the_worst_reason_comes_first_with_what_it_cost(lost: Chat) -> None:
    reply = await lost("losses", as_="Ada Park", locale=Locale.EN)
    assert "3 contracts were lost, CN¥1.4M a year." in reply
    reasons = reply.text.split("By reason")[1]
    assert reasons.index("Price · 2 contracts · CN¥1.3M") < reasons.index(
        "Went to a competitor · 1 contract"
    )
    assert "李雷 · 2 contracts" in reply
    assert "Hardly used" not in reply  # the other team's


async def test_in_chinese_with_a_picture_that_has_words(lost: Chat) -> None:
    reply = await lost("流失原因", as_="Root Chen", locale=Locale.ZH)
    assert "共流失 4 份合同，合计年费 ¥156万。" in reply
    assert "按原因" in reply
    (picture,) = reply.message.attachments
    assert picture.media_type == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    assert "价格 · 2 份" in picture.alt


@pytest.mark.parametrize(
    ("line", "n"), [("losses mine", "2"), ("losses 华东", "3"), ("losses @韩梅梅", "1")]
)
async def test_whose(lost: Chat, line: str, n: str) -> None:
    who = "李雷" if "mine" in line else "Ada Park"
    reply = await lost(line, as_=who, locale=Locale.EN)
    assert f"{n} contract" in reply


@pytest.mark.parametrize(
    ("line", "some"),
    [
        ("losses this quarter", True),
        ("losses last quarter", False),
        ("losses 30", True),
        ("losses next 30 days", True),  # what lies ahead cannot be lost yet: the last 30
        ("losses 2025", False),
        ("流失原因 本月", True),
        ("流失原因 去年", False),
    ],
)
async def test_when(lost: Chat, line: str, some: bool) -> None:
    reply = await lost(line, as_="Ada Park", locale=Locale.EN)
    assert not reply.refused, reply.text
    assert ("3 contracts were lost" in reply) is some
    assert ("Nothing was lost in this time." in reply) is not some


async def test_a_channel_hears_no_amounts(lost: Chat) -> None:
    reply = await lost("losses", as_="Ada Park", place="channel", locale=Locale.EN)
    assert "3 contracts were lost" in reply
    assert "CN¥" not in reply
    assert "CN¥" not in reply.message.attachments[0].alt


async def test_a_viewer_reads_no_reports(lost: Chat) -> None:
    assert (await lost("losses", as_="Vera Lind")).refused


async def test_reasons_of_a_sheet_count_with_those_of_chat(lost: Chat, store: Store) -> None:
    """A sheet says 价格 or `went to a competitor`; what is none of ours stays as it is written."""
    rows = [("HT-2", "价格"), ("HT-4", "Went to a Competitor"), ("HT-9", "搬迁海外")]
    async with store.begin() as tx:
        await tx.facts.add(
            "outcomes",
            [
                {
                    "contract_id": lost.book.contracts[number],
                    "decided_on": date(2026, 11, 20),
                    "outcome": "churned",
                    "new_arr": None,
                    "reason": reason,
                    "from_chat": False,
                    "at": MONDAY,
                }
                for number, reason in rows
            ],
        )
    reply = await lost("losses", as_="Root Chen", locale=Locale.EN)
    assert "7 contracts were lost, CN¥1.8M + $48K a year." in reply
    assert "Price · 3 contracts · CN¥1.4M" in reply
    assert "Went to a competitor · 2 contracts · CN¥120K + $48K" in reply
    assert "搬迁海外 · 1 contract" in reply


async def test_a_loss_taken_back_is_none(lost: Chat) -> None:
    await lost("undo", as_="韩梅梅")
    reply = await lost("losses", as_="Ada Park", locale=Locale.EN)
    assert "2 contracts were lost" in reply
    assert "competitor" not in reply


def terms(n: int, seen: int, arr: int, **names: str) -> LostTerms:
    known = {"reason": "price", "segment": "core", "product": "", "owner": "", "currency": "CNY"}
    return LostTerms(**{**known, **names}, n=n, arr=Decimal(arr), seen=min(seen, n))


_SOME = st.builds(
    terms,
    st.integers(1, 9),
    st.integers(0, 9),
    st.integers(0, 10**7),
    reason=st.sampled_from(["price", "", "other"]),
    segment=st.sampled_from(["core", "standard"]),
    product=st.sampled_from(["A", "B", ""]),
    currency=st.sampled_from(["CNY", "USD"]),
)


@given(st.lists(_SOME, max_size=20))
def test_every_view_adds_up_to_the_whole(lost: list[LostTerms]) -> None:
    report: LossReport = loss_report(
        date(2026, 1, 1), date(2026, 12, 31), lost, reason_of=lambda reason: reason
    )
    for view in LossView:
        groups = report.by(view)
        assert sum(group.n for group in groups) == report.whole.n
        assert sum(group.without_amount for group in groups) == report.whole.without_amount
        for amount in report.whole.amounts:
            parts = [m.amount for g in groups for m in g.amounts if m.currency == amount.currency]
            assert sum(parts) == amount.amount
