"""What may happen to an opportunity, and that nothing else can."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import lifecycle
from scoring.errors import AlreadyClaimed, Refused
from scoring.lifecycle import followers, last_snooze_on
from scoring.model import Opportunity, OpportunityKind, Stage

NOW = datetime(2026, 11, 23, 1, 7, tzinfo=UTC)
TODAY = date(2026, 11, 23)

stages = st.sampled_from(Stage)
people = st.integers(1, 3)
days = st.dates(date(2026, 1, 1), date(2027, 12, 31))


def an_opportunity(stage: Stage = Stage.OPEN, claimed_by: int | None = None) -> Opportunity:
    return Opportunity(
        id=1,
        kind=OpportunityKind.RENEWAL,
        contract_id=1,
        account_id=1,
        stage=stage,
        opened_at=NOW,
        claimed_by_id=claimed_by,
        claimed_at=NOW if claimed_by else None,
    )


opportunities = st.builds(an_opportunity, stages, st.none() | people)


@pytest.mark.parametrize(
    ("stage", "may_follow"),
    [
        (Stage.OPEN, "contacted proposal approval committed won lost"),
        (Stage.CONTACTED, "proposal approval committed won lost"),
        (Stage.PROPOSAL, "contacted approval committed won lost"),
        (Stage.APPROVAL, "contacted proposal committed won lost"),
        (Stage.COMMITTED, "contacted proposal approval won lost"),
        (Stage.LAPSED, "won lost"),
        (Stage.WON, ""),
        (Stage.LOST, ""),
    ],
)
def test_which_stage_may_follow_which(stage: Stage, may_follow: str) -> None:
    assert " ".join(followers(stage)) == may_follow


@given(opportunities, stages, st.none() | st.just("price"))
def test_a_move_gives_a_stage_that_may_follow_or_refuses(
    opportunity: Opportunity, to: Stage, reason: str | None
) -> None:
    allowed = to in followers(opportunity.stage) and (to is not Stage.LOST or reason is not None)
    if not allowed:
        with pytest.raises(Refused):
            lifecycle.move(opportunity, to, at=NOW, reason=reason)
        return
    moved = lifecycle.move(opportunity, to, at=NOW, reason=reason)
    assert moved.stage is to
    assert (moved.decided_at is not None) == to.decided
    assert moved.claimed_by_id == opportunity.claimed_by_id


@given(opportunities, people, people)
def test_a_claim_is_held_by_one_until_given_back(
    opportunity: Opportunity, one: int, other: int
) -> None:
    if opportunity.stage.decided:
        with pytest.raises(Refused):
            lifecycle.claim(opportunity, one, at=NOW)
        return
    if opportunity.claimed_by_id is not None:
        with pytest.raises(AlreadyClaimed):
            lifecycle.claim(opportunity, one, at=NOW)
        opportunity = lifecycle.release(opportunity, opportunity.claimed_by_id)
    claimed = lifecycle.claim(opportunity, one, at=NOW)
    assert claimed.claimed_by_id == one
    if other != one:
        with pytest.raises(Refused):
            lifecycle.release(claimed, other)
        assert lifecycle.assign(claimed, other, at=NOW).claimed_by_id == other
    assert lifecycle.release(claimed, one).claimed_by_id is None


@given(days, st.none() | days, st.none() | days, days)
def test_a_snooze_never_passes_what_could_be_missed(
    today: date, cancel_by_on: date | None, ends_on: date | None, until: date
) -> None:
    last_on = last_snooze_on(cancel_by_on=cancel_by_on, ends_on=ends_on, today=today)
    try:
        quiet = lifecycle.snooze(an_opportunity(), until, " budget ", today=today, last_on=last_on)
    except Refused:
        assert until <= today or (last_on is not None and until > last_on)
        return
    assert quiet.snooze_reason == "budget"
    assert until > today
    assert cancel_by_on is None or cancel_by_on < today or until <= cancel_by_on


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_snooze_needs_a_reason(reason: str) -> None:
    with pytest.raises(Refused, match="needs_reason"):
        lifecycle.snooze(
            an_opportunity(), TODAY + timedelta(days=1), reason, today=TODAY, last_on=None
        )
