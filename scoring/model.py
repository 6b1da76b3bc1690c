"""The nouns of the trade as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from scoring.workdays import QuietHours


class Role(StrEnum):
    """What somebody is in the team; permissions hang on it."""

    REP = "rep"
    LEAD = "lead"
    ADMIN = "admin"
    VIEWER = "viewer"
    FINANCE = "finance"


class Segment(StrEnum):
    """How much an account is worth to us; decides the milestone schedule."""

    STRATEGIC = "strategic"
    CORE = "core"
    STANDARD = "standard"


class ContractStatus(StrEnum):
    """Whether a term still counts down. Only `active` terms do."""

    ACTIVE = "active"
    RENEWED = "renewed"
    LOST = "lost"
    CANCELLED = "cancelled"


class OpportunityKind(StrEnum):
    """What may be won: the next term, or more of it."""

    RENEWAL = "renewal"
    EXPANSION = "expansion"


class Stage(StrEnum):
    """How far an opportunity has come."""

    OPEN = "open"
    CONTACTED = "contacted"
    PROPOSAL = "proposal"
    APPROVAL = "approval"
    COMMITTED = "committed"
    WON = "won"
    LOST = "lost"
    LAPSED = "lapsed"

    @property
    def decided(self) -> bool:
        """Whether nothing more can happen to it; a lapsed renewal can still be won."""
        return self in (Stage.WON, Stage.LOST)


class Movement(StrEnum):
    """How a won expansion grew the customer: more of the same, or something else besides."""

    UPSELL = "upsell"
    CROSS_SELL = "cross_sell"


class LossReason(StrEnum):
    """Why a customer did not renew; required, so that the reasons can be counted."""

    PRICE = "price"
    COMPETITOR = "competitor"
    NO_USE = "no_use"
    PRODUCT_GAP = "product_gap"
    SERVICE = "service"
    BUDGET = "budget"
    CHAMPION_LEFT = "champion_left"
    CLOSED = "closed"
    OTHER = "other"


class TouchKind(StrEnum):
    """How we were in contact."""

    CALL = "call"
    MEETING = "meeting"
    VISIT = "visit"
    EMAIL = "email"
    MESSAGE = "message"
    EVENT = "event"
    NOTE = "note"


class ContactRole(StrEnum):
    """What a contact decides."""

    CHAMPION = "champion"
    DECISION_MAKER = "decision_maker"
    USER = "user"
    FINANCE = "finance"


class Anchor(StrEnum):
    """The date a milestone counts down to."""

    END = "end"
    CANCEL_BY = "cancel_by"


class DeliveryState(StrEnum):
    """Where a delivery stands; the machine is drawn in docs/delivery.md."""

    WAITING = "waiting"
    LEASED = "leased"
    AMBIGUOUS = "ambiguous"
    SENT = "sent"
    FAILED = "failed"
    REVIEW = "review"
    SUPERSEDED = "superseded"


class Platform(StrEnum):
    """Where people talk. `text` is the command line and tests."""

    TEXT = "text"
    SLACK = "slack"
    WECOM = "wecom"


class Locale(StrEnum):
    """The languages of the catalogues."""

    EN = "en"
    ZH = "zh_CN"

    @classmethod
    def of(cls, tag: str | None, default: Locale | None = None) -> Locale:
        """The catalogue for a language tag such as `zh`, `zh-Hans`, `en_GB`."""
        head = (tag or "").replace("-", "_").split("_")[0].lower()
        if head in ("zh", "cn"):
            return cls.ZH
        if head == "en":
            return cls.EN
        return default or cls.EN


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in an ISO 4217 currency."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who uses the bot or owns customers; not `linked` when only read in a file.

    `hours` are when they may be disturbed, None: the house's. Who left the company (`left_on`) is not linked any more, whatever a sheet says.
    """

    id: int
    name: str
    role: Role
    team: str | None = None
    slack_id: str | None = None
    wecom_id: str | None = None
    email: str | None = None
    locale: Locale | None = None
    time_zone: str | None = None
    manager_id: int | None = None
    linked: bool = True
    left_on: date | None = None
    hours: QuietHours | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A customer."""

    id: int
    name: str
    segment: Segment = Segment.STANDARD
    team: str | None = None
    csm_id: int | None = None
    account_executive_id: int | None = None
    industry: str | None = None
    region: str | None = None
    external_id: str | None = None
    aliases: tuple[str, ...] = ()
    custom: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contract:
    """One term. `arr` is annualised, None when unknown; `ends_on` None means open-ended."""

    id: int
    account_id: int
    contract_no: str
    product: str | None
    starts_on: date | None
    ends_on: date | None
    arr: Decimal | None
    currency: str
    status: ContractStatus = ContractStatus.ACTIVE
    owner_id: int | None = None
    team: str | None = None
    seats: int | None = None
    auto_renew: bool = False
    notice_days: int | None = None
    cancel_by_on: date | None = None
    signed_on: date | None = None
    cancelled_on: date | None = None
    revision: int = 0
    custom: dict[str, str] = field(default_factory=dict)

    @property
    def countdown_on(self) -> date | None:
        """The date that matters next: the cancel-by date where there is one, else the end."""
        return self.cancel_by_on or self.ends_on


@dataclass(frozen=True, slots=True)
class Opportunity:
    """The renewal (or expansion) of one contract, to be claimed, staged and decided.

    `owner_id` answers for the account, `claimed_by_id` works on this one.
    """

    id: int
    kind: OpportunityKind
    contract_id: int
    account_id: int
    stage: Stage
    opened_at: datetime
    owner_id: int | None = None
    claimed_by_id: int | None = None
    claimed_at: datetime | None = None
    team: str | None = None
    amount: Decimal | None = None
    currency: str = "CNY"
    snoozed_until: date | None = None
    snooze_reason: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None
    version: int = 0

    @property
    def code(self) -> str:
        """The name used in chat lines and buttons: `R-42` a renewal, `E-43` an expansion."""
        return f"{'E' if self.expansion else 'R'}-{self.id}"

    @property
    def expansion(self) -> bool:
        """Whether it is about more of a term, which goes on whatever becomes of this."""
        return self.kind is OpportunityKind.EXPANSION
