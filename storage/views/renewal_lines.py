"""The one query shape behind every line that shows a renewal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, func, select

from scoring.health.model import Band
from scoring.health.standing import rules_named
from scoring.model import ContractStatus, Money, OpportunityKind, Segment, Stage
from scoring.permissions import Reach
from scoring.views import HealthLine, RenewalLine
from storage.renewal_models import RENEWAL_MODEL_IN_FORCE
from storage.repository import Repository
from storage.tables import accounts, contracts, health_scores, opportunities, people
from storage.views.reached import owner_of_term, team_of_term, terms_within

OWNER = people.alias("owner")
CLAIMER = people.alias("claimer")
_newer = opportunities.alias("newer")

# The latest opportunity of a term: a moved date may have opened a second one.
_LATEST = (
    select(func.max(_newer.c.countdown_no))
    .where(_newer.c.contract_id == contracts.c.id, _newer.c.kind == OpportunityKind.RENEWAL)
    .correlate(contracts)
    .scalar_subquery()
)
LATEST_OPPORTUNITY = and_(
    opportunities.c.contract_id == contracts.c.id,
    opportunities.c.kind == OpportunityKind.RENEWAL,
    opportunities.c.countdown_no == _LATEST,
)

HEALTH_COLUMNS = (
    health_scores.c.score.label("health_score"),
    health_scores.c.band.label("health_band"),
    health_scores.c.as_of.label("health_as_of"),
    health_scores.c.coverage.label("health_coverage"),
    health_scores.c.rules.label("health_rules"),
    health_scores.c.p_renew,
    ~RENEWAL_MODEL_IN_FORCE.label("p_is_default"),
)
"""What `health_line` reads; they come with an outer join on the customer."""


LINE_COLUMNS = (
    contracts.c.id,
    contracts.c.contract_no,
    contracts.c.account_id,
    accounts.c.name.label("account"),
    contracts.c.segment,
    contracts.c.status,
    contracts.c.product,
    contracts.c.starts_on,
    contracts.c.ends_on,
    contracts.c.cancel_by_on,
    contracts.c.arr,
    contracts.c.currency,
    contracts.c.seats,
    contracts.c.auto_renew,
    contracts.c.countdown_no,
    team_of_term.label("team"),
    OWNER.c.name.label("owner"),
    opportunities.c.id.label("opportunity_id"),
    opportunities.c.stage,
    opportunities.c.claimed_by_id,
    CLAIMER.c.name.label("claimed_by"),
    opportunities.c.claimed_at,
    opportunities.c.snoozed_until,
    opportunities.c.snooze_reason,
    opportunities.c.reason,
    *HEALTH_COLUMNS,
)
"""What every line reads, whether of a renewal or an expansion; who answers for it comes beside."""


def line_query() -> Select[Any]:
    """Terms with account, latest renewal opportunity, owner, claimer, and the customer's health."""
    return (
        select(
            *LINE_COLUMNS,
            owner_of_term.label("owner_id"),
        )
        .select_from(contracts)
        .join(accounts, accounts.c.id == contracts.c.account_id)
        .outerjoin(health_scores, health_scores.c.account_id == contracts.c.account_id)
        .outerjoin(opportunities, LATEST_OPPORTUNITY)
        .outerjoin(OWNER, OWNER.c.id == owner_of_term)
        .outerjoin(CLAIMER, CLAIMER.c.id == opportunities.c.claimed_by_id)
    )


# Asked with every message and most lines, so put together once.
_OF = line_query().where(contracts.c.id.in_(bindparam("ids", expanding=True)))


def renewal_line(row: Row[Any]) -> RenewalLine:
    """The line of a row of `line_query`."""
    return RenewalLine(
        contract_id=row.id,
        contract_no=row.contract_no,
        account_id=row.account_id,
        account=row.account,
        segment=Segment(row.segment),
        status=ContractStatus(row.status),
        product=row.product,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        cancel_by_on=row.cancel_by_on,
        arr=None if row.arr is None else Money(row.arr, row.currency),
        seats=row.seats,
        auto_renew=row.auto_renew,
        team=row.team,
        owner_id=row.owner_id,
        owner=row.owner,
        opportunity_id=row.opportunity_id,
        stage=None if row.stage is None else Stage(row.stage),
        claimed_by_id=row.claimed_by_id,
        claimed_by=row.claimed_by,
        claimed_at=row.claimed_at,
        snoozed_until=row.snoozed_until,
        snooze_reason=row.snooze_reason,
        reason=row.reason,
        countdown_no=row.countdown_no,
        health=health_line(row),
    )


def health_line(row: Row[Any]) -> HealthLine | None:
    """How the customer of a row with `HEALTH_COLUMNS` stood; None when never scored."""
    if row.health_score is None:
        return None
    return HealthLine(
        score=row.health_score,
        band=Band(row.health_band) if row.health_band else None,
        as_of=row.health_as_of,
        coverage=row.health_coverage,
        rules=rules_named(row.health_rules),
        p_renew=row.p_renew,
        p_is_default=bool(row.p_is_default),
    )


class RenewalLines(Repository):
    """Lines by contract."""

    async def of(self, contract_ids: Sequence[int]) -> dict[int, RenewalLine]:
        """Lines of a bounded number of terms by contract id, in one statement."""
        if not contract_ids:
            return {}
        rows = await self._connection.execute(_OF, {"ids": sorted(set(contract_ids))})
        return {row.id: renewal_line(row) for row in rows}

    async def running(
        self, account_ids: Sequence[int], reach: Reach, *, per_account: int = 5
    ) -> list[RenewalLine]:
        """Running terms of a few customers within reach, of each those that end first."""
        if not account_ids:
            return []
        of_account = func.row_number().over(
            partition_by=contracts.c.account_id,
            order_by=(contracts.c.countdown_on, contracts.c.id),
        )
        theirs = (
            select(contracts.c.id, of_account.label("place"))
            .join(accounts, accounts.c.id == contracts.c.account_id)
            .where(
                contracts.c.account_id.in_(sorted(set(account_ids))),
                contracts.c.status == ContractStatus.ACTIVE,
                terms_within(reach),
            )
            .subquery()
        )
        query = (
            line_query()
            .where(contracts.c.id.in_(select(theirs.c.id).where(theirs.c.place <= per_account)))
            .order_by(contracts.c.countdown_on, contracts.c.id)
        )
        return [renewal_line(row) for row in await self._connection.execute(query)]
