"""People: who uses the bot, who owns customers."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, func, insert, or_, select, union_all, update
from sqlalchemy.exc import IntegrityError

from scoring.model import Locale, Person, Platform, Role
from scoring.workdays import QuietHours
from storage.repository import Repository, new_id
from storage.tables import accounts, contracts, opportunities, people

# Asked with every line, so put together once.
_BY_ID = select(people).where(people.c.id == bindparam("person_id"))
_BY_SLACK_ID = select(people).where(people.c.slack_id == bindparam("sender"))
_BY_WECOM_ID = select(people).where(people.c.wecom_id == bindparam("sender"))


@lru_cache(maxsize=4096)
def name_key(name: str) -> str:
    """How names are compared: without case, width or white space."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


class People(Repository):
    """Everybody the book knows."""

    async def get(self, person_id: int) -> Person | None:
        """The person with this id."""
        return await self._one(_BY_ID, person_id=person_id)

    async def many(self, ids: Iterable[int]) -> dict[int, Person]:
        """Those of `ids` that exist, by id, in one statement."""
        wanted = sorted(set(ids))
        if not wanted:
            return {}
        rows = await self._connection.execute(select(people).where(people.c.id.in_(wanted)))
        return {row.id: _person(row) for row in rows}

    async def by_name(self, name: str) -> Person | None:
        """The person of that name, whatever case, width or spacing."""
        return await self._one(select(people).where(people.c.name_key == name_key(name)))

    async def by_sender(self, platform: Platform, sender: str) -> Person | None:
        """The person behind a verified platform identity."""
        if platform is Platform.SLACK:
            return await self._one(_BY_SLACK_ID, sender=sender)
        return await self._one(_BY_WECOM_ID, sender=sender.lower())

    async def by_email(self, email: str) -> list[Person]:
        """Everybody with that address, whatever case; few have one."""
        rows = await self._connection.execute(
            select(people).where(func.lower(people.c.email) == email.strip().lower())
        )
        return [_person(row) for row in rows]

    async def everybody(self) -> list[Person]:
        """All people, by name."""
        rows = await self._connection.execute(select(people).order_by(people.c.name))
        return [_person(row) for row in rows]

    async def with_role(self, *roles: Role, team: str | None = None) -> list[Person]:
        """Linked people of these roles, in one team or in all."""
        query = select(people).where(people.c.role.in_(roles), people.c.linked)
        if team is not None:
            query = query.where(people.c.team == team)
        rows = await self._connection.execute(query.order_by(people.c.id))
        return [_person(row) for row in rows]

    async def team(self, team: str) -> list[Person]:
        """Linked people of a team, by id."""
        rows = await self._connection.execute(
            select(people).where(people.c.team == team, people.c.linked).order_by(people.c.id)
        )
        return [_person(row) for row in rows]

    async def teams(self) -> list[str]:
        """The names of all teams."""
        rows = await self._connection.execute(
            select(people.c.team).where(people.c.team.is_not(None)).distinct()
        )
        return sorted(rows.scalars())

    async def count(self) -> int:
        """How many there are."""
        return (await self._connection.scalar(select(func.count()).select_from(people))) or 0

    async def with_wecom(self) -> int:
        """How many of them have a WeCom id."""
        query = select(func.count()).where(people.c.wecom_id.is_not(None))
        return (await self._connection.scalar(query)) or 0

    async def add(self, values: dict[str, Any], *, now: datetime) -> int:
        """A new person; `values` are columns, `name` and `role` must be there. Returns the id."""
        row = {
            "linked": True,
            **values,
            "name_key": name_key(values["name"]),
            "created_at": now,
        }
        result = await self._connection.execute(insert(people).values(**row))
        return new_id(result)

    async def change(self, person_id: int, changes: dict[str, Any]) -> None:
        """Set columns of one person."""
        if "name" in changes:
            changes = {**changes, "name_key": name_key(changes["name"])}
        await self._connection.execute(
            update(people).where(people.c.id == person_id).values(**changes)
        )

    async def owned_in(self, ids: Iterable[int]) -> dict[int, set[str]]:
        """The teams of what those people own or look after, by person; few ids at a time."""
        wanted = sorted(set(ids))
        found: dict[int, set[str]] = {}
        if not wanted:
            return found
        looked_after = union_all(
            select(contracts.c.owner_id, func.coalesce(contracts.c.team, accounts.c.team))
            .join(accounts, accounts.c.id == contracts.c.account_id)
            .where(contracts.c.owner_id.in_(wanted)),
            *(
                select(column, accounts.c.team).where(column.in_(wanted))
                for column in (accounts.c.csm_id, accounts.c.account_executive_id)
            ),
        ).subquery()
        for person_id, team in await self._connection.execute(select(looked_after).distinct()):
            if team:
                found.setdefault(person_id, set()).add(team)
        return found

    async def link(
        self, person_id: int, platform: Platform, sender: str, *, expect: str | None
    ) -> bool:
        """Give a person an identity; false when theirs is not `expect` or it is another's.

        Who had left is back.
        """
        column = people.c.slack_id if platform is Platform.SLACK else people.c.wecom_id
        others = people.alias("others")
        statement = (
            update(people)
            .where(
                people.c.id == person_id,
                column.is_(None) if expect is None else column == expect,
                ~select(others.c.id)
                .where(others.c.id != person_id, others.c[column.name] == sender)
                .exists(),
            )
            .values({column.name: sender, "linked": True, "left_on": None})
        )
        try:
            async with self._connection.begin_nested():
                result = await self._connection.execute(statement)
        except IntegrityError:  # another's since a moment ago, which the question above cannot see
            return False
        return bool(result.rowcount)

    async def leave(self, person_id: int, *, on: date, platform: Platform = Platform.WECOM) -> bool:
        """Note that somebody left and take that platform's id away; false when that was known."""
        column = "slack_id" if platform is Platform.SLACK else "wecom_id"
        result = await self._connection.execute(
            update(people)
            .where(people.c.id == person_id, people.c.left_on.is_(None))
            .values({column: None, "linked": False, "left_on": on})
        )
        return bool(result.rowcount)

    async def take_off(self, person_id: int, platform: Platform) -> bool:
        """Take somebody's id of a platform away, who stays linked by the other; false without one."""
        ids = {Platform.SLACK: people.c.slack_id, Platform.WECOM: people.c.wecom_id}
        column = ids.pop(platform)
        (other,) = ids.values()
        result = await self._connection.execute(
            update(people)
            .where(people.c.id == person_id, column.is_not(None))
            .values({column.name: None, "linked": and_(people.c.linked, other.is_not(None))})
        )
        return bool(result.rowcount)

    async def adopt(self, person_id: int, team: str, *, clock_rev: int) -> None:
        """Give a person's team to the contracts and customers they look after that have none.

        Those customers' other contracts without a team get it too.
        """
        theirs = select(contracts.c.account_id).where(contracts.c.owner_id == person_id)
        await self._connection.execute(
            update(accounts)
            .where(
                accounts.c.team.is_(None),
                or_(accounts.c.csm_id == person_id, accounts.c.id.in_(theirs)),
            )
            .values(team=team)
        )
        of_account = select(accounts.c.id).where(
            accounts.c.team == team, or_(accounts.c.csm_id == person_id, accounts.c.id.in_(theirs))
        )
        await self._connection.execute(
            update(contracts)
            .where(
                contracts.c.team.is_(None),
                or_(contracts.c.owner_id == person_id, contracts.c.account_id.in_(of_account)),
            )
            .values(team=team, clock_rev=clock_rev, revision=contracts.c.revision + 1)
        )
        await self._connection.execute(
            update(opportunities)
            .where(
                opportunities.c.team.is_(None),
                or_(
                    opportunities.c.owner_id == person_id,
                    opportunities.c.account_id.in_(of_account),
                ),
            )
            .values(team=team)
        )

    async def _one(self, query: Select[Any], **values: object) -> Person | None:
        row = (await self._connection.execute(query, values)).one_or_none()
        return None if row is None else _person(row)


def _person(row: Row[Any]) -> Person:
    return Person(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        team=row.team,
        slack_id=row.slack_id,
        wecom_id=row.wecom_id,
        email=row.email,
        locale=Locale.of(row.locale) if row.locale else None,
        time_zone=row.time_zone,
        manager_id=row.manager_id,
        linked=row.linked,
        left_on=row.left_on,
        hours=QuietHours.of(row.hours),
    )
