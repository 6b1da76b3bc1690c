"""The health card: what it says in both languages, and that its points add up wherever it hangs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from messages.abilities import PlaceKind
from messages.cards.alert import alert_card
from messages.cards.health import health_card
from messages.health_words import points_words, value_words
from messages.i18n import Phrasebook
from messages.model import Message, Table
from messages.render.check import check_slack, check_wecom
from messages.render.slack import render_slack
from messages.render.text import render_text
from messages.render.wecom import render_wecom
from messages.render.words import words
from scoring.health.default import DEFAULT_MODEL
from scoring.health.model import Band, Dimension
from scoring.health.scored import Because, HealthView, Part, Truth, Verdict
from scoring.model import Anchor, Locale, Stage
from scoring.next_step import NextStep, Step
from scoring.offers import DEFAULT_OFFERS
from scoring.views import AlertView, HealthLine, MoodLine
from tests.messages.test_cards import RENEWAL

ZONE = ZoneInfo("Asia/Shanghai")
ON, LAST_WEEK = date(2026, 11, 23), date(2026, 11, 16)
MOOD = MoodLine(-1, date(2026, 11, 20), "李雷", "预算被砍")
BOTH = pytest.mark.parametrize("locale", list(Locale))


def known(signal: str, points: float, x: float, before: float) -> Part:
    return Part(signal, Dimension.USAGE, points, Because.KNOWN, x, 0.4, ON, before)


WORSE = HealthView(
    account_id=3,
    as_of=ON,
    model="default",
    score=48.3,
    band=Band.CRITICAL,
    score_band=Band.AT_RISK,
    coverage=0.64,
    parts=(
        Part("", None, 63.8, Because.BASE, before=63.8),
        known("active_ratio_30d", -4.1, 0.33, -1.0),
        known("usage_trend_13w", -6.7, -0.37, 2.0),
        Part("csat_90d", Dimension.SUPPORT, -1.2, Because.STALE, 3.1, 0.3, date(2026, 7, 1), -1.3),
        known("open_tickets", -2.0, 3.0, -2.0),
        known("overdue_days", -1.5, 12.0, -1.5),
        Part("nps", Dimension.SENTIMENT, 0.0, Because.UNKNOWN, before=0.0),
        Part("logins_of_robots", Dimension.USAGE, 0.0, Because.UNKNOWN, before=0.0),
    ),
    verdicts=(
        Verdict("R1", Truth.YES),
        Verdict("R2", Truth.NO),
        Verdict("R3", Truth.POSSIBLE, ("idle_days",)),
        Verdict("O1", Truth.POSSIBLE, ("joined_events", "csat_g")),
    ),
    before=60.1,
    before_on=LAST_WEEK,
    before_band=Band.STEADY,
    p_renew=0.38,
    p_is_default=True,
)
UNKNOWN = replace(
    WORSE,
    score=63.8,
    band=None,
    score_band=None,
    coverage=0.0,
    parts=(WORSE.parts[0], *(replace(p, because=Because.UNKNOWN) for p in WORSE.parts[6:])),
    verdicts=(Verdict("R1", Truth.POSSIBLE, ("days_to_end", "falling", "open_tickets")),),
    before=None,
    before_on=None,
    before_band=None,
    p_renew=None,
)
GROWING = replace(
    WORSE, band=Band.HEALTHY, score_band=Band.HEALTHY, verdicts=(Verdict("O1", Truth.YES),)
)
STEP = NextStep(Step.SHOW_VALUE, change=-0.37, offer=DEFAULT_OFFERS[0])


def card(view: HealthView, locale: Locale) -> Message:
    return health_card(view, "云帆网络", Phrasebook(locale, ZONE), step=STEP, mood=MOOD)


@BOTH
@pytest.mark.parametrize("view", [WORSE, UNKNOWN, GROWING], ids=["worse", "unknown", "growing"])
def test_the_card_reads(view: HealthView, locale: Locale, snapshot: SnapshotAssertion) -> None:
    assert render_text(card(view, locale), Phrasebook(locale, ZONE)) == snapshot


@BOTH
def test_the_points_shown_add_up_to_the_score_shown(locale: Locale) -> None:
    (table,) = (block for block in card(WORSE, locale).blocks if isinstance(block, Table))
    *parts, total = (float(words(row[-1]).replace("−", "-")) for row in table.rows)
    assert round(sum(parts), 1) == total == WORSE.score


def test_only_what_moved_is_told_as_a_change_the_most_first() -> None:
    text = render_text(card(WORSE, Locale.EN), Phrasebook(Locale.EN, ZONE))
    first, second = text.index("usage trend: −8.7"), text.index("Active users: −3.1")
    assert first < second
    assert "Open tickets: " not in text
    assert "Was steady, is now critical" in text


def test_a_rule_that_could_hold_is_told_only_when_little_is_missing() -> None:
    text = render_text(card(WORSE, Locale.EN), Phrasebook(Locale.EN, ZONE))
    assert "Possibly" not in text  # it is not even well: no word of growing
    assert "Nobody has used" not in text
    well = replace(WORSE, band=Band.STEADY)
    text = render_text(card(well, Locale.EN), Phrasebook(Locale.EN, ZONE))
    assert "Possibly: Ready for more" in text
    assert "Possibly" not in render_text(card(UNKNOWN, Locale.EN), Phrasebook(Locale.EN, ZONE))


def test_without_a_band_none_is_claimed() -> None:
    text = render_text(card(UNKNOWN, Locale.ZH), Phrasebook(Locale.ZH, ZONE))
    assert "数据不足" in text
    assert "仅供参考" in text
    for band in ("健康\n", "稳定", "风险", "危险"):
        assert band not in text


def test_the_picture_goes_along_with_words_for_it() -> None:
    phrases = Phrasebook(Locale.ZH, ZONE)
    (file,) = health_card(WORSE, "云帆网络", phrases, picture=b"png").attachments
    assert (file.media_type, file.alt) == ("image/png", "云帆网络健康分走势")
    assert health_card(WORSE, "云帆网络", phrases).attachments == ()


@pytest.mark.parametrize(
    ("signal", "x", "english", "chinese"),
    [
        ("active_ratio_30d", 0.42, "42%", "42%"),
        ("usage_trend_13w", -0.371, "−37%", "−37%"),
        ("usage_trend_13w", 0.12, "+12%", "+12%"),
        ("open_tickets", 1.0, "1 open", "1 个"),
        ("ticket_rate_90d", 2.6, "about 3", "约 3 个"),
        ("csat_90d", 4.25, "4.2 of 5", "4.2 分（满分 5 分）"),
        ("nps", 0.3, "+30", "+30"),
        ("touches_90d", 1.2, "about 1", "约 1 次"),
        ("overdue_days", 0.0, "none", "无"),
        ("overdue_days", 12.0, "12 days", "12 天"),
        ("mood", -1.0, "−1", "−1"),
        ("gpu_hours", 12.345, "12.34", "12.34"),
    ],
)
def test_a_value_is_written_in_its_unit(signal: str, x: float, english: str, chinese: str) -> None:
    assert value_words(Phrasebook(Locale.EN), signal, x) == english
    assert value_words(Phrasebook(Locale.ZH), signal, x) == chinese


@pytest.mark.parametrize(
    ("points", "text"), [(2.1, "+2.1"), (-4.0, "−4.0"), (0.0, "0.0"), (-0.04, "0.0")]
)
def test_points_have_their_sign_and_a_tenth(points: float, text: str) -> None:
    assert points_words(points) == text


@BOTH
def test_an_alert_tells_how_the_customer_stands_until_it_is_decided(locale: Locale) -> None:
    phrases = Phrasebook(locale, ZONE)
    line = replace(RENEWAL, health=HealthLine(38.0, Band.CRITICAL, ON, p_renew=0.31))
    view = AlertView(line, Anchor.END, 30, ON)
    assert "31%" in render_text(alert_card(view, phrases), phrases)
    won = replace(view, renewal=replace(line, stage=Stage.WON))
    assert "31%" not in render_text(alert_card(won, phrases), phrases)


@BOTH
def test_every_signal_and_rule_of_the_shipped_model_has_words(locale: Locale) -> None:
    phrases = Phrasebook(locale)
    for signal in DEFAULT_MODEL.signals:
        assert phrases.has(f"health.signal.{signal.measure}"), signal.name
    for rule in DEFAULT_MODEL.rules:
        assert phrases.has(f"health.rule.{rule}"), rule


floats = st.floats(-1e6, 1e6)
parts = st.builds(
    Part,
    st.sampled_from([signal.name for signal in DEFAULT_MODEL.signals]) | st.text(max_size=80),
    st.sampled_from(Dimension),
    st.floats(-20, 20),
    st.sampled_from([Because.KNOWN, Because.STALE, Because.UNKNOWN]),
    st.none() | floats,
    st.none() | st.floats(0, 1),
    st.none() | st.dates(date(2020, 1, 1), ON),
    st.none() | st.floats(-20, 20),
)
truths = st.builds(
    Verdict,
    st.sampled_from(sorted(DEFAULT_MODEL.rules)),
    st.sampled_from(Truth),
    st.lists(st.sampled_from(["falling", "idle_days", "something_else"]), max_size=3).map(tuple),
)
views = st.builds(
    HealthView,
    st.integers(1, 10**12),
    st.just(ON),
    st.text(max_size=60),
    st.floats(0, 100),
    st.none() | st.sampled_from(Band),
    st.none() | st.sampled_from(Band),
    st.floats(0, 1),
    st.lists(parts, max_size=40).map(tuple),
    st.lists(truths, max_size=5).map(tuple),
    st.none() | st.floats(0, 100),
    st.none() | st.just(LAST_WEEK),
    st.none() | st.sampled_from(Band),
    st.none() | st.floats(0, 1),
    st.booleans(),
)
WECOM = [place for place in PlaceKind if place.value.startswith("wecom")]


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(view=views, account=st.text(min_size=1, max_size=300), locale=st.sampled_from(Locale))
def test_every_place_takes_it(view: HealthView, account: str, locale: Locale) -> None:
    book = Phrasebook(locale, UTC)
    message = health_card(view, account, book, step=STEP, mood=MOOD)
    for post in render_slack(message, book):
        assert check_slack(post.payload()) == []
    for place in WECOM:
        for payload in render_wecom(message, place, book):
            assert check_wecom(payload, place) == []
