"""Who brings which kind of fact, since when, and when each last spoke."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.repository import Repository
from storage.tables import fact_sources

HEARD_KINDS = ("signals", "tickets", "payments", "surveys", "events", "touches", "contacts")
"""Kinds of which "connected and nothing happened" means something else than "not connected"."""


@dataclass(frozen=True, slots=True)
class FactSource:
    """One source of one kind. `first_on` is the earliest day it told of."""

    kind: str
    name: str
    first_on: date
    heard_on: date


class FactSources(Repository):
    """The sources that spoke."""

    async def heard(self, kind: str, name: str, today: date, *, since: date | None = None) -> None:
        """Note that a source spoke of `kind` today; `since` is the earliest day that it told of.

        Hearing of the past makes it connected since then; a clock that is behind takes nothing
        back.
        """
        first_on = today if since is None else min(since, today)
        known = fact_sources.c
        module = sqlite if self._connection.dialect.name == "sqlite" else postgresql
        statement = module.insert(fact_sources).values(
            kind=kind, name=name, first_on=first_on, heard_on=today
        )
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["kind", "name"],
                set_={
                    "first_on": case((known.first_on < first_on, known.first_on), else_=first_on),
                    "heard_on": case((known.heard_on > today, known.heard_on), else_=today),
                },
                where=or_(known.heard_on < today, known.first_on > first_on),
            )
        )

    async def kinds(self) -> dict[str, tuple[date, date]]:
        """Each kind that is brought: since when, and when it was last heard of."""
        known = fact_sources.c
        rows = await self._connection.execute(
            select(known.kind, func.min(known.first_on), func.max(known.heard_on)).group_by(
                known.kind
            )
        )
        return {kind: (first_on, heard_on) for kind, first_on, heard_on in rows}

    async def every(self) -> Sequence[FactSource]:
        """All of them, by kind and name."""
        rows = await self._connection.execute(
            select(fact_sources).order_by(fact_sources.c.kind, fact_sources.c.name)
        )
        return [FactSource(row.kind, row.name, row.first_on, row.heard_on) for row in rows]
