"""Opening expansions, set by set: where one may be opened, the new rows, and who is told of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Column,
    MetaData,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    update,
)

from scoring.model import ContractStatus, DeliveryState, OpportunityKind, Stage
from storage.columns import Instant, RowId
from storage.contracts import IN_ONE_STATEMENT
from storage.countdown_routes import Route, write_routes
from storage.origin import current_origin
from storage.repository import Repository, insert_ignoring
from storage.ruled_owner import ruled_owner
from storage.tables import accounts, arr_steps, contracts, deliveries, opportunities
from storage.views.reached import team_of_term

_DECIDED = (Stage.WON, Stage.LOST)
_OVER = (ContractStatus.LOST, ContractStatus.CANCELLED)

_told = Table(
    "expansions_told",
    MetaData(),
    Column("id", RowId, primary_key=True, autoincrement=False),
    Column("owner_id", RowId),
    Column("team", Text),
    prefixes=["TEMPORARY"],
)

# Who answers for it, where they can be told; else the team's places; else the leads.
_HEARS = """
    r.audience = 'person' AND r.subject_id = n.owner_id
    OR r.audience = 'team' AND r.team = n.team
       AND NOT EXISTS (SELECT 1 FROM tick_routes f
                       WHERE f.audience = 'person' AND f.subject_id = n.owner_id)
    OR r.audience = 'lead'
       AND r.team = CASE WHEN n.team IN (SELECT team FROM tick_routes WHERE audience = 'lead')
                         THEN n.team ELSE '' END
       AND NOT EXISTS (SELECT 1 FROM tick_routes f
                       WHERE f.audience = 'person' AND f.subject_id = n.owner_id)
       AND NOT EXISTS (SELECT 1 FROM tick_routes f
                       WHERE f.audience = 'team' AND f.team = n.team)
"""


@dataclass(frozen=True, slots=True)
class Growing:
    """A customer's main running term, where no expansion is open or rests.

    `owner_id` is whom the rule of renewals names, `round` the number the next expansion gets.
    """

    account_id: int
    contract_id: int
    arr: Decimal | None
    currency: str
    team: str | None
    owner_id: int | None
    round: int


@dataclass(frozen=True, slots=True)
class NewExpansion:
    """An expansion to be opened on such a term."""

    growing: Growing
    owner_id: int | None
    amount: Decimal | None
    why: Mapping[str, object]


class Expansions(Repository):
    """Expansions as a set."""

    async def growing(
        self, account_ids: Iterable[int], *, today: date, decided_before: datetime
    ) -> list[Growing]:
        """Of those customers, each that has a running term and no expansion in the way.

        In the way are one that is undecided, and one decided at or after `decided_before`. The main
        term is the one with the largest annual amount, of equal ones that which runs longest.
        """
        wanted = sorted(set(account_ids))
        found: list[Growing] = []
        for start in range(0, len(wanted), IN_ONE_STATEMENT):
            query = _growing(today, decided_before)
            rows = await self._connection.execute(
                query.where(contracts.c.account_id.in_(wanted[start : start + IN_ONE_STATEMENT]))
            )
            of_account: dict[int, Growing] = {}
            for row in rows:  # the best first
                of_account.setdefault(row.account_id, Growing(**row._mapping))
            found += of_account.values()
        return found

    async def open(self, new: Sequence[NewExpansion], *, now: datetime) -> list[int]:
        """Write them; returns the ids of those that nobody opened meanwhile."""
        opened: list[int] = []
        for start in range(0, len(new), IN_ONE_STATEMENT):
            rows = await self._connection.execute(
                insert_ignoring(self._connection, opportunities).returning(opportunities.c.id),
                [_row(one, now) for one in new[start : start + IN_ONE_STATEMENT]],
            )
            opened += rows.scalars()
        return opened

    async def announce(
        self, opened: Sequence[int], routes: Sequence[Route], *, now: datetime
    ) -> int:
        """Put a row per expansion and recipient into the outbox; returns how many.

        Told is who answers for it; where nobody can be, the team's places; else the leads.
        """
        if not opened:
            return 0
        await write_routes(self._connection, routes)
        await self._connection.execute(text(f"DROP TABLE IF EXISTS {_told.name}"))
        await self._connection.run_sync(lambda sync: _told.create(sync, checkfirst=False))
        for start in range(0, len(opened), IN_ONE_STATEMENT):
            some = opened[start : start + IN_ONE_STATEMENT]
            await self._connection.execute(
                insert(_told).from_select(
                    ["id", "owner_id", "team"],
                    select(
                        opportunities.c.id, opportunities.c.owner_id, opportunities.c.team
                    ).where(opportunities.c.id.in_(some)),
                )
            )
        postgresql = self._connection.dialect.name == "postgresql"
        facts = "CAST('{}' AS JSONB)" if postgresql else "'{}'"
        result = await self._connection.execute(
            text(
                f"""
                INSERT INTO deliveries (key, kind, platform, place, person_id, opportunity_id,
                                        facts, state, due_at, attempts, audience, created_at,
                                        origin)
                SELECT 'expansion:' || n.id || ':' || r.platform || ':' || r.place, 'expansion',
                       r.platform, r.place, r.person_id, n.id, {facts}, 'waiting', r.due_at, 0,
                       count(*) OVER (PARTITION BY n.id), :now, CAST(:origin AS TEXT)
                FROM expansions_told n CROSS JOIN tick_routes r
                WHERE {_HEARS}
                ON CONFLICT DO NOTHING
                """  # noqa: S608 - fragments of our own
            ).bindparams(bindparam("now", type_=Instant())),
            {"now": now, "origin": current_origin()},
        )
        return max(result.rowcount, 0)

    async def tell_after_all(self, opportunity_id: int) -> None:
        """Let withdrawn rows of an expansion wait again: what withdrew them was taken back."""
        await self._connection.execute(
            update(deliveries)
            .where(
                deliveries.c.opportunity_id == opportunity_id,
                deliveries.c.kind == "expansion",
                deliveries.c.state == DeliveryState.SUPERSEDED,
            )
            .values(state=DeliveryState.WAITING, batch=None, error=None)
        )

    async def steps(self, contract_id: int) -> dict[date, Decimal]:
        """What a term costs a year from certain days on."""
        rows = await self._connection.execute(
            select(arr_steps.c.from_on, arr_steps.c.arr)
            .where(arr_steps.c.contract_id == contract_id)
            .order_by(arr_steps.c.from_on)
        )
        return {row.from_on: row.arr for row in rows}

    async def put_steps(self, contract_id: int, steps: Mapping[date, Decimal]) -> None:
        """Let these be all steps of a term."""
        await self._connection.execute(
            delete(arr_steps).where(arr_steps.c.contract_id == contract_id)
        )
        if steps:
            await self._connection.execute(
                insert(arr_steps),
                [
                    {"contract_id": contract_id, "from_on": on, "arr": arr}
                    for on, arr in sorted(steps.items())
                ],
            )


def _growing(today: date, decided_before: datetime) -> Any:
    earlier = opportunities.alias("earlier")
    of_term = contracts.alias("of_earlier")
    rounds = (
        select(func.count())
        .where(
            earlier.c.account_id == contracts.c.account_id,
            earlier.c.kind == OpportunityKind.EXPANSION,
        )
        .correlate(contracts)
        .scalar_subquery()
    )
    in_the_way = exists().where(
        earlier.c.account_id == contracts.c.account_id,
        earlier.c.kind == OpportunityKind.EXPANSION,
        of_term.c.id == earlier.c.contract_id,
        or_(
            and_(earlier.c.stage.not_in(_DECIDED), of_term.c.status.not_in(_OVER)),
            earlier.c.decided_at >= decided_before,
        ),
    )
    owner = literal_column(ruled_owner(contract="contracts", account="accounts"), RowId)
    return (
        select(
            contracts.c.account_id,
            contracts.c.id.label("contract_id"),
            contracts.c.arr,
            contracts.c.currency,
            team_of_term.label("team"),
            owner.label("owner_id"),
            (rounds + 1).label("round"),
        )
        .join(accounts, accounts.c.id == contracts.c.account_id)
        .where(
            contracts.c.status == ContractStatus.ACTIVE,
            or_(contracts.c.ends_on.is_(None), contracts.c.ends_on >= today),
            ~in_the_way,
        )
        .order_by(
            contracts.c.account_id,
            contracts.c.arr.is_(None),
            contracts.c.arr.desc(),
            contracts.c.ends_on.is_not(None),
            contracts.c.ends_on.desc(),
            contracts.c.id,
        )
    )


def _row(new: NewExpansion, now: datetime) -> dict[str, Any]:
    term = new.growing
    return {
        "kind": OpportunityKind.EXPANSION,
        "contract_id": term.contract_id,
        "countdown_no": term.round,
        "account_id": term.account_id,
        "stage": Stage.OPEN,
        "opened_at": now,
        "owner_id": new.owner_id,
        "team": term.team,
        "amount": new.amount,
        "currency": term.currency,
        "why": dict(new.why),
        "version": 0,
    }
