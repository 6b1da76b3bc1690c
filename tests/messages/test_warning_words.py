"""Why somebody is warned reads right on the day it is read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from messages.cards.warning import WarningView, warning_card, warning_line, warning_list
from messages.i18n import Phrasebook
from messages.render.text import render_text
from messages.warning_words import Found, reason_words
from scoring.health.model import Band, Dimension
from scoring.health.worry import Concern, Reason, Warned
from scoring.model import ContractStatus, Locale, Segment
from scoring.offers import Offer
from scoring.plays import Play
from scoring.views import HealthLine, RenewalLine

TODAY = date(2026, 11, 23)
EN, ZH = (Phrasebook(locale, ZoneInfo("Asia/Shanghai")) for locale in (Locale.EN, Locale.ZH))


def term(**more: object) -> RenewalLine:
    known: dict[str, object] = {"ends_on": TODAY + timedelta(days=38), **more}
    return RenewalLine(1, "HT-1", 1, "Acme", Segment.CORE, ContractStatus.ACTIVE, **known)  # type: ignore[arg-type]


def risk(days: int) -> Reason:
    facts = {"days_to_end": float(days), "usage_change": -0.4, "open_tickets": 1.0}
    return Reason(Concern.HIGH_RISK, facts)


@pytest.mark.parametrize(
    ("days", "later", "english", "chinese"),
    [
        (38, 0, "38 days to the end", "38 天后到期"),
        (38, 2, "36 days to the end", "36 天后到期"),
        (1, 0, "1 day to the end", "1 天后到期"),
        (1, 1, "ends today", "今天到期"),
        (0, 0, "ends today", "今天到期"),
        (-5, 0, "ended 5 days ago", "已到期 5 天"),
        (-12, 1, "ended 13 days ago", "已到期 13 天"),
    ],
)
def test_the_end_is_told_as_it_is_seen_from_today(
    days: int, later: int, english: str, chinese: str
) -> None:
    found = Found(term(), TODAY, TODAY + timedelta(days=later))
    assert f"churn: {english}, usage down by 40%, 1 ticket unresolved" in reason_words(
        EN, risk(days), found
    )
    assert f"：{chinese}，使用量下降 40%，1 个工单未解决" in reason_words(ZH, risk(days), found)


def test_the_day_of_notice_is_not_taken_for_the_end() -> None:
    line = term(cancel_by_on=TODAY + timedelta(days=8))
    found = Found(line, TODAY, TODAY)
    assert "8 days left to give notice" in reason_words(EN, risk(8), found)
    assert "距最迟通知日还有 8 天" in reason_words(ZH, risk(8), found)
    late = Found(line, TODAY, TODAY + timedelta(days=9))
    assert "-" not in reason_words(EN, risk(8), late)


def view(renewal: RenewalLine, **more: object) -> WarningView:
    at = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)  # after midnight in Shanghai
    warned = Warned(7, 1, at, (risk(38),), 48.0, Band.AT_RISK)
    return WarningView(renewal, warned, TODAY, **more)  # type: ignore[arg-type]


def test_the_card_tells_the_week_the_odds_the_play_and_leads_to_the_health() -> None:
    health = HealthLine(41.7, Band.AT_RISK, TODAY, p_renew=0.62)
    shown = view(
        term(health=health, opportunity_id=1, claimed_by_id=3, claimed_by="Li Lei"),
        change=-12.4,
        play=Play("own", 5, en="Rescue call", zh="救援电话"),
    )
    offers = (Offer("Masterclass", Dimension.USAGE),)
    card = warning_card(shown, EN, offers=offers)
    text = render_text(card, EN)
    assert "At risk · 42 points (−12 in a week) · 62%" in text
    assert "Play: Rescue call" in text
    assert "38 days to the end" in text
    assert "health R-1" in card.lines()
    assert len(card.buttons) == 6
    chinese = render_text(warning_card(shown, ZH), ZH)
    assert "42 分（一周 −12）" in chinese
    assert "打法：救援电话" in chinese
    unclaimed = warning_card(view(term(opportunity_id=1)), EN)
    assert [line.split()[0] for line in unclaimed.lines()] == [
        "claim", "health", "log", "snooze", "show", "lost",
    ]  # fmt: skip


def test_a_play_is_not_said_twice() -> None:
    shown = view(term(opportunity_id=1, claimed_by_id=3), play=Play("grow"))
    assert render_text(warning_card(shown, EN), EN).count("Play: ") == 1


def test_a_long_list_leads_on_to_what_it_only_counts() -> None:
    many = [view(term()) for _ in range(12)]
    for mine, line in ((True, "risk mine"), (False, "risk")):
        message = warning_list(many, EN, mine=mine)
        assert list(message.lines())[-2:] == ["alerts page=2", line]
        assert "and 2 more customers" in render_text(message, EN)
    few = warning_list(many[:3], EN)
    assert "alerts page=2" not in few.lines()
    assert warning_line(many[0], ZH).startswith("Acme：流失风险高：38 天后到期")
