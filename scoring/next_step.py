"""The next best step of a renewal, named from this customer's own facts [20]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from scoring.model import Stage
from scoring.views import CustomerView, RenewalLine

SILENT_DAYS = 30
"""Without a touch for so long, the first thing is to talk."""

FALLING = -0.15
"""Usage that fell by so much in three months has to be met with value (scoring.md)."""


class Step(StrEnum):
    """What to do next; each has one sentence in the catalogues."""

    DECIDE_LAPSED = "decide_lapsed"
    CONFIRM_AUTO = "confirm_auto"
    CLAIM = "claim"
    CHASE_PAYMENT = "chase_payment"
    CLEAR_TICKET = "clear_ticket"
    SHOW_VALUE = "show_value"
    CALL_CONTACT = "call_contact"
    FIRST_CALL = "first_call"
    FIND_CONTACT = "find_contact"
    SEND_PROPOSAL = "send_proposal"
    FOLLOW_QUOTE = "follow_quote"
    CHASE_APPROVAL = "chase_approval"
    GET_SIGNATURE = "get_signature"


@dataclass(frozen=True, slots=True)
class NextStep:
    """A step with the fact behind it: a name, a ticket or invoice number, a fraction."""

    step: Step
    about: str = ""
    n: int = 0
    change: float = 0.0


def next_step(renewal: RenewalLine, customer: CustomerView | None, today: date) -> NextStep | None:
    """The first thing that stands in the way of this renewal; None when it is decided."""
    if renewal.decided:
        return None
    if renewal.ends_on is not None and renewal.ends_on <= today and renewal.auto_renew:
        return NextStep(Step.CONFIRM_AUTO)
    if renewal.ends_on is not None and renewal.ends_on < today:
        return NextStep(Step.DECIDE_LAPSED)
    if renewal.claimed_by_id is None:
        return NextStep(Step.CLAIM)
    obstacle = _obstacle(customer, today) if customer else None
    return obstacle or _by_stage(renewal)


def _obstacle(customer: CustomerView, today: date) -> NextStep | None:
    if customer.overdue:
        return NextStep(Step.CHASE_PAYMENT, customer.overdue[0].invoice_no, customer.overdue_n)
    if customer.tickets:
        return NextStep(Step.CLEAR_TICKET, customer.tickets[0].ticket_no, customer.tickets_n)
    usage = customer.usage
    if usage is not None and usage.change is not None and usage.change <= FALLING:
        return NextStep(Step.SHOW_VALUE, change=usage.change)
    last = customer.touches[0].at.date() if customer.touches else None
    if last is None or (today - last).days > SILENT_DAYS:
        reachable = [contact for contact in customer.contacts if contact.left_on is None]
        if not reachable:
            return NextStep(Step.FIND_CONTACT)
        deciders = [c for c in reachable if c.role == "decision_maker"]
        step = Step.FIRST_CALL if last is None else Step.CALL_CONTACT
        return NextStep(step, (deciders or reachable)[0].name)
    return None


def _by_stage(renewal: RenewalLine) -> NextStep:
    match renewal.stage:
        case Stage.PROPOSAL:
            return NextStep(Step.FOLLOW_QUOTE)
        case Stage.APPROVAL:
            return NextStep(Step.CHASE_APPROVAL)
        case Stage.COMMITTED:
            return NextStep(Step.GET_SIGNATURE)
        case _:
            return NextStep(Step.SEND_PROPOSAL)
