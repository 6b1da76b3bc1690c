"""The next best step: what is in the way, what the renewal waits for, what could be better."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from scoring.health.model import Band, Dimension
from scoring.model import ContractStatus, Segment, Stage, TouchKind
from scoring.next_step import Step, customer_step, next_step
from scoring.offers import DEFAULT_OFFERS, Offer, features_of, offer_for
from scoring.plays import Play, Plays
from scoring.views import (
    ContactLine,
    CustomerView,
    FeatureUse,
    GoalLine,
    HealthLine,
    OverdueLine,
    RenewalLine,
    SurveyLine,
    TicketLine,
    TouchLine,
    UsageTrend,
)

TODAY = date(2026, 11, 23)
CALLED = TouchLine(TouchKind.CALL, datetime(2026, 11, 20, 8, tzinfo=UTC))
CALM = CustomerView(
    1, "华为", Segment.CORE, touches=(CALLED,), contacts=(ContactLine("王建国", "decision_maker"),)
)
FAR = RenewalLine(
    1,
    "HT-1",
    1,
    "华为",
    Segment.CORE,
    ContractStatus.ACTIVE,
    ends_on=TODAY + timedelta(days=300),
    claimed_by_id=1,
    stage=Stage.CONTACTED,
)
NEAR = replace(FAR, ends_on=TODAY + timedelta(days=60))


def healthy(band: Band) -> HealthLine:
    return HealthLine(50.0, band, TODAY)


@pytest.mark.parametrize(
    ("facts", "step", "about"),
    [
        ({"overdue": (OverdueLine("FP-9", TODAY),), "overdue_n": 1}, Step.CHASE_PAYMENT, "FP-9"),
        ({"tickets": (TicketLine("T-7", TODAY),), "tickets_n": 2}, Step.CLEAR_TICKET, "T-7"),
        (
            {"contacts": (ContactLine("陈静", "champion", left_on=TODAY),)},
            Step.NEW_CHAMPION,
            "陈静",
        ),
        ({"usage": UsageTrend(60, TODAY, 100, TODAY)}, Step.SHOW_VALUE, ""),
        ({"surveys": (SurveyLine("nps", 3, TODAY),)}, Step.ASK_WHY, "NPS"),
        ({"surveys": (SurveyLine("csat", 2, TODAY),)}, Step.ASK_WHY, "CSAT"),
        ({"touches": ()}, Step.FIRST_CALL, "王建国"),
        ({"goals": (GoalLine("上线移动端", TODAY),)}, Step.SHOW_GOAL, "上线移动端"),
        ({"features": FeatureUse(unused=("看板",))}, Step.SHOW_FEATURE, "看板"),
        ({"features": FeatureUse(3, 10)}, Step.SHOW_FEATURES, ""),
    ],
)
def test_a_fact_of_the_customer_is_named(facts: dict[str, Any], step: Step, about: str) -> None:
    found = customer_step(replace(CALM, **facts), FAR, TODAY)
    assert (found.step, found.about) == (step, about)


@pytest.mark.parametrize(
    "facts",
    [
        {"surveys": (SurveyLine("nps", 3, TODAY - timedelta(days=91)),)},
        {"surveys": (SurveyLine("nps", 7, TODAY),)},
        {"surveys": (SurveyLine("other", -5, TODAY),)},
        {"usage": UsageTrend(90, TODAY, 100, TODAY)},
        {"goals": (GoalLine("上线移动端", TODAY, "已上线"),)},
        {"goals": (GoalLine("明年再说", TODAY + timedelta(days=91)),)},
        {"features": FeatureUse(5, 10)},
        {"features": FeatureUse(3, None)},
        {"features": FeatureUse(3, 0)},
        {
            "contacts": (
                ContactLine("陈静", "champion", left_on=TODAY),
                ContactLine("周敏", "champion"),
            )
        },
    ],
)
def test_what_is_no_trouble_is_no_step(facts: dict[str, Any]) -> None:
    calm = replace(CALM, health=healthy(Band.STEADY), **facts)
    assert customer_step(calm, FAR, TODAY).step is Step.PLAY


def test_what_is_in_the_way_comes_before_what_the_renewal_waits_for() -> None:
    signing = replace(NEAR, stage=Stage.COMMITTED)
    troubled = replace(CALM, tickets=(TicketLine("T-7", TODAY),), tickets_n=1)
    assert customer_step(troubled, signing, TODAY).step is Step.CLEAR_TICKET
    assert customer_step(CALM, signing, TODAY).step is Step.GET_SIGNATURE
    wishing = replace(CALM, goals=(GoalLine("上线移动端"),))
    assert customer_step(wishing, signing, TODAY).step is Step.GET_SIGNATURE


def test_near_the_end_the_proposal_goes_out_and_far_from_it_the_band_decides() -> None:
    known = replace(CALM, health=healthy(Band.AT_RISK))
    assert customer_step(known, NEAR, TODAY).step is Step.SEND_PROPOSAL
    step = customer_step(known, FAR, TODAY)
    assert step.play is not None
    assert step.play.name == "save_plan"


def test_the_play_is_of_the_band_and_the_segment() -> None:
    own = Play("own", en="Invite them", zh="邀请参会")
    plays = Plays({(Band.HEALTHY, Segment.CORE): own})
    assert customer_step(CALM, FAR, TODAY, plays=plays, band=Band.HEALTHY).play is own
    small = replace(CALM, segment=Segment.STANDARD)
    play = customer_step(small, FAR, TODAY, plays=plays, band=Band.HEALTHY).play
    assert play is not None
    assert play.name == "grow"


def test_without_a_term_there_is_still_a_step() -> None:
    assert customer_step(CALM, None, TODAY).step is Step.FIND_CONTACT
    known = replace(CALM, health=healthy(Band.HEALTHY))
    assert customer_step(known, None, TODAY).step is Step.PLAY


def test_an_unclaimed_renewal_is_claimed_first_and_a_decided_one_needs_nothing() -> None:
    assert next_step(replace(FAR, claimed_by_id=None), CALM, TODAY) is not None
    unclaimed = next_step(replace(FAR, claimed_by_id=None), CALM, TODAY)
    assert unclaimed is not None
    assert unclaimed.step is Step.CLAIM
    assert next_step(replace(FAR, status=ContractStatus.LOST), CALM, TODAY) is None


def test_what_helps_with_it_is_offered() -> None:
    step = customer_step(replace(CALM, features=FeatureUse(3, 10)), FAR, TODAY)
    assert step.offer is not None
    assert step.offer.name == "feature_training"
    owing = replace(CALM, overdue=(OverdueLine("FP-9", TODAY),), overdue_n=1)
    assert customer_step(owing, FAR, TODAY).offer is None


def test_an_offer_about_that_very_feature_comes_first() -> None:
    board = Offer("看板工作坊", Dimension.ADOPTION, feature="看板")
    general = Offer("功能培训", Dimension.ADOPTION)
    offers = (general, board)
    assert offer_for(offers, Dimension.ADOPTION, Segment.CORE, "看板") is board
    assert offer_for(offers, Dimension.ADOPTION, Segment.CORE, "报表") is general
    assert offer_for((board,), Dimension.ADOPTION, Segment.CORE, "报表") is None
    assert features_of((board, general, board)) == ("看板",)


def test_an_offer_for_some_customers_is_made_to_no_others() -> None:
    visit = Offer("高层拜访", Dimension.USAGE, segments=frozenset({Segment.STRATEGIC}))
    assert offer_for((visit,), Dimension.USAGE, Segment.STRATEGIC) is visit
    assert offer_for((visit,), Dimension.USAGE, Segment.CORE) is None
    assert offer_for(DEFAULT_OFFERS, Dimension.PAYMENT, Segment.CORE) is None
