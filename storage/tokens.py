"""Access tokens of platforms: sealed by whoever fetched them, and whose turn it is to fetch.

All instants are steady time, so that a moved clock neither spoils a token nor keeps a dead one. A
version counts the tokens there were: who had one refused asks for a turn naming its version, and
gets none when somebody else has replaced it meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select, update

from storage.repository import Repository, insert_ignoring
from storage.tables import tokens

TURN_MOST_S = 600
"""No turn is longer; one that ends further away is from another time line and counts as over."""


@dataclass(frozen=True, slots=True)
class SealedToken:
    """A token as it is kept. `version` 0: there never was one."""

    version: int = 0
    sealed: str | None = None
    expires_at: datetime | None = None


NO_TOKEN = SealedToken()


class Tokens(Repository):
    """Tokens by name."""

    async def get(self, name: str) -> SealedToken:
        """The newest token of a name, fit for use or not."""
        query = select(tokens.c.version, tokens.c.sealed, tokens.c.expires_at)
        row = (await self._connection.execute(query.where(tokens.c.name == name))).one_or_none()
        return NO_TOKEN if row is None else SealedToken(row.version, row.sealed, row.expires_at)

    async def take_turn(
        self, name: str, by: str, *, instead_of: int, steady: datetime, turn_s: float
    ) -> bool:
        """Whether `by` may fetch what follows version `instead_of`; nobody else may meanwhile.

        Asking again while having the turn prolongs it.
        """
        await self._connection.execute(
            insert_ignoring(self._connection, tokens).values(name=name, version=NO_TOKEN.version)
        )
        until = tokens.c.refreshing_until
        free = or_(
            until.is_(None),
            tokens.c.refreshed_by == by,
            until <= steady,
            until > steady + timedelta(seconds=TURN_MOST_S),
        )
        result = await self._connection.execute(
            update(tokens)
            .where(and_(tokens.c.name == name, tokens.c.version == instead_of, free))
            .values(refreshed_by=by, refreshing_until=steady + timedelta(seconds=turn_s))
        )
        return result.rowcount == 1

    async def put(self, name: str, *, instead_of: int, sealed: str, expires_at: datetime) -> bool:
        """Keep what was fetched and end the turn; false when somebody else was faster."""
        result = await self._connection.execute(
            update(tokens)
            .where(tokens.c.name == name, tokens.c.version == instead_of)
            .values(
                sealed=sealed,
                expires_at=expires_at,
                version=instead_of + 1,
                refreshed_by=None,
                refreshing_until=None,
            )
        )
        return result.rowcount == 1

    async def give_up(self, name: str, by: str) -> None:
        """End the turn without a token, so that the next one may try at once."""
        await self._connection.execute(
            update(tokens)
            .where(tokens.c.name == name, tokens.c.refreshed_by == by)
            .values(refreshed_by=None, refreshing_until=None)
        )
