"""The rules of the house: everything in brackets in the catalogue of features, as one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from scoring.expansion import USUAL_SHARE
from scoring.milestones import Schedule
from scoring.model import Locale, Person
from scoring.offers import DEFAULT_OFFERS, Offer
from scoring.workdays import QuietHours, WorkCalendar
from scoring.zones import zone_named


@dataclass(frozen=True, slots=True)
class TeamPlaces:
    """Where a team hears its alerts, as (platform, place), and who leads it by name."""

    team: str
    places: tuple[tuple[str, str], ...] = ()
    lead: str | None = None


@dataclass(frozen=True, slots=True)
class AlertRules:
    """How often people are interrupted, and for how long a warning that was told stays quiet."""

    per_day: int = 5
    """Messages with alerts that one person gets in a day; 0 leaves all to the digest."""
    digest_at: time = time(9, 30)
    """When the digest comes, by the clock of its reader."""
    quiet_days: int = 14
    """The same reason is not given again for so long, unless it is graver."""
    acted_within_days: int = 7
    """An alert that nobody did anything about for so long counts as ignored."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Configuration that use cases need, already validated. Handed down, never looked up."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    locale: Locale = Locale.ZH
    base_currency: str = "CNY"
    schedule: Schedule = field(default_factory=Schedule)
    hours: QuietHours = field(default_factory=QuietHours)
    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    teams: tuple[TeamPlaces, ...] = ()
    escalate_after_h: int = 24
    undo_minutes: int = 10
    page_size: int = 10
    amounts_in_shared_places: bool = False
    proof_horizon_days: int = 120
    audit_every: timedelta = timedelta(hours=1)
    """How soon a row deleted by hand is noticed (reliability.md, F15)."""
    alerts: AlertRules = field(default_factory=AlertRules)
    expansion_rest_days: int = 180
    """After an expansion was decided, how long the customer is not offered another one."""
    expansion_share: Decimal = USUAL_SHARE
    """What an expansion is estimated to add to the annual amount, where nothing says more."""
    platform_order: tuple[str, ...] = ("wecom", "slack")
    """Which platform tells a person who has both."""
    wecom_direct: str = "user"
    """How WeCom reaches one person: `user` (the app) or `bot` (the AI bot's direct chat)."""
    wecom_bot_pushes: bool = True
    """Whether the AI bot may speak first; as a callback it only answers."""

    offers: tuple[Offer, ...] = DEFAULT_OFFERS
    """Services and trainings that a next step can propose."""

    public_url: str = ""
    """Where people's browsers reach us, for links to customers; empty: nowhere."""

    def zone_of(self, person: Person | None) -> ZoneInfo:
        """A person's time zone; the organisation's where theirs is not set or no place on earth.

        One unreadable zone must not keep the clock's work from everybody else.
        """
        own = zone_named(person.time_zone) if person is not None and person.time_zone else None
        return own or self.zone

    def hours_of(self, person: Person | None) -> QuietHours:
        """When a person may be disturbed, by the clock of their zone; a place has the house's."""
        return self.hours if person is None else person.hours or self.hours
