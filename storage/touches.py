"""Touches: how and when we were in contact with a customer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from scoring.model import TouchKind
from storage.contracts import IN_ONE_STATEMENT
from storage.health_marks import mark_due
from storage.repository import Repository, insert_ignoring, new_id
from storage.tables import fact_sources, people, touches


@dataclass(frozen=True, slots=True)
class Touch:
    """One contact with a customer. `who` is our side by name."""

    id: int
    account_id: int
    contract_id: int | None
    opportunity_id: int | None
    kind: TouchKind
    at: datetime
    person_id: int | None
    who: str | None
    contact: str | None
    note: str | None
    next_on: date | None


@dataclass(frozen=True, slots=True)
class KeyedTouch:
    """What is known of a touch by the key it came under."""

    id: int
    account_id: int
    undone: bool


class Touches(Repository):
    """The history of contact."""

    async def add(self, values: dict[str, Any]) -> int:
        """Record a touch (columns of the table); returns its id."""
        result = await self._connection.execute(insert(touches).values(**values))
        await self._count(values)
        return new_id(result)

    async def add_once(self, values: dict[str, Any]) -> int | None:
        """The same; None when there is one of that `natural_key` already."""
        statement = insert_ignoring(self._connection, touches).values(**values)
        row = (await self._connection.execute(statement.returning(touches.c.id))).first()
        if row is None:
            return None
        await self._count(values)
        return int(row.id)

    async def get(self, touch_id: int) -> Touch | None:
        """The touch with this id, unless it was taken back."""
        return next(iter(await self._many(touches.c.id == touch_id, limit=1)), None)

    async def by_key(self, key: str) -> KeyedTouch | None:
        """The touch kept under this key, taken back or not."""
        query = select(touches.c.id, touches.c.account_id, touches.c.undone_at).where(
            touches.c.natural_key == key
        )
        row = (await self._connection.execute(query)).one_or_none()
        return row and KeyedTouch(row.id, row.account_id, row.undone_at is not None)

    async def of_account(self, account_id: int, *, limit: int = 5) -> list[Touch]:
        """The latest touches of a customer."""
        return await self._many(touches.c.account_id == account_id, limit=limit)

    async def written_in_chat(self, account_ids: Iterable[int]) -> list[dict[str, Any]]:
        """What tells touches apart that no file brought, taken back ones included.

        `who` is the name that an export writes.
        """
        wanted = sorted(set(account_ids))
        found: list[dict[str, Any]] = []
        for start in range(0, len(wanted), IN_ONE_STATEMENT):
            rows = await self._connection.execute(
                select(
                    *(touches.c[name] for name in ("account_id", "kind", "at", "note")),
                    touches.c.natural_key,
                    func.coalesce(people.c.name, touches.c.who).label("who"),
                )
                .outerjoin(people, people.c.id == touches.c.person_id)
                .where(
                    touches.c.account_id.in_(wanted[start : start + IN_ONE_STATEMENT]),
                    touches.c.source != "import",
                )
                .order_by(touches.c.undone_at.is_not(None), touches.c.id)
            )
            found += [dict(row._mapping) for row in rows]
        return found

    async def change(self, touch_id: int, changes: dict[str, Any]) -> bool:
        """Correct a touch; false when it is not there any more."""
        account_id = await self._connection.scalar(
            update(touches)
            .where(touches.c.id == touch_id, touches.c.undone_at.is_(None))
            .values(**changes)
            .returning(touches.c.account_id)
        )
        if account_id is None:
            return False
        await mark_due(self._connection, [account_id])
        return True

    async def undo(self, touch_id: int, *, at: datetime) -> bool:
        """Take a touch back; false when it was taken back before."""
        return await self.change(touch_id, {"undone_at": at})

    async def _count(self, values: dict[str, Any]) -> None:
        """Have the customer scored again; from the first touch on, having none says something."""
        on = values["at"].date()
        await self._connection.execute(
            insert_ignoring(self._connection, fact_sources).values(
                kind="touches", name="chat", first_on=on, heard_on=on
            )
        )
        await mark_due(self._connection, [values["account_id"]])

    async def _many(self, condition: Any, *, limit: int) -> list[Touch]:
        query = (
            select(touches, people.c.name.label("person"))
            .outerjoin(people, people.c.id == touches.c.person_id)
            .where(condition, touches.c.undone_at.is_(None))
            .order_by(touches.c.at.desc(), touches.c.id.desc())
            .limit(limit)
        )
        return [_touch(row) for row in await self._connection.execute(query)]


def _touch(row: Row[Any]) -> Touch:
    return Touch(
        id=row.id,
        account_id=row.account_id,
        contract_id=row.contract_id,
        opportunity_id=row.opportunity_id,
        kind=TouchKind(row.kind),
        at=row.at,
        person_id=row.person_id,
        who=row.person or row.who,
        contact=row.contact,
        note=row.note,
        next_on=row.next_on,
    )
