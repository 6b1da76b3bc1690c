"""What speaks against renewing, of a few customers at once, and whether somebody worked yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, exists, func, or_, select

from scoring.home import RiskFacts
from storage.repository import Repository
from storage.tables import contacts, opportunities, payments, signals, surveys, tickets, touches
from storage.views.customer import TREND_DAYS, trend_of

MOST_CUSTOMERS = 40

SCORED_DAYS = 365
"""Older answers of a survey say nothing of today."""


class Risks(Repository):
    """Facts by customer, in six statements whatever their number."""

    async def of(self, account_ids: Iterable[int], today: date) -> dict[int, RiskFacts]:
        """The facts of those customers; nothing is hidden, and nothing of it is an amount."""
        wanted = sorted(set(account_ids))[:MOST_CUSTOMERS]
        if not wanted:
            return {}
        overdue = await self._counts(
            select(payments.c.account_id, func.count())
            .where(
                payments.c.account_id.in_(wanted),
                payments.c.paid_on.is_(None),
                payments.c.due_on < today,
            )
            .group_by(payments.c.account_id)
        )
        unresolved = await self._counts(
            select(tickets.c.account_id, func.count())
            .where(tickets.c.account_id.in_(wanted), tickets.c.closed_on.is_(None))
            .group_by(tickets.c.account_id)
        )
        touched = await self._counts(
            select(touches.c.account_id, func.max(touches.c.at))
            .where(touches.c.account_id.in_(wanted), touches.c.undone_at.is_(None))
            .group_by(touches.c.account_id)
        )
        gone = await self._counts(
            select(contacts.c.account_id, func.max(contacts.c.name))
            .where(
                contacts.c.account_id.in_(wanted),
                contacts.c.role == "champion",
                contacts.c.left_on.is_not(None),
            )
            .group_by(contacts.c.account_id)
        )
        scores = await self._scores(wanted, today)
        changes = await self._usage(wanted, today)
        known = RiskFacts()
        return {
            number: replace(
                known,
                overdue_n=overdue.get(number, 0),
                tickets_n=unresolved.get(number, 0),
                touched_on=touched[number].date() if number in touched else None,
                champion_left=gone.get(number, ""),
                scores=tuple(sorted(scores.get(number, {}).items())),
                usage_change=changes.get(number),
            )
            for number in wanted
        }

    async def has_worked(self, person_id: int) -> bool:
        """Whether somebody ever logged a touch or holds a renewal."""
        touched = exists().where(touches.c.person_id == person_id)
        holds = exists().where(
            opportunities.c.claimed_by_id == person_id,
            opportunities.c.stage.not_in(("won", "lost")),
        )
        return bool(await self._connection.scalar(select(or_(touched, holds))))

    async def _counts(self, query: Select[Any]) -> dict[int, Any]:
        return {row[0]: row[1] for row in await self._connection.execute(query)}

    async def _scores(self, wanted: list[int], today: date) -> dict[int, dict[str, float]]:
        """The latest answer of each kind; of several on a day the lowest."""
        rows = await self._connection.execute(
            select(surveys.c.account_id, surveys.c.kind, surveys.c.score)
            .where(
                surveys.c.account_id.in_(wanted),
                surveys.c.answered_on >= today - timedelta(days=SCORED_DAYS),
            )
            .order_by(surveys.c.answered_on.desc(), surveys.c.score)
            .limit(50 * MOST_CUSTOMERS)
        )
        latest: dict[int, dict[str, float]] = defaultdict(dict)
        for row in rows:
            latest[row.account_id].setdefault(row.kind, row.score)
        return latest

    async def _usage(self, wanted: list[int], today: date) -> dict[int, float]:
        rows = await self._connection.execute(
            select(signals.c.account_id, signals.c.observed_on, signals.c.value)
            .where(
                signals.c.account_id.in_(wanted),
                signals.c.signal == "active_users",
                signals.c.observed_on >= today - timedelta(days=2 * TREND_DAYS),
                signals.c.observed_on <= today,
            )
            .order_by(signals.c.account_id, signals.c.observed_on)
        )
        points: dict[int, list[tuple[date, float]]] = defaultdict(list)
        for row in rows:
            points[row.account_id].append((row.observed_on, row.value))
        trends = {number: trend_of(of_one) for number, of_one in points.items()}
        return {
            number: trend.change
            for number, trend in trends.items()
            if trend is not None and trend.change is not None
        }
