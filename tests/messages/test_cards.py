"""The cards as people read them, in both languages; each also drawn for every platform."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from syrupy.assertion import SnapshotAssertion

from messages.cards.alert import alert_card, alert_list
from messages.cards.customer import customer_card
from messages.cards.due import due_list
from messages.cards.followup import followup_card, followup_list, followup_words
from messages.i18n import Phrasebook
from messages.model import Button, Message
from messages.render.text import render_text
from scoring.lists import DueAsk, DuePage
from scoring.model import Anchor, ContractStatus, Locale, Money, Segment, Stage, TouchKind
from scoring.views import (
    AlertView,
    ContactLine,
    CustomerView,
    EventLine,
    GoalLine,
    OverdueLine,
    RenewalLine,
    SurveyLine,
    TicketLine,
    TouchLine,
    UsageTrend,
)

TODAY = date(2026, 11, 23)
ZONE = ZoneInfo("Asia/Shanghai")

RENEWAL = RenewalLine(
    contract_id=7,
    contract_no="HT-2026-007",
    account_id=3,
    account="云帆网络股份有限公司",
    segment=Segment.CORE,
    status=ContractStatus.ACTIVE,
    product="平台版",
    starts_on=date(2026, 1, 16),
    ends_on=date(2027, 1, 15),
    cancel_by_on=date(2026, 12, 16),
    arr=Money(Decimal(1_235_000), "CNY"),
    seats=120,
    team="华东",
    owner_id=2,
    owner="韩梅梅",
    opportunity_id=42,
    stage=Stage.PROPOSAL,
    claimed_by_id=1,
    claimed_by="李雷",
    claimed_at=datetime(2026, 11, 20, 3, tzinfo=UTC),
)
FREE = replace(RENEWAL, claimed_by_id=None, claimed_by=None, claimed_at=None, stage=Stage.OPEN)
PAST = replace(
    FREE, opportunity_id=43, cancel_by_on=None, ends_on=date(2026, 11, 13), stage=Stage.LAPSED
)
AUTOMATIC = replace(FREE, cancel_by_on=None, ends_on=TODAY, auto_renew=True)
OLD = replace(
    RENEWAL,
    contract_id=6,
    contract_no="HT-2025-007",
    status=ContractStatus.RENEWED,
    stage=Stage.WON,
    cancel_by_on=None,
    ends_on=date(2026, 1, 15),
)
CUSTOMER = CustomerView(
    account_id=3,
    name="云帆网络股份有限公司",
    segment=Segment.CORE,
    team="华东",
    csm_id=2,
    csm="韩梅梅",
    industry="互联网",
    custom={"集团编号": "G-88"},
    renewals=(RENEWAL, OLD),
    contracts_n=9,
    contacts=(
        ContactLine("王建国", "decision_maker", "总经理", "wjg@example.com", "13800000000"),
        ContactLine("Sam Lee", "user", None, None, None, date(2026, 10, 1)),
    ),
    touches=(
        TouchLine(
            TouchKind.CALL,
            datetime(2026, 11, 18, 2, tzinfo=UTC),
            "李雷",
            "王建国",
            "预算 Q3 定，想加 20 个席位",
            date(2026, 11, 25),
        ),
        TouchLine(TouchKind.EMAIL, datetime(2026, 10, 12, 2, tzinfo=UTC), "韩梅梅"),
    ),
    tickets=(TicketLine("T-1024", date(2026, 11, 2), "high", "报表导出超时"),),
    tickets_n=3,
    overdue=(OverdueLine("FP-88", date(2026, 10, 20), Money(Decimal(60_000), "CNY")),),
    overdue_n=1,
    surveys=(SurveyLine("nps", 9, date(2026, 9, 1), "王建国", "响应很快"),),
    usage=UsageTrend(84, date(2026, 11, 22), 105, date(2026, 8, 23), 120),
    events=(EventLine("用户大会", date(2026, 9, 20), "attended"),),
    goals=(GoalLine("报表时间减半", date(2026, 12, 31)), GoalLine("打通 ERP", None, "9 月上线")),
)
HIDDEN = replace(
    CUSTOMER,
    renewals=tuple(replace(r, arr=None, shows_amount=False) for r in CUSTOMER.renewals),
    contacts=tuple(replace(c, email=None, phone=None) for c in CUSTOMER.contacts),
    touches=tuple(replace(t, note=None) for t in CUSTOMER.touches),
    overdue=(OverdueLine("FP-88", date(2026, 10, 20)),),
    surveys=(SurveyLine("nps", 9, date(2026, 9, 1)),),
    shows_notes=False,
    shows_contact_details=False,
)
UNKNOWN = CustomerView(account_id=9, name="清泉水务", segment=Segment.STANDARD)

ASK = DueAsk(TODAY - timedelta(days=30), TODAY + timedelta(days=60), page_size=3)


def _alert(
    renewal: RenewalLine, offset: int, anchor: Anchor = Anchor.END, **more: object
) -> AlertView:
    return AlertView(renewal, anchor, offset, TODAY, **more)  # type: ignore[arg-type]


CARDS: dict[str, Callable[[Phrasebook], Message]] = {
    "customer": lambda p: customer_card(CUSTOMER, p, TODAY),
    "customer, fields hidden": lambda p: customer_card(HIDDEN, p, TODAY),
    "customer without anything": lambda p: customer_card(UNKNOWN, p, TODAY),
    "alert to a customer with a history": lambda p: alert_card(
        _alert(
            RENEWAL,
            30,
            Anchor.CANCEL_BY,
            customer=CUSTOMER,
            since_on=date(2026, 11, 19),
        ),
        p,
    ),
    "alert nobody claimed": lambda p: alert_card(_alert(FREE, 60, customer=CUSTOMER), p),
    "last day to give notice": lambda p: alert_card(
        _alert(replace(FREE, cancel_by_on=TODAY), 0, Anchor.CANCEL_BY, customer=CUSTOMER), p
    ),
    "end day": lambda p: alert_card(
        _alert(replace(FREE, ends_on=TODAY, cancel_by_on=None), 0, customer=CUSTOMER), p
    ),
    "end day of an automatic renewal": lambda p: alert_card(
        _alert(AUTOMATIC, 0, customer=CUSTOMER), p
    ),
    "lapsed": lambda p: alert_card(_alert(PAST, -7, customer=CUSTOMER), p),
    "escalation": lambda p: alert_card(
        _alert(FREE, 0, Anchor.CANCEL_BY, customer=CUSTOMER, escalated=True), p
    ),
    "alert once decided": lambda p: alert_card(_alert(replace(RENEWAL, stage=Stage.WON), 30), p),
    "many alerts": lambda p: alert_list([_alert(PAST, -7), _alert(FREE, 60), _alert(RENEWAL, 60)], p),
    "due": lambda p: due_list(
        DuePage(ASK, (PAST, FREE, RENEWAL), 5),
        p,
        TODAY,
        title=p.tn("due.within", 60),
        filters=["华东"],
        more="due 60d page=2",
        switch=Button(p.t("button.mine"), "due 60d mine"),
    ),
    "nothing due": lambda p: due_list(DuePage(ASK, (), 0), p, TODAY, title=p.tn("due.within", 60)),
    "follow-up": lambda p: followup_card(
        RENEWAL, {"what": "claimed", "who": "李雷"}, p, TODAY
    ),
    "follow-ups": lambda p: followup_list(
        [
            followup_words(RENEWAL, {"what": what, "who": "李雷"}, p)
            for what in (
                "claimed",
                "released",
                "assigned",
                "snoozed",
                "woke",
                "staged",
                "won",
                "lost",
                "logged",
                "undone",
                "edited",
                "something new",
            )
        ],
        p,
    ),
}  # fmt: skip


@pytest.mark.parametrize("locale", list(Locale))
@pytest.mark.parametrize("name", CARDS)
def test_a_card_reads(name: str, locale: Locale, snapshot: SnapshotAssertion) -> None:
    phrases = Phrasebook(locale, ZONE)
    assert render_text(CARDS[name](phrases), phrases) == snapshot


@pytest.mark.parametrize("locale", list(Locale))
@pytest.mark.parametrize("name", CARDS)
def test_buttons_carry_lines_without_customer_text(name: str, locale: Locale) -> None:
    for line in CARDS[name](Phrasebook(locale, ZONE)).lines():
        assert "云帆" not in line
        assert len(line) <= 60


@pytest.mark.parametrize("locale", list(Locale))
def test_hidden_fields_are_nowhere_on_the_card(locale: Locale) -> None:
    phrases = Phrasebook(locale, ZONE)
    text = render_text(customer_card(HIDDEN, phrases, TODAY), phrases)
    for secret in ("123", "1.2M", "预算", "13800000000", "wjg@", "响应很快", "60,000"):
        assert secret not in text
