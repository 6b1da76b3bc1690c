"""What may happen to an opportunity, step by step: each rule takes a value and gives the next one.

    open -> contacted -> proposal -> approval -> committed -> won | lost
      any of these -> lapsed (the clock alone) -> won | lost

Between contacted and committed a step may skip ahead or fall back. Nothing goes back to open, and
won and lost are final: only taking back the very step (undo) leaves them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from scoring.errors import AlreadyClaimed, Refused
from scoring.model import Opportunity, Stage

WORKING = (Stage.OPEN, Stage.CONTACTED, Stage.PROPOSAL, Stage.APPROVAL, Stage.COMMITTED)
"""The stages of an opportunity that is still worked on, in order."""


def followers(stage: Stage) -> tuple[Stage, ...]:
    """The stages a person may move to from `stage`."""
    if stage.decided:
        return ()
    if stage is Stage.LAPSED:
        return (Stage.WON, Stage.LOST)
    onward = tuple(other for other in WORKING if other not in (Stage.OPEN, stage))
    return (*onward, Stage.WON, Stage.LOST)


def claim(opportunity: Opportunity, person_id: int, *, at: datetime) -> Opportunity:
    """The opportunity in the hands of `person_id`; AlreadyClaimed when somebody has it."""
    _undecided(opportunity)
    if opportunity.claimed_by_id is not None:
        raise AlreadyClaimed("error.already_claimed")
    return replace(opportunity, claimed_by_id=person_id, claimed_at=at)


def release(opportunity: Opportunity, person_id: int) -> Opportunity:
    """The opportunity back in the pool; only who has it can give it back."""
    _undecided(opportunity)
    if opportunity.claimed_by_id != person_id:
        raise Refused("release.not_yours")
    return replace(opportunity, claimed_by_id=None, claimed_at=None)


def assign(opportunity: Opportunity, person_id: int, *, at: datetime) -> Opportunity:
    """The opportunity in the hands of `person_id`, whoever had it before."""
    _undecided(opportunity)
    if opportunity.claimed_by_id == person_id:
        raise Refused("assign.has_it_already")
    return replace(opportunity, claimed_by_id=person_id, claimed_at=at)


def move(
    opportunity: Opportunity, to: Stage, *, at: datetime, reason: str | None = None
) -> Opportunity:
    """The opportunity at the stage `to`; a loss needs its reason."""
    _undecided(opportunity)
    if opportunity.stage is to:
        raise Refused("stage.there_already")
    if to not in followers(opportunity.stage):
        raise Refused("stage.not_from_here")
    if to is Stage.LOST and not reason:
        raise Refused("lost.needs_reason")
    return replace(opportunity, stage=to, reason=reason, decided_at=at if to.decided else None)


def after_touch(stage: Stage) -> Stage:
    """The stage once somebody has spoken with the customer."""
    return Stage.CONTACTED if stage is Stage.OPEN else stage


def last_snooze_on(*, cancel_by_on: date | None, ends_on: date | None, today: date) -> date | None:
    """The last day a renewal may stay quiet: the cancel-by date, after it the end, then no more.

    None when there is nothing ahead that could be missed.
    """
    ahead = (day for day in (cancel_by_on, ends_on) if day is not None and day >= today)
    return next(ahead, None)


def snooze(
    opportunity: Opportunity, until: date, reason: str, *, today: date, last_on: date | None
) -> Opportunity:
    """The opportunity quiet until a day to come, with a reason, never past `last_on`."""
    _undecided(opportunity)
    if not reason.strip():
        raise Refused("snooze.needs_reason")
    if until <= today:
        raise Refused("snooze.not_ahead", on=until)
    if last_on is not None and until > last_on:
        raise Refused("snooze.too_late", on=last_on)
    return replace(opportunity, snoozed_until=until, snooze_reason=reason.strip())


def _undecided(opportunity: Opportunity) -> None:
    if opportunity.stage.decided:
        raise Refused("error.already_decided")
