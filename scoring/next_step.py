"""The next best step, named from this customer's own facts [20]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from scoring.health.model import Band, Dimension
from scoring.model import Segment, Stage
from scoring.offers import DEFAULT_OFFERS, Offer, offer_for
from scoring.plays import DEFAULT_PLAYS, Play, Plays
from scoring.views import CustomerView, RenewalLine, SurveyLine

SILENT_DAYS = 30
"""Without a touch for so long, the first thing is to talk."""

FALLING = -0.15
"""Usage that fell by so much in three months has to be met with value (scoring.md)."""

PROPOSAL_DAYS = 90
"""So long before the next date the proposal goes out; earlier there is time to build on."""

FEW_FEATURES = 0.5
"""Below such a share of the features in use there is something left to show."""

LOW_ANSWER = {"nps": 6.0, "csat": 2.0}
"""At most so much is an unhappy answer."""

ANSWERED_DAYS = 90
"""An older unhappy answer was dealt with, or it is too late to ask about it."""


class Step(StrEnum):
    """What to do next; each has one sentence in the catalogues."""

    DECIDE_LAPSED = "decide_lapsed"
    CONFIRM_AUTO = "confirm_auto"
    CLAIM = "claim"
    CHASE_PAYMENT = "chase_payment"
    CLEAR_TICKET = "clear_ticket"
    NEW_CHAMPION = "new_champion"
    SHOW_VALUE = "show_value"
    ASK_WHY = "ask_why"
    CALL_CONTACT = "call_contact"
    FIRST_CALL = "first_call"
    FIND_CONTACT = "find_contact"
    SHOW_GOAL = "show_goal"
    SHOW_FEATURE = "show_feature"
    SHOW_FEATURES = "show_features"
    PLAY = "play"
    SEND_PROPOSAL = "send_proposal"
    FOLLOW_QUOTE = "follow_quote"
    CHASE_APPROVAL = "chase_approval"
    GET_SIGNATURE = "get_signature"


@dataclass(frozen=True, slots=True)
class NextStep:
    """A step with the fact behind it: a name, a ticket or invoice number, a fraction.

    `n` and `of` count (features used of those there are). `offer` is what could be offered with
    it, `play` what is usually done about a customer who stands so.
    """

    step: Step
    about: str = ""
    n: int = 0
    of: int = 0
    change: float = 0.0
    offer: Offer | None = None
    play: Play | None = None


_HELPS = {
    Step.CLEAR_TICKET: Dimension.SUPPORT,
    Step.NEW_CHAMPION: Dimension.RELATIONSHIP,
    Step.SHOW_VALUE: Dimension.USAGE,
    Step.ASK_WHY: Dimension.SENTIMENT,
    Step.SHOW_FEATURE: Dimension.ADOPTION,
    Step.SHOW_FEATURES: Dimension.ADOPTION,
}
"""The side of health that a step mends: offers that help there go with it."""


def next_step(
    renewal: RenewalLine,
    customer: CustomerView | None,
    today: date,
    offers: Sequence[Offer] = DEFAULT_OFFERS,
) -> NextStep | None:
    """The first thing that stands in the way of this renewal; None when it is decided."""
    if renewal.decided:
        return None
    if renewal.ends_on is not None and renewal.ends_on <= today and renewal.auto_renew:
        return NextStep(Step.CONFIRM_AUTO)
    if renewal.ends_on is not None and renewal.ends_on < today:
        return NextStep(Step.DECIDE_LAPSED)
    if renewal.claimed_by_id is None:
        return NextStep(Step.CLAIM)
    if customer is None:
        return _by_stage(renewal) or NextStep(Step.SEND_PROPOSAL)
    return customer_step(customer, renewal, today, offers)


def customer_step(
    customer: CustomerView,
    renewal: RenewalLine | None,
    today: date,
    offers: Sequence[Offer] = DEFAULT_OFFERS,
    plays: Plays = DEFAULT_PLAYS,
    band: Band | None = None,
) -> NextStep:
    """What to do about a customer, whoever works on the renewal: first what is in the way, then
    what the renewal waits for, then what could be better, then what is usual for their `band`."""
    if band is None and customer.health is not None:
        band = customer.health.band
    waiting = _by_stage(renewal) if renewal is not None and not renewal.decided else None
    step = (
        _obstacle(customer, today)
        or waiting
        or _opening(customer, today)
        or _proposal(renewal, today)
        or _play(plays, band, customer.segment)
        or NextStep(Step.SEND_PROPOSAL if renewal is not None else Step.FIND_CONTACT)
    )
    helps = _HELPS.get(step.step)
    if helps is None:
        return step
    return replace(step, offer=offer_for(offers, helps, customer.segment, step.about))


def _obstacle(customer: CustomerView, today: date) -> NextStep | None:
    if customer.overdue:
        return NextStep(Step.CHASE_PAYMENT, customer.overdue[0].invoice_no, customer.overdue_n)
    if customer.tickets:
        return NextStep(Step.CLEAR_TICKET, customer.tickets[0].ticket_no, customer.tickets_n)
    gone = _lost_champion(customer)
    if gone:
        return NextStep(Step.NEW_CHAMPION, gone)
    usage = customer.usage
    if usage is not None and usage.change is not None and usage.change <= FALLING:
        return NextStep(Step.SHOW_VALUE, change=usage.change)
    unhappy = next((one for one in customer.surveys if _unhappy(one, today)), None)
    if unhappy is not None:
        return NextStep(Step.ASK_WHY, unhappy.kind.upper(), change=unhappy.score)
    return _silence(customer, today)


def _lost_champion(customer: CustomerView) -> str:
    """Who spoke for us and left, when nobody else does."""
    champions = [contact for contact in customer.contacts if contact.role == "champion"]
    if any(contact.left_on is None for contact in champions):
        return ""
    return champions[0].name if champions else ""


def _unhappy(answer: SurveyLine, today: date) -> bool:
    recent = today - answer.answered_on <= timedelta(days=ANSWERED_DAYS)
    return recent and answer.score <= LOW_ANSWER.get(answer.kind, float("-inf"))


def _silence(customer: CustomerView, today: date) -> NextStep | None:
    last = customer.touches[0].at.date() if customer.touches else None
    if last is not None and (today - last).days <= SILENT_DAYS:
        return None
    reachable = [contact for contact in customer.contacts if contact.left_on is None]
    if not reachable:
        return NextStep(Step.FIND_CONTACT)
    deciders = [c for c in reachable if c.role == "decision_maker"]
    step = Step.FIRST_CALL if last is None else Step.CALL_CONTACT
    return NextStep(step, (deciders or reachable)[0].name)


def _opening(customer: CustomerView, today: date) -> NextStep | None:
    """A value not shown yet, or a part of the product that they do not use."""
    soon = today + timedelta(days=PROPOSAL_DAYS)
    for goal in customer.goals:
        if not goal.value_delivered and (goal.due_on is None or goal.due_on <= soon):
            return NextStep(Step.SHOW_GOAL, goal.goal)
    features = customer.features
    if features.unused:
        return NextStep(Step.SHOW_FEATURE, features.unused[0])
    used, available = features.used, features.available
    if used is not None and available and used < available * FEW_FEATURES:
        return NextStep(Step.SHOW_FEATURES, n=used, of=available)
    return None


def _by_stage(renewal: RenewalLine) -> NextStep | None:
    match renewal.stage:
        case Stage.PROPOSAL:
            return NextStep(Step.FOLLOW_QUOTE)
        case Stage.APPROVAL:
            return NextStep(Step.CHASE_APPROVAL)
        case Stage.COMMITTED:
            return NextStep(Step.GET_SIGNATURE)
    return None


def _proposal(renewal: RenewalLine | None, today: date) -> NextStep | None:
    if renewal is None or renewal.decided:
        return None
    on = renewal.next_on(today)
    if on is None or on > today + timedelta(days=PROPOSAL_DAYS):
        return None
    return NextStep(Step.SEND_PROPOSAL)


def _play(plays: Plays, band: Band | None, segment: Segment) -> NextStep | None:
    return None if band is None else NextStep(Step.PLAY, play=plays.of(band, segment))
