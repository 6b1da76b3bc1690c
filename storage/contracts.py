"""Contracts: the terms that end on a date."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, func, select, union_all, update

from scoring.milestones import Schedule, cancel_by, due_month, restarts_countdown
from scoring.model import Contract, ContractStatus, OpportunityKind
from scoring.priority import priority
from storage.bulk import bulk_insert
from storage.carrying import carry_expansions, follow_countdown
from storage.repository import Repository
from storage.tables import accounts, contracts, ledger, opportunities, renewals
from storage.views.reached import team_of_term

IN_ONE_STATEMENT = 5000
"""How many values one statement asks for; SQLite takes at most 32,766 parameters."""

# Asked with nearly every line, so put together once.
_BY_ID = select(contracts).where(contracts.c.id == bindparam("contract_id"))
_KNOWN_NUMBERS = (
    select(contracts.c.number_key)
    .where(contracts.c.number_key.in_(bindparam("keys", expanding=True)))
    .distinct()
)


def number_key(contract_no: str) -> str:
    """How contract numbers are compared when somebody types one: without case or width."""
    if not contract_no.isascii():
        contract_no = unicodedata.normalize("NFKC", contract_no)
    return contract_no.casefold().strip()


def derived(values: dict[str, Any]) -> dict[str, Any]:
    """The columns that follow from the others: number's key, countdown date, month, priority."""
    ends_on = values.get("ends_on")
    last_notice_on = cancel_by(ends_on, values.get("notice_days"))
    countdown_on = last_notice_on or ends_on
    return {
        "number_key": number_key(values["contract_no"]),
        "cancel_by_on": last_notice_on,
        "countdown_on": countdown_on,
        "due_month": due_month(countdown_on),
        "priority": priority(values.get("arr"), countdown_on),
    }


def changed(before: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`derived` of a row after `changes`; its customer's risk stays in the order of work."""
    found = derived({**before, **changes})
    # In logarithms what the risk adds is what is there beyond value and time.
    neutral = priority(before.get("arr"), before.get("countdown_on"))
    found["priority"] += before.get("priority", neutral) - neutral
    return found


# Asked with every alert, so put together once.
_TOLD = (
    select(ledger.c.anchor, ledger.c.offset_days, ledger.c.fired_on)
    .where(ledger.c.contract_id == bindparam("of_contract"), ledger.c.state == "due")
    .order_by(ledger.c.fired_at.desc(), ledger.c.offset_days)
)


class Contracts(Repository):
    """The terms."""

    async def get(self, contract_id: int) -> Contract | None:
        """The contract with this id."""
        found = await self._connection.execute(_BY_ID, {"contract_id": contract_id})
        row = found.one_or_none()
        return None if row is None else contract_of(row)

    async def by_no(self, contract_no: str) -> Contract | None:
        """The contract of that number, whatever case or width; the one written so comes first."""
        query = (
            select(contracts)
            .where(contracts.c.number_key == number_key(contract_no))
            .order_by((contracts.c.contract_no == contract_no).desc(), contracts.c.id)
            .limit(1)
        )
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else contract_of(row)

    async def known_numbers(self, numbers: Iterable[str]) -> set[str]:
        """Those of a few numbers that are in the book, as `number_key` writes them."""
        keys = sorted({number_key(number) for number in numbers})
        return set((await self._connection.execute(_KNOWN_NUMBERS, {"keys": keys})).scalars())

    async def rows_by_no(self, numbers: Iterable[str]) -> dict[str, Row[Any]]:
        """Whole rows by number, for the importer's comparison, in chunks of bounded statements."""
        wanted = sorted(set(numbers))
        found: dict[str, Row[Any]] = {}
        for start in range(0, len(wanted), IN_ONE_STATEMENT):
            chunk = wanted[start : start + IN_ONE_STATEMENT]
            rows = await self._connection.execute(
                select(contracts).where(contracts.c.contract_no.in_(chunk))
            )
            found.update((row.contract_no, row) for row in rows)
        return found

    async def scopes(self, numbers: Iterable[str]) -> dict[str, tuple[str | None, int | None]]:
        """Whose the terms of those numbers are: number -> (team, owner's id)."""
        wanted = sorted(set(numbers))
        found: dict[str, tuple[str | None, int | None]] = {}
        for start in range(0, len(wanted), IN_ONE_STATEMENT):
            rows = await self._connection.execute(
                select(contracts.c.contract_no, team_of_term, contracts.c.owner_id)
                .join(accounts, accounts.c.id == contracts.c.account_id)
                .where(contracts.c.contract_no.in_(wanted[start : start + IN_ONE_STATEMENT]))
            )
            found.update((row[0], (row[1], row[2])) for row in rows)
        return found

    async def of_account(self, account_id: int, *, limit: int = 50) -> list[Contract]:
        """A customer's terms, the latest end first."""
        query = (
            select(contracts)
            .where(contracts.c.account_id == account_id)
            .order_by(contracts.c.ends_on.desc(), contracts.c.id.desc())
            .limit(limit)
        )
        return [contract_of(row) for row in await self._connection.execute(query)]

    async def last_id(self) -> int:
        """The highest id in use, 0 for an empty book."""
        return (await self._connection.scalar(select(func.max(contracts.c.id)))) or 0

    async def add_many(self, rows: Sequence[dict[str, Any]]) -> None:
        """New terms with ids already chosen; `derived` columns are filled in here."""
        await bulk_insert(
            self._connection,
            contracts,
            ({"countdown_no": 1, "revision": 0, **row, **derived(row)} for row in rows),
        )

    async def change(
        self,
        contract_id: int,
        before: dict[str, Any],
        changes: dict[str, Any],
        *,
        clock_rev: int,
        schedule: Schedule,
        today: Any,
        expect_revision: int | None = None,
    ) -> bool:
        """Set columns of one term; a moved date restarts the countdown (product.md 6).

        `before` holds the row's present columns. False when `expect_revision` is not what is
        stored any more: somebody else was faster.
        """
        extra = changed(before, changes)
        row = {**changes, **extra, "clock_rev": clock_rev}
        if restarts_countdown(before.get("countdown_on"), extra["countdown_on"], schedule):
            row["countdown_no"] = await self._unused_countdown_no(contract_id)
            row["known_on"] = today
        query = update(contracts).where(contracts.c.id == contract_id)
        if expect_revision is not None:
            query = query.where(contracts.c.revision == expect_revision)
        result = await self._connection.execute(
            query.values(**row, revision=contracts.c.revision + 1)
        )
        if result.rowcount and "countdown_no" in row:
            await follow_countdown(self._connection, contract_id, today=today)
        return bool(result.rowcount)

    async def _unused_countdown_no(self, contract_id: int) -> int:
        """One that nothing was told under, even when an undo went back to a lower one."""
        used = union_all(
            select(contracts.c.countdown_no).where(contracts.c.id == contract_id),
            *(
                select(func.max(table.c.countdown_no)).where(
                    table.c.contract_id == contract_id, *only
                )
                for table, only in (
                    (ledger, ()),
                    (opportunities, (opportunities.c.kind == OpportunityKind.RENEWAL,)),
                )
            ),
        ).subquery()
        return int(await self._connection.scalar(select(func.max(used.c.countdown_no))) or 0) + 1

    async def row(self, contract_id: int) -> dict[str, Any]:
        """All columns of one term, as `change` wants them."""
        query = select(contracts).where(contracts.c.id == contract_id)
        return dict((await self._connection.execute(query)).one()._mapping)

    async def link_renewals(self, pairs: Iterable[tuple[str, int]], *, clock_rev: int) -> None:
        """Record (earlier number, id of the later term); the earlier terms fall silent."""
        links = sorted(set(pairs))
        rows = [{"predecessor_no": no, "successor_id": new} for no, new in links]
        await bulk_insert(self._connection, renewals, rows, ignore_existing=True)
        await self.settle_renewed({no for no, _ in links}, clock_rev=clock_rev)

    async def settle_renewed(self, numbers: Iterable[str], *, clock_rev: int) -> None:
        """Mark those active terms of `numbers` as renewed that a later term names as its source."""
        wanted = sorted(set(numbers))
        for start in range(0, len(wanted), IN_ONE_STATEMENT):
            await self._connection.execute(
                update(contracts)
                .where(
                    contracts.c.contract_no.in_(wanted[start : start + IN_ONE_STATEMENT]),
                    contracts.c.status == ContractStatus.ACTIVE,
                    contracts.c.contract_no.in_(select(renewals.c.predecessor_no)),
                )
                .values(
                    status=ContractStatus.RENEWED,
                    clock_rev=clock_rev,
                    revision=contracts.c.revision + 1,
                )
            )
        await carry_expansions(self._connection, clock_rev=clock_rev)

    async def settle_added(self, *, clock_rev: int) -> None:
        """`settle_renewed` for all terms written under `clock_rev`: a later one may be older."""
        await self._connection.execute(
            update(contracts)
            .where(
                contracts.c.clock_rev == clock_rev,
                contracts.c.status == ContractStatus.ACTIVE,
                contracts.c.contract_no.in_(select(renewals.c.predecessor_no)),
            )
            .values(status=ContractStatus.RENEWED)
        )
        await carry_expansions(self._connection, clock_rev=clock_rev)

    async def set_segment(self, account_id: int, segment: str, *, clock_rev: int) -> None:
        """Carry a customer's new segment to its terms, whose schedule hangs on it."""
        await self._connection.execute(
            update(contracts)
            .where(contracts.c.account_id == account_id, contracts.c.segment != segment)
            .values(segment=segment, clock_rev=clock_rev, revision=contracts.c.revision + 1)
        )

    async def take_teams(self, teams: Mapping[int, str], *, clock_rev: int) -> None:
        """Give customers' teams, by account id, to those of their terms that have none."""
        by_team: dict[str, list[int]] = {}
        for account_id, team in sorted(teams.items()):
            by_team.setdefault(team, []).append(account_id)
        for team, ids in by_team.items():
            for start in range(0, len(ids), IN_ONE_STATEMENT):
                chunk = ids[start : start + IN_ONE_STATEMENT]
                await self._connection.execute(
                    update(contracts)
                    .where(contracts.c.account_id.in_(chunk), contracts.c.team.is_(None))
                    .values(team=team, clock_rev=clock_rev, revision=contracts.c.revision + 1)
                )
                await self._connection.execute(
                    update(opportunities)
                    .where(opportunities.c.account_id.in_(chunk), opportunities.c.team.is_(None))
                    .values(team=team)
                )

    async def terms_of(self, account_ids: Iterable[int]) -> list[Row[Any]]:
        """(account_id, contract_no, product, starts_on, ends_on) of customers' active terms."""
        wanted = sorted(set(account_ids))
        found: list[Row[Any]] = []
        for start in range(0, len(wanted), IN_ONE_STATEMENT):
            found += await self._connection.execute(
                select(
                    contracts.c.account_id,
                    contracts.c.contract_no,
                    contracts.c.product,
                    contracts.c.starts_on,
                    contracts.c.ends_on,
                ).where(
                    contracts.c.account_id.in_(wanted[start : start + IN_ONE_STATEMENT]),
                    contracts.c.status == ContractStatus.ACTIVE,
                )
            )
        return found

    async def told(self, contract_id: int) -> list[tuple[str, int, Any]]:
        """The milestones told of a term as (anchor, offset, fired_on), the latest first."""
        rows = await self._connection.execute(_TOLD, {"of_contract": contract_id})
        return [(row[0], row[1], row[2]) for row in rows]


def contract_of(row: Row[Any]) -> Contract:
    """A contract from a row that has all its columns."""
    return Contract(
        id=row.id,
        account_id=row.account_id,
        contract_no=row.contract_no,
        product=row.product,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        arr=row.arr,
        currency=row.currency,
        status=ContractStatus(row.status),
        owner_id=row.owner_id,
        team=row.team,
        seats=row.seats,
        auto_renew=row.auto_renew,
        notice_days=row.notice_days,
        cancel_by_on=row.cancel_by_on,
        signed_on=row.signed_on,
        cancelled_on=row.cancelled_on,
        revision=row.revision,
        custom=dict(row.custom),
    )
