"""Which channel or conversation a place is, by the id that Slack wants for everything but posting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.slack.api import SlackApi
from bot.slack.heard import Where
from bot.slack.ids import channel_name, is_channel, is_person, parts_of
from bot.slack.profiles import profile_of
from bot.slack.turns import Turns
from bot.slack.workspaces import Workspace
from scoring.errors import BadCredentials, Rejected, StoreUnavailable, Undeliverable
from storage.slack_places import SlackPlace
from storage.store import Store

_PAGE = 200
_PAGES = 10


@dataclass(frozen=True, slots=True)
class Channel:
    """Where to post. `id` is the place itself where Slack would not say; `team` its workspace."""

    id: str
    team: str

    @property
    def known(self) -> bool:
        """Whether that is an id, which reading, editing and files need."""
        return is_channel(self.id)


_NOWHERE = Channel("", "")


class Channels:
    """Places to channels: from memory, the database, or by asking Slack once."""

    def __init__(self, api: SlackApi, store: Store) -> None:
        self._api = api
        self._store = store
        self._met: dict[str, Channel] = {}
        self._turns = Turns()

    def team_of(self, place: str) -> str:
        """The workspace of a place that was met before in this process; empty where not."""
        met = self._met.get(place)
        return met.team if met else ""

    async def of(self, place: str) -> Channel:
        """Where a place is; raises the DeliveryError tree, and never OutcomeUnknown.

        A conversation with a person is opened. A name nobody told us stays a name.
        """
        return await self._found(place, opened=True)

    async def to_post(self, place: str) -> Channel:
        """The same for a post: Slack takes a person for the conversation, and says which it is."""
        return await self._found(place, opened=False)

    async def _found(self, place: str, *, opened: bool) -> Channel:
        if place in self._met:
            return self._met[place]
        team = await self._team(place)
        found = await self._kept(place, team)
        if found is None and not is_person(place):
            # Many names may be new at once, and one list tells them all.
            async with self._turns.taken():
                found = await self._kept(place, team) or await self._asked(place, team)
        elif found is None and opened:
            found = await self._asked(place, team)
        if found is None:
            return Channel(place, team)
        self._met[place] = found
        return found

    async def _team(self, place: str) -> str:
        """The workspace of a place; several are asked for what was met in none of them."""
        try:
            return (await self._api.workspace(place=place)).team
        except BadCredentials as fault:
            if fault.code != "no_workspace":
                raise
        async with self._turns.taken():
            for each in await self._api.workspaces.all():
                if not is_person(place):
                    await self._asked(place, each.team)
                elif await self._works_in(place, each):
                    await self._keep([_seen(self._api, place, each.team, None, None)])
        return (await self._api.workspace(place=place)).team

    async def _works_in(self, user: str, workspace: Workspace) -> bool:
        """Whether somebody is a member of a workspace, as far as it says."""
        try:
            told = await self._api.call("users.info", {"user": user}, team=workspace.team)
        except Undeliverable:
            return False
        found = told.get("user")
        where = Where(workspace.team, user, enterprise=workspace.enterprise)
        return isinstance(found, dict) and profile_of(found, where).admitted

    async def anew(self, place: str, before: Channel) -> Channel | None:
        """Where a place is after it was not where we thought; None when it is nowhere else.

        A channel's name may have been given to another one.
        """
        self._met.pop(place, None)
        if is_channel(place):
            return None
        found = await self._asked(place, before.team)
        if found is None or found == before:
            return None
        self._met[place] = found
        return found

    async def posted(self, place: str, team: str, message_id: str) -> None:
        """A post went through: Slack said in which channel, if we did not know."""
        channel, _ = parts_of(message_id)
        if not is_channel(channel) or self._met.get(place, _NOWHERE).id == channel:
            return
        self._met[place] = Channel(channel, team)
        user = place if is_person(place) else None
        await self._keep([_seen(self._api, channel, team, channel_name(place), user)])

    async def _kept(self, place: str, team: str) -> Channel | None:
        if is_channel(place):
            return Channel(place, team)
        name = channel_name(place)
        async with self._store.read() as tx:
            if name:
                known = await tx.slack_places.named(name, team=team)
            else:
                known = await tx.slack_places.conversation_with(place)
        return Channel(known.id, known.team) if known else None

    async def _asked(self, place: str, team: str) -> Channel | None:
        try:
            if is_person(place):
                return await self._opened(place, team)
            return await self._listed(channel_name(place) or "", team)
        except (BadCredentials, Rejected) as fault:
            if fault.code in ("missing_scope", "unknown_method", "method_not_supported"):
                # Posting by name or person works without; it says itself what else is wrong.
                return None
            raise

    async def _opened(self, user: str, team: str) -> Channel | None:
        answer = await self._api.call("conversations.open", {"users": user}, team=team)
        channel = answer.get("channel")
        found = channel.get("id") if isinstance(channel, dict) else None
        if not isinstance(found, str) or not is_channel(found):
            return None
        await self._keep([_seen(self._api, found, team, None, user)])
        return Channel(found, team)

    async def _listed(self, name: str, team: str) -> Channel | None:
        """The channel of that name among those the bot is in; all of their names are kept."""
        seen: list[SlackPlace] = []
        cursor = ""
        for _ in range(_PAGES):
            asked = {
                "types": "public_channel,private_channel",
                "exclude_archived": True,
                "limit": _PAGE,
                "cursor": cursor or None,
            }
            answer = await self._api.call("users.conversations", asked, team=team)
            seen += [_seen(self._api, *one, None) for one in _channels(answer, team)]
            cursor = next_cursor(answer)
            if not cursor:
                break
        await self._keep(seen)
        found = next((one for one in seen if one.name == name), None)
        return Channel(found.id, team) if found else None

    async def _keep(self, seen: list[SlackPlace]) -> None:
        """Remember; what cannot be written down now is asked again another time."""
        try:
            async with self._store.begin() as tx:
                for one in seen:
                    await tx.slack_places.note(one)
        except StoreUnavailable:
            return


def _seen(api: SlackApi, channel: str, team: str, name: str | None, user: str | None) -> SlackPlace:
    return SlackPlace(channel, team, api.clock(), name=name, user=user)


def _channels(answer: dict[str, Any], team: str) -> Iterator[tuple[str, str, str | None]]:
    for channel in answer.get("channels") or ():
        match channel:
            case {"id": str(found), "name": str(name)} if is_channel(found):
                yield found, team, name


def next_cursor(answer: dict[str, Any]) -> str:
    """Where the next page begins; empty on the last one."""
    told = answer.get("response_metadata")
    cursor = told.get("next_cursor") if isinstance(told, dict) else ""
    return cursor if isinstance(cursor, str) else ""
