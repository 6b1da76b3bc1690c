"""Workspaces that installed the app: who they are, their sealed tokens, whose turn it is to renew.

Tokens that expire are renewed once for all replicas: a refresh token is good for one use, so who
came second would lose the workspace. Instants of tokens and turns are steady time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, or_, select, update

from storage.repository import Repository, insert_ignoring, upsert
from storage.tables import slack_installations, slack_states

TURN_MOST_S = 600
"""No turn is longer; one that ends further away is from another time line and counts as over."""

_TOLD = (
    "enterprise_id",
    "name",
    "app_id",
    "bot_id",
    "bot_user_id",
    "scopes",
    "sealed",
    "expires_at",
    "installed_by",
    "installed_at",
)


@dataclass(frozen=True, slots=True)
class SlackInstallation:
    """The app in a workspace; in a whole organisation `team` is the organisation's id.

    `sealed` is None where it was removed. `expires_at`: None for tokens that live on.
    """

    team: str
    name: str
    app: str
    bot: str
    bot_user: str
    scopes: frozenset[str]
    sealed: str | None
    installed_at: datetime
    enterprise: str = ""
    expires_at: datetime | None = None
    installed_by: str = ""
    version: int = 0
    removed_at: datetime | None = None


class SlackInstallations(Repository):
    """Installations by workspace."""

    async def get(self, team: str) -> SlackInstallation | None:
        """The installation of a workspace or organisation, removed or not."""
        query = select(slack_installations).where(slack_installations.c.team_id == team)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _installation(row)

    async def present(self, teams: Iterable[str] | None = None) -> list[SlackInstallation]:
        """Those that are installed now, of these workspaces or all, oldest first."""
        query = select(slack_installations).where(slack_installations.c.removed_at.is_(None))
        if teams is not None:
            query = query.where(slack_installations.c.team_id.in_(sorted(set(teams))))
        query = query.order_by(slack_installations.c.installed_at, slack_installations.c.team_id)
        return [_installation(row) for row in await self._connection.execute(query)]

    async def reseal(self, found: SlackInstallation, sealed: str) -> bool:
        """Keep the same token sealed anew; false when it is another one by now."""
        result = await self._connection.execute(
            update(slack_installations)
            .where(
                slack_installations.c.team_id == found.team,
                slack_installations.c.sealed == found.sealed,
            )
            .values(sealed=sealed)
        )
        return bool(result.rowcount)

    async def put(self, found: SlackInstallation) -> None:
        """Keep what somebody installed, in place of what was known of that workspace."""
        values: dict[str, Any] = {
            "team_id": found.team,
            "enterprise_id": found.enterprise or None,
            "name": found.name,
            "app_id": found.app,
            "bot_id": found.bot,
            "bot_user_id": found.bot_user,
            "scopes": ",".join(sorted(found.scopes)),
            "sealed": found.sealed,
            "expires_at": found.expires_at,
            "installed_by": found.installed_by or None,
            "installed_at": found.installed_at,
        }
        statement = upsert(self._connection, slack_installations, ("team_id",), _TOLD)
        await self._connection.execute(statement.values(**values, version=0))
        await self._connection.execute(
            update(slack_installations)
            .where(slack_installations.c.team_id == found.team)
            .values(
                version=slack_installations.c.version + 1,
                removed_at=None,
                refreshed_by=None,
                refreshing_until=None,
            )
        )

    async def remove(self, team: str, *, at: datetime) -> bool:
        """Forget the tokens of a workspace that removed the app; false when that was known."""
        result = await self._connection.execute(
            update(slack_installations)
            .where(
                slack_installations.c.team_id == team, slack_installations.c.removed_at.is_(None)
            )
            .values(
                sealed=None,
                expires_at=None,
                removed_at=at,
                version=slack_installations.c.version + 1,
                refreshed_by=None,
                refreshing_until=None,
            )
        )
        return bool(result.rowcount)

    async def take_turn(
        self, team: str, by: str, *, version: int, steady: datetime, turn_s: float
    ) -> bool:
        """Whether `by` may renew that version of the tokens; nobody else may meanwhile."""
        until = slack_installations.c.refreshing_until
        free = or_(
            until.is_(None),
            until <= steady,
            until > steady + timedelta(seconds=TURN_MOST_S),
        )
        result = await self._connection.execute(
            update(slack_installations)
            .where(
                slack_installations.c.team_id == team,
                slack_installations.c.version == version,
                slack_installations.c.removed_at.is_(None),
                free,
            )
            .values(refreshed_by=by, refreshing_until=steady + timedelta(seconds=turn_s))
        )
        return bool(result.rowcount)

    async def renew(
        self, team: str, *, version: int, sealed: str, expires_at: datetime | None
    ) -> bool:
        """Keep renewed tokens and end the turn; false when there are others by now."""
        result = await self._connection.execute(
            update(slack_installations)
            .where(
                slack_installations.c.team_id == team,
                slack_installations.c.version == version,
                slack_installations.c.removed_at.is_(None),
            )
            .values(
                sealed=sealed,
                expires_at=expires_at,
                version=version + 1,
                refreshed_by=None,
                refreshing_until=None,
            )
        )
        return bool(result.rowcount)

    async def give_up(self, team: str, by: str) -> None:
        """End the turn without tokens, so that the next one may try at once."""
        await self._connection.execute(
            update(slack_installations)
            .where(slack_installations.c.team_id == team, slack_installations.c.refreshed_by == by)
            .values(refreshed_by=None, refreshing_until=None)
        )

    async def come_back(self, state: str, *, now: datetime, until: datetime) -> bool:
        """Note that somebody came back with a state; false when it was used before.

        It is remembered until it is void anyway; those that are void now are dropped.
        """
        await self._connection.execute(delete(slack_states).where(slack_states.c.expires_at < now))
        result = await self._connection.execute(
            insert_ignoring(self._connection, slack_states)
            .values(state=state, expires_at=until)
            .returning(slack_states.c.state)
        )
        return result.first() is not None


def _installation(row: Row[Any]) -> SlackInstallation:
    return SlackInstallation(
        team=row.team_id,
        name=row.name,
        app=row.app_id,
        bot=row.bot_id,
        bot_user=row.bot_user_id,
        scopes=frozenset(filter(None, row.scopes.split(","))),
        sealed=row.sealed,
        installed_at=row.installed_at,
        enterprise=row.enterprise_id or "",
        expires_at=row.expires_at,
        installed_by=row.installed_by or "",
        version=row.version,
        removed_at=row.removed_at,
    )
