"""What cards and lists show, as values: queries fill them, permissions thin them, cards draw them.

A field that a viewer may not see is None and the view's `shows_…` flag is False; a field that
nobody knows is None with the flag True.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from scoring.health.model import Band
from scoring.model import (
    Anchor,
    ContractStatus,
    Money,
    OpportunityKind,
    Segment,
    Stage,
    TouchKind,
)


@dataclass(frozen=True, slots=True)
class HealthLine:
    """How a customer stood when they were last scored, in one line.

    `band` is None for "not enough data"; `rules` are the hard rules that say yes. `p_renew` is the
    renewal probability, None while nothing predicts it; `p_is_default` says that nothing was
    learned for it.
    """

    score: float
    band: Band | None
    as_of: date
    coverage: float = 1.0
    rules: frozenset[str] = frozenset()
    p_renew: float | None = None
    p_is_default: bool = False


@dataclass(frozen=True, slots=True)
class RenewalLine:
    """One term with its renewal: what a line of a list and the head of an alert show."""

    contract_id: int
    contract_no: str
    account_id: int
    account: str
    segment: Segment
    status: ContractStatus
    product: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    cancel_by_on: date | None = None
    arr: Money | None = None
    seats: int | None = None
    auto_renew: bool = False
    team: str | None = None
    owner_id: int | None = None
    owner: str | None = None
    opportunity_id: int | None = None
    stage: Stage | None = None
    claimed_by_id: int | None = None
    claimed_by: str | None = None
    claimed_at: datetime | None = None
    snoozed_until: date | None = None
    snooze_reason: str | None = None
    reason: str | None = None
    countdown_no: int = 1
    shows_amount: bool = True
    health: HealthLine | None = None
    kind: OpportunityKind = OpportunityKind.RENEWAL
    expected: Money | None = None
    """What an expansion adds a year: estimated, once won what it was."""
    why: Mapping[str, object] = field(default_factory=dict)
    """The facts that speak for an expansion; names and units in `scoring.expansion`."""

    @property
    def expansion(self) -> bool:
        """Whether it is about more of the term instead of the next one."""
        return self.kind is OpportunityKind.EXPANSION

    @property
    def word(self) -> str:
        """How buttons name it."""
        if self.expansion:
            return f"E-{self.opportunity_id}"
        return f"R-{self.opportunity_id}" if self.opportunity_id else f"C#{self.contract_id}"

    @property
    def countdown_on(self) -> date | None:
        """The date that matters next: the cancel-by date where there is one, else the end."""
        return self.cancel_by_on or self.ends_on

    @property
    def decided(self) -> bool:
        """Whether there is nothing left to do. A renewed term can still grow, an ended one not."""
        if self.expansion:
            over = self.status in (ContractStatus.LOST, ContractStatus.CANCELLED)
            return over or bool(self.stage and self.stage.decided)
        return self.status is not ContractStatus.ACTIVE or bool(self.stage and self.stage.decided)

    def next_on(self, today: date) -> date | None:
        """The date that is still ahead: to give notice, then to end; after both, the end."""
        if self.cancel_by_on is not None and self.cancel_by_on >= today:
            return self.cancel_by_on
        return self.ends_on


@dataclass(frozen=True, slots=True)
class ContactLine:
    """Somebody at the customer. `role` is a contact role where it is one of ours."""

    name: str
    role: str | None = None
    title: str | None = None
    email: str | None = None
    phone: str | None = None
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class TouchLine:
    """One time we were in contact; `who` is our side."""

    kind: TouchKind
    at: datetime
    who: str | None = None
    contact: str | None = None
    note: str | None = None
    next_on: date | None = None


@dataclass(frozen=True, slots=True)
class TicketLine:
    """An unresolved ticket."""

    ticket_no: str
    opened_on: date
    severity: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class OverdueLine:
    """An invoice past its day."""

    invoice_no: str
    due_on: date
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class SurveyLine:
    """A latest answer: `nps` from 0 to 10, `csat` from 1 to 5."""

    kind: str
    score: float
    answered_on: date
    respondent: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class UsageTrend:
    """Active users now and about three months ago; `change` is a fraction, None when unknown."""

    active: float
    observed_on: date
    before: float | None = None
    before_on: date | None = None
    licensed: float | None = None

    @property
    def change(self) -> float | None:
        """The change over the time between, as a fraction of what it was."""
        return None if not self.before else self.active / self.before - 1


@dataclass(frozen=True, slots=True)
class FeatureUse:
    """How much of the product is used: features used of those there are, None when unknown.

    `unused` are features that somebody reports by name and that nobody at the customer uses.
    """

    used: int | None = None
    available: int | None = None
    unused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MoodLine:
    """Our own impression of the customer, from -2 to +2, by whom and when."""

    value: float
    observed_on: date
    who: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class EventLine:
    """A campaign or event and how the customer answered."""

    event: str
    held_on: date
    response: str | None = None


@dataclass(frozen=True, slots=True)
class GoalLine:
    """What the customer expects, and what was delivered of it."""

    goal: str
    due_on: date | None = None
    value_delivered: str | None = None


@dataclass(frozen=True, slots=True)
class CustomerView:
    """Everything the customer card shows. Counts are of all, lists hold only the first few."""

    account_id: int
    name: str
    segment: Segment
    team: str | None = None
    csm_id: int | None = None
    csm: str | None = None
    account_executive_id: int | None = None
    account_executive: str | None = None
    industry: str | None = None
    region: str | None = None
    custom: dict[str, str] = field(default_factory=dict)
    renewals: tuple[RenewalLine, ...] = ()
    contracts_n: int = 0
    contacts: tuple[ContactLine, ...] = ()
    touches: tuple[TouchLine, ...] = ()
    tickets: tuple[TicketLine, ...] = ()
    tickets_n: int = 0
    overdue: tuple[OverdueLine, ...] = ()
    overdue_n: int = 0
    surveys: tuple[SurveyLine, ...] = ()
    usage: UsageTrend | None = None
    events: tuple[EventLine, ...] = ()
    goals: tuple[GoalLine, ...] = ()
    health: HealthLine | None = None
    features: FeatureUse = field(default_factory=FeatureUse)
    mood: MoodLine | None = None
    shows_notes: bool = True
    shows_contact_details: bool = True

    @property
    def owner_id(self) -> int | None:
        """Who answers for the customer as a whole."""
        return self.csm_id or self.account_executive_id


@dataclass(frozen=True, slots=True)
class AlertView:
    """A milestone of one renewal, with what the reader needs to act on it.

    `since_on` is the day of the milestone told before: what changed counts from there.
    """

    renewal: RenewalLine
    anchor: Anchor
    offset: int
    today: date
    since_on: date | None = None
    customer: CustomerView | None = None
    escalated: bool = False

    @property
    def lapsed(self) -> bool:
        """Whether the term is over and nothing was decided."""
        return self.offset < 0

    @property
    def renews_itself(self) -> bool:
        """Whether this is the end day of a term that goes on by itself."""
        return self.anchor is Anchor.END and self.offset == 0 and self.renewal.auto_renew
