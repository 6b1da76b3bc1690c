"""Opportunities, and the contested changes to them: every one is a compare-and-set."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, bindparam, case, func, select, update

from scoring.model import ContractStatus, Opportunity, OpportunityKind, Stage
from storage.carrying import follow_countdowns
from storage.repository import Repository, insert_ignoring
from storage.tables import contracts, opportunities

_DECIDED = (Stage.WON, Stage.LOST)

# Asked with nearly every line, so put together once.
_BY_ID = select(opportunities).where(opportunities.c.id == bindparam("opportunity_id"))
_OF_CONTRACT = (
    select(opportunities)
    .where(
        opportunities.c.contract_id == bindparam("contract_id"),
        opportunities.c.kind == OpportunityKind.RENEWAL,
    )
    .order_by(opportunities.c.countdown_no.desc())
    .limit(1)
)


# Asked twice with every message, so put together once.
_VERSIONS = select(opportunities.c.id, opportunities.c.version).where(
    opportunities.c.id.in_(bindparam("ids", expanding=True))
)
_VERSIONS_LOCKED = _VERSIONS.order_by(opportunities.c.id).with_for_update(read=True)


class Opportunities(Repository):
    """What can be won."""

    async def get(self, opportunity_id: int) -> Opportunity | None:
        """The opportunity with this id."""
        found = await self._connection.execute(_BY_ID, {"opportunity_id": opportunity_id})
        row = found.one_or_none()
        return None if row is None else opportunity_of(row)

    async def of_contract(self, contract_id: int) -> Opportunity | None:
        """The latest renewal opportunity of a term."""
        found = await self._connection.execute(_OF_CONTRACT, {"contract_id": contract_id})
        row = found.one_or_none()
        return None if row is None else opportunity_of(row)

    async def of_account(self, account_id: int, *, limit: int = 20) -> list[Opportunity]:
        """A customer's opportunities, the latest first."""
        query = (
            select(opportunities)
            .where(opportunities.c.account_id == account_id)
            .order_by(opportunities.c.id.desc())
            .limit(limit)
        )
        return [opportunity_of(row) for row in await self._connection.execute(query)]

    async def open_for(
        self, contract_id: int, *, owner_id: int | None, now: datetime
    ) -> Opportunity:
        """The renewal opportunity of a term, opened when there is none yet."""
        row = (
            await self._connection.execute(
                select(
                    contracts.c.account_id,
                    contracts.c.team,
                    contracts.c.arr,
                    contracts.c.currency,
                    contracts.c.countdown_no,
                ).where(contracts.c.id == contract_id)
            )
        ).one()
        await self._connection.execute(
            insert_ignoring(self._connection, opportunities).values(
                kind=OpportunityKind.RENEWAL,
                contract_id=contract_id,
                countdown_no=row.countdown_no,
                account_id=row.account_id,
                stage=Stage.OPEN,
                opened_at=now,
                owner_id=owner_id,
                team=row.team,
                amount=row.arr,
                currency=row.currency,
                version=0,
            )
        )
        found = await self.of_contract(contract_id)
        if found is None:
            raise RuntimeError("an opportunity was written and cannot be read back")
        return found

    async def claim(self, opportunity_id: int, person_id: int, *, at: datetime) -> bool:
        """Whether this person got it: only the first of any number of claims does."""
        return await self._set(
            update(opportunities)
            .where(
                opportunities.c.id == opportunity_id,
                opportunities.c.claimed_by_id.is_(None),
                opportunities.c.stage.not_in(_DECIDED),
            )
            .values(claimed_by_id=person_id, claimed_at=at, touched_at=at)
        )

    async def release(self, opportunity_id: int, person_id: int) -> bool:
        """Whether the claim of this person was still there to be given back."""
        return await self._set(
            update(opportunities)
            .where(
                opportunities.c.id == opportunity_id,
                opportunities.c.claimed_by_id == person_id,
                opportunities.c.stage.not_in(_DECIDED),
            )
            .values(claimed_by_id=None, claimed_at=None)
        )

    async def claimed_by(self, person_id: int, *, limit: int) -> list[Opportunity]:
        """What somebody holds and is undecided, the oldest first."""
        query = (
            select(opportunities)
            .where(
                opportunities.c.claimed_by_id == person_id,
                opportunities.c.stage.not_in(_DECIDED),
            )
            .order_by(opportunities.c.id)
            .limit(limit)
        )
        return [opportunity_of(row) for row in await self._connection.execute(query)]

    async def assign(
        self, opportunity_id: int, *, expect: int | None, person_id: int, at: datetime
    ) -> bool:
        """Hand the claim over from `expect` (None: nobody); false when it moved meanwhile."""
        return await self._set(
            update(opportunities)
            .where(
                opportunities.c.id == opportunity_id,
                opportunities.c.claimed_by_id.is_(None)
                if expect is None
                else opportunities.c.claimed_by_id == expect,
                opportunities.c.stage.not_in(_DECIDED),
            )
            .values(claimed_by_id=person_id, claimed_at=at, touched_at=at)
        )

    async def move(
        self,
        opportunity_id: int,
        *,
        expect: Stage,
        to: Stage,
        at: datetime,
        reason: str | None = None,
        amount: Decimal | None = None,
    ) -> bool:
        """Change the stage from the one the caller saw; false when somebody else moved it."""
        changes: dict[str, Any] = {"stage": to, "decided_at": at if to.decided else None}
        changes["reason"] = reason
        if amount is not None:
            changes["amount"] = amount
        return await self._set(
            update(opportunities)
            .where(opportunities.c.id == opportunity_id, opportunities.c.stage == expect)
            .values(**changes)
        )

    async def follow_terms(self, *, seen_rev: int, up_to_rev: int, today: date) -> None:
        """Carry renewals over to the countdowns of terms that changed while they were opened."""
        await follow_countdowns(
            self._connection, seen_rev=seen_rev, up_to_rev=up_to_rev, today=today
        )

    async def settle_decided(self, *, clock_rev: int, at: datetime) -> None:
        """Decide the open renewals of terms that stopped being active under `clock_rev`."""
        stopped = select(contracts.c.id).where(
            contracts.c.clock_rev == clock_rev, contracts.c.status != ContractStatus.ACTIVE
        )
        renewed = (
            select(contracts.c.id)
            .where(
                contracts.c.id == opportunities.c.contract_id,
                contracts.c.status == ContractStatus.RENEWED,
            )
            .exists()
        )
        await self._set(
            update(opportunities)
            .where(
                opportunities.c.contract_id.in_(stopped),
                opportunities.c.kind == OpportunityKind.RENEWAL,
                opportunities.c.stage.not_in(_DECIDED),
            )
            .values(stage=case((renewed, Stage.WON.value), else_=Stage.LOST.value), decided_at=at)
        )

    async def snooze(
        self, opportunity_id: int, *, expect: date | None, until: date, reason: str
    ) -> bool:
        """Quiet until a day; false when the quiet the caller saw (`expect`) is another by now."""
        return await self._set(
            update(opportunities)
            .where(
                opportunities.c.id == opportunity_id,
                opportunities.c.stage.not_in(_DECIDED),
                opportunities.c.snoozed_until.is_(None)
                if expect is None
                else opportunities.c.snoozed_until == expect,
            )
            .values(snoozed_until=until, snooze_reason=reason)
        )

    async def touched(self, opportunity_id: int, *, at: datetime) -> None:
        """Note that somebody worked on it."""
        await self._set(
            update(opportunities).where(opportunities.c.id == opportunity_id).values(touched_at=at)
        )

    async def shown_anew(self, opportunity_id: int) -> None:
        """Note that what is shown of it changed, though nothing of its own did."""
        await self._set(update(opportunities).where(opportunities.c.id == opportunity_id))

    async def versions(
        self, opportunity_ids: Iterable[int], *, lock: bool = False
    ) -> dict[int, int]:
        """How often each was changed; with `lock`, nobody changes them before the transaction ends."""
        wanted = sorted(set(opportunity_ids))
        if not wanted:
            return {}
        query = _VERSIONS_LOCKED if lock else _VERSIONS
        rows = await self._connection.execute(query, {"ids": wanted})
        return {row.id: row.version for row in rows}

    async def count(self) -> int:
        """How many there are."""
        return (await self._connection.scalar(select(func.count()).select_from(opportunities))) or 0

    async def _set(self, statement: Any) -> bool:
        result = await self._connection.execute(
            statement.values(version=opportunities.c.version + 1)
        )
        return bool(result.rowcount)


def opportunity_of(row: Row[Any]) -> Opportunity:
    """An opportunity from a row that has all its columns."""
    return Opportunity(
        id=row.id,
        kind=OpportunityKind(row.kind),
        contract_id=row.contract_id,
        account_id=row.account_id,
        stage=Stage(row.stage),
        opened_at=row.opened_at,
        owner_id=row.owner_id,
        claimed_by_id=row.claimed_by_id,
        claimed_at=row.claimed_at,
        team=row.team,
        amount=row.amount,
        currency=row.currency,
        snoozed_until=row.snoozed_until,
        snooze_reason=row.snooze_reason,
        decided_at=row.decided_at,
        reason=row.reason,
        version=row.version,
    )
