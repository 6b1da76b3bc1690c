"""Slack's ids as they were met: whose workspace, what a channel is called, whose conversation."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, select

from storage.repository import Repository, upsert
from storage.tables import slack_places


@dataclass(frozen=True, slots=True)
class SlackPlace:
    """A channel (C…, G…), a conversation (D…) or a person (U…, W…) of a workspace.

    `name` is a channel's, without `#`. `user` is the one person a conversation is with.
    """

    id: str
    team: str
    seen_at: datetime
    name: str | None = None
    user: str | None = None


NAMESAKES_MOST = 100
"""Channels of one name that are looked at, the last met first."""


class SlackPlaces(Repository):
    """What an id of Slack's belongs to, and back."""

    async def note(self, place: SlackPlace) -> None:
        """Keep where an id was met; what is not known now (None) stays as it was known."""
        statement = upsert(
            self._connection,
            slack_places,
            ("id",),
            ("team_id", "seen_at"),
            learned=("name", "user_id"),
        )
        await self._connection.execute(
            statement.values(
                id=place.id,
                team_id=place.team,
                name=place.name,
                user_id=place.user,
                seen_at=place.seen_at,
            )
        )

    async def get(self, place_id: str) -> SlackPlace | None:
        """What is known of an id."""
        return await self._newest(slack_places.c.id == place_id)

    async def named(self, name: str, *, team: str = "") -> SlackPlace | None:
        """The channel of that name, without `#`; the one met last where several had it."""
        found = slack_places.c.name == name
        return await self._newest(found & (slack_places.c.team_id == team) if team else found)

    async def all_named(self, name: str) -> list[SlackPlace]:
        """Every channel of that name, in whichever workspace; the one met last comes first."""
        query = select(slack_places).where(slack_places.c.name == name)
        query = query.order_by(slack_places.c.seen_at.desc(), slack_places.c.id.desc())
        rows = await self._connection.execute(query.limit(NAMESAKES_MOST))
        return [_place(row) for row in rows]

    async def conversation_with(self, user: str) -> SlackPlace | None:
        """The direct conversation with a person, once it was opened."""
        return await self._newest(slack_places.c.user_id == user)

    async def place_of(self, channel: str, *, named: Collection[str] = ()) -> str:
        """The place that a channel's id means: the person of a conversation, else the id.

        A channel that is in `named` (bound or configured places) by its `#name` is that.
        """
        known = await self.get(channel)
        if known is None:
            return channel
        if known.user:
            return known.user
        name = f"#{known.name}"
        return name if known.name and name in named and channel not in named else channel

    async def forget_team(self, team: str) -> int:
        """A workspace removed the app: nothing of it can be reached; returns how many ids."""
        result = await self._connection.execute(
            delete(slack_places).where(slack_places.c.team_id == team)
        )
        return result.rowcount

    async def _newest(self, which: ColumnElement[bool]) -> SlackPlace | None:
        query = select(slack_places).where(which)
        query = query.order_by(slack_places.c.seen_at.desc(), slack_places.c.id.desc()).limit(1)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _place(row)


def _place(row: Row[Any]) -> SlackPlace:
    return SlackPlace(row.id, row.team_id, row.seen_at, name=row.name, user=row.user_id)
