"""Lists of renewals and expansions: what they are asked for, and a page of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from scoring.health.model import Band
from scoring.model import Segment
from scoring.permissions import Reach
from scoring.views import RenewalLine


class DueScope(StrEnum):
    """Whose renewals a list shows."""

    MINE = "mine"
    TEAM = "team"
    PERSON = "person"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class DueAsk:
    """What a list of renewals is asked for; `reach` is applied on top, never widened by it.

    `person_id` goes with MINE and PERSON, `team` with TEAM. `amount_from` keeps only terms in
    `currency` of at least so much, among those whose amount the asker sees (`amounts_of`).
    `bands` keeps only customers in one of them, `p_from` and `p_below` those whose renewal
    probability is known and at least, or less than, so much. With `open_ended` terms without an
    end are in it too, last. `page` counts from 1.
    """

    from_on: date
    to_on: date
    scope: DueScope = DueScope.ALL
    person_id: int | None = None
    team: str | None = None
    segment: Segment | None = None
    product: str | None = None
    amount_from: Decimal | None = None
    currency: str = ""
    amounts_of: Reach = field(default_factory=Reach)
    unclaimed: bool = False
    bands: frozenset[Band] = frozenset()
    p_from: float | None = None
    p_below: float | None = None
    open_ended: bool = False
    page: int = 1
    page_size: int = 10


@dataclass(frozen=True, slots=True)
class ExpansionAsk:
    """What a list of expansions is asked for, as `DueAsk` says it.

    Those that rest are left out unless `snoozed`: they are somebody's, who knows why.
    """

    today: date
    scope: DueScope = DueScope.ALL
    person_id: int | None = None
    team: str | None = None
    segment: Segment | None = None
    amount_from: Decimal | None = None
    currency: str = ""
    amounts_of: Reach = field(default_factory=Reach)
    unclaimed: bool = False
    snoozed: bool = False
    page: int = 1
    page_size: int = 10


class _Ask(Protocol):
    """What every list is asked for."""

    @property
    def page(self) -> int: ...

    @property
    def page_size(self) -> int: ...


Asked = TypeVar("Asked", bound=_Ask)


@dataclass(frozen=True, slots=True)
class Page(Generic[Asked]):
    """One page of a list; `total` counts up to `counted_to` only."""

    ask: Asked
    rows: tuple[RenewalLine, ...]
    total: int
    counted_to: int = 100

    @property
    def more_than_counted(self) -> bool:
        """Whether there are at least as many as were counted."""
        return self.total >= self.counted_to

    @property
    def has_next(self) -> bool:
        """Whether another page follows."""
        return self.total > self.ask.page * self.ask.page_size


@dataclass(frozen=True, slots=True)
class DuePage(Page[DueAsk]):
    """Renewals by value x risk x time."""


@dataclass(frozen=True, slots=True)
class ExpansionPage(Page[ExpansionAsk]):
    """Expansions, the largest first."""
