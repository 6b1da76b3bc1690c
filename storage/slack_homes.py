"""Home tabs that were opened: what each shows, and whether that may not be true any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, update

from storage.repository import Repository, upsert
from storage.tables import audit, clock_marks, slack_homes


@dataclass(frozen=True, slots=True)
class SlackHome:
    """The Home tab of a user. `digest` names what it shows.

    `locale` is the language of their Slack, for who has chosen none; empty where nobody told.
    """

    user: str
    team: str
    digest: str
    locale: str = ""


class SlackHomes(Repository):
    """One row a user."""

    async def opened(self, home: SlackHome, *, at: datetime) -> None:
        """Somebody looks at their Home tab, which shows that as things stand."""
        statement = upsert(
            self._connection,
            slack_homes,
            ["user_id"],
            ["team_id", "digest", "facts", "stale", "opened_at"],
        )
        await self._connection.execute(
            statement.values(
                user_id=home.user,
                team_id=home.team,
                digest=home.digest,
                facts={"locale": home.locale},
                stale=False,
                opened_at=at,
            )
        )

    async def get(self, user: str) -> SlackHome | None:
        """What somebody's Home tab shows."""
        query = select(slack_homes).where(slack_homes.c.user_id == user)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _home(row)

    async def doubt(self, *, opened_since: datetime) -> int:
        """Something in the book changed: all that were opened since may be out of date."""
        result = await self._connection.execute(
            update(slack_homes)
            .where(slack_homes.c.opened_at >= opened_since, slack_homes.c.stale.is_(False))
            .values(stale=True)
        )
        return result.rowcount

    async def doubt_of(self, user: str) -> None:
        """Something changed that their own tab tells: it shows at once."""
        await self._connection.execute(
            update(slack_homes)
            .where(slack_homes.c.user_id == user)
            .values(stale=True, shown_at=None)
        )

    async def due(self, *, shown_before: datetime, now: datetime, limit: int) -> list[SlackHome]:
        """Those in doubt that were not shown anew since, the ones looked at last first."""
        query = (
            select(slack_homes)
            .where(slack_homes.c.stale.is_(True), _rested(shown_before, now))
            .order_by(slack_homes.c.opened_at.desc(), slack_homes.c.user_id)
            .limit(limit)
        )
        return [_home(row) for row in await self._connection.execute(query)]

    async def any_in_doubt(self) -> bool:
        """Whether some are left for later."""
        query = select(slack_homes.c.user_id).where(slack_homes.c.stale.is_(True)).limit(1)
        return (await self._connection.scalar(query)) is not None

    async def take(self, user: str, *, shown_before: datetime, now: datetime) -> bool:
        """Take one in doubt to show it anew; of several replicas one gets it."""
        result = await self._connection.execute(
            update(slack_homes)
            .where(
                slack_homes.c.user_id == user,
                slack_homes.c.stale.is_(True),
                _rested(shown_before, now),
            )
            .values(stale=False, shown_at=now)
        )
        return result.rowcount == 1

    async def shows(self, user: str, *, digest: str) -> None:
        """It shows something else now."""
        await self._connection.execute(
            update(slack_homes).where(slack_homes.c.user_id == user).values(digest=digest)
        )

    async def looks_the_same(self, user: str) -> None:
        """It was taken and not shown anew after all, so that it need not rest."""
        await self._connection.execute(
            update(slack_homes).where(slack_homes.c.user_id == user).values(shown_at=None)
        )

    async def put_back(self, user: str) -> None:
        """It could not be shown anew: it stays in doubt."""
        await self._connection.execute(
            update(slack_homes).where(slack_homes.c.user_id == user).values(stale=True)
        )

    async def forget(self, user: str) -> None:
        """Nobody looks at it any more."""
        await self._connection.execute(delete(slack_homes).where(slack_homes.c.user_id == user))

    async def forget_team(self, team: str) -> None:
        """The app was removed from that workspace."""
        await self._connection.execute(delete(slack_homes).where(slack_homes.c.team_id == team))

    async def state_of_book(self) -> str:
        """Words that change whenever something did that a Home tab shows; the day aside."""
        last = await self._connection.scalar(select(func.max(audit.c.id)))
        marks = await self._connection.scalar(select(func.max(clock_marks.c.rev)))
        return f"{last or 0}.{marks or 0}"


def _rested(shown_before: datetime, now: datetime) -> ColumnElement[bool]:
    """Not shown lately; an instant that is still to come is from before the clock was set back."""
    shown = slack_homes.c.shown_at
    return or_(shown.is_(None), shown <= shown_before, shown > now)


def _home(row: Any) -> SlackHome:
    return SlackHome(row.user_id, row.team_id, row.digest, str(row.facts.get("locale", "")))
