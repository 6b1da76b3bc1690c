"""Whether the bot is where teams are to hear of it, and whether its people are who they were."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import SecretStr

from bot.findings import Finding
from bot.slack.heard import Where
from bot.slack.ids import channel_name, is_channel
from bot.slack.profiles import Standing, profile_of
from bot.slack.wire import SlackWire
from bot.slack.workspaces import Workspace
from scoring.errors import DeliveryError
from scoring.model import Person
from storage.store import Store

MOST_CHANNELS = 100
MOST_PAGES = 20
MOST_PEOPLE = 100
"""Slack answers so many questions about people a minute."""

PEOPLE_S = 15.0
AT_ONCE = 5
NAMED = 5

_NAME = "slack channels"
_PEOPLE = "slack people"


async def examine_channels(
    store: Store, wire: SlackWire, workspaces: Sequence[Workspace], places: Sequence[str]
) -> list[Finding]:
    """Each channel of a team: that it is there, not archived, and has the bot in it."""
    wanted = [place for place in dict.fromkeys(places) if channel_name(place) or is_channel(place)]
    if not wanted or not workspaces:
        return []
    joined: dict[str, dict[str, Any]] = {}
    for workspace in workspaces:
        told = await _joined(wire, workspace.token)
        if told is None:
            return []  # what the token may not tell is named among its scopes
        joined |= told
    by_name = {str(channel.get("name")): channel for channel in joined.values()}
    absent, archived = [], []
    for place in wanted[:MOST_CHANNELS]:
        channel = joined.get(place) or by_name.get(channel_name(place) or "")
        if channel is None:
            channel = await _by_id(store, wire, workspaces, place)
        if channel is not None and channel.get("is_archived"):
            archived.append(place)
        elif channel is None or not channel.get("is_member", True):
            absent.append(place)
    found = []
    if absent:
        found.append(Finding(_NAME, False, "doctor.slack_not_in", named(absent)))
    if archived:
        found.append(Finding(_NAME, False, "doctor.slack_archived", named(archived)))
    return found or [Finding(_NAME, True, "doctor.slack_channels", {"n": len(wanted)})]


async def examine_people(
    wire: SlackWire, workspaces: Sequence[Workspace], people: Sequence[Person]
) -> list[Finding]:
    """People of the book whom Slack does not know, has deactivated, or who are guests."""
    listed = [person for person in people if person.slack_id][:MOST_PEOPLE]
    if not listed or not workspaces:
        return []
    standings: dict[str, Standing] = {}
    room = asyncio.Semaphore(AT_ONCE)

    async def look(person: Person) -> None:
        async with room:
            standing = await _standing(wire, workspaces, person.slack_id or "")
            if standing is not None:
                standings[person.name] = standing

    looking = [asyncio.ensure_future(look(person)) for person in listed]
    _, late = await asyncio.wait(looking, timeout=PEOPLE_S)
    for task in late:
        task.cancel()
    await asyncio.gather(*looking, return_exceptions=True)
    found = []
    for key, meant in (
        ("doctor.slack_gone", (Standing.GONE,)),
        ("doctor.slack_guests", (Standing.GUEST, Standing.BOT, Standing.STRANGER)),
    ):
        names = [name for name, standing in standings.items() if standing in meant]
        if names:
            found.append(Finding(_PEOPLE, False, key, named(names)))
    if not found and standings:
        found.append(Finding(_PEOPLE, True, "doctor.slack_people", {"n": len(standings)}))
    return found


def named(names: Iterable[str]) -> dict[str, object]:
    """How many, and the first few by name."""
    everybody = sorted(names)
    return {"n": len(everybody), "names": ", ".join(everybody[:NAMED])}


async def _joined(wire: SlackWire, token: SecretStr) -> dict[str, dict[str, Any]] | None:
    """The channels that the bot is in, by id; None when the token may not ask."""
    found: dict[str, dict[str, Any]] = {}
    cursor = ""
    for _ in range(MOST_PAGES):
        asked = {"types": "public_channel,private_channel", "limit": 500, "cursor": cursor}
        try:
            body = (await wire.ask(token, "users.conversations", asked)).body
        except DeliveryError:
            return None
        for channel in body.get("channels") or ():
            if isinstance(channel, dict) and channel.get("id"):
                found[str(channel["id"])] = {**channel, "is_member": True}
        cursor = str((body.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            break
    return found


async def _by_id(
    store: Store, wire: SlackWire, workspaces: Sequence[Workspace], place: str
) -> dict[str, Any] | None:
    """A channel the bot is not in; a name is known when something happened there before."""
    name, channel = channel_name(place), place
    if name:
        async with store.read() as tx:
            met = await tx.slack_places.named(name)
        if met is None:
            return None
        channel = met.id
    for workspace in workspaces:
        try:
            body = (
                await wire.ask(workspace.token, "conversations.info", {"channel": channel})
            ).body
        except DeliveryError:
            continue
        told = body.get("channel")
        if isinstance(told, dict):
            return {**told, "is_member": bool(told.get("is_member"))}
    return None


async def _standing(wire: SlackWire, workspaces: Sequence[Workspace], user: str) -> Standing | None:
    """What they are in the workspace that knows them best; None when Slack did not say."""
    found: Standing | None = None
    for workspace in workspaces:
        try:
            body = (await wire.ask(workspace.token, "users.info", {"user": user})).body
        except DeliveryError as fault:
            if fault.code in ("user_not_found", "user_not_visible"):
                found = found or Standing.GONE
            continue
        told = body.get("user")
        if isinstance(told, dict):
            where = Where(workspace.team, user, enterprise=workspace.enterprise)
            standing = profile_of(told, where).standing
            if standing is Standing.MEMBER:
                return standing
            found = standing
    return found
