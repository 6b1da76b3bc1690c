"""Which places each person sees on the stand-in platforms."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from bot.loopback.room import Room, direct_rooms, shared_rooms
from handlers.rules import Rules
from scoring.model import Person, Platform, Role
from storage.transaction import Tx

Served = Callable[[str, str], bool]
"""Whether a platform's place is a stand-in; places of real adapters are never shown here."""

SharedPlace = tuple[str, str, str | None]
"""Platform, place and team."""


async def shared_places(tx: Tx, rules: Rules) -> list[SharedPlace]:
    """All channels and groups: those of the configuration, and those bound from chat."""
    configured = [
        (platform, place, team.team) for team in rules.teams for platform, place in team.places
    ]
    bound = await tx.bindings.everywhere()
    return [*configured, *((each.platform, each.place, each.team) for each in bound)]


async def rooms_of(
    tx: Tx,
    person: Person,
    rules: Rules,
    served: Served,
    *,
    bot_name: Callable[[Platform], str],
    names: Callable[[Room], str] | None = None,
) -> list[Room]:
    """What one person sees: the places of their team (all, for those without one), then direct.

    Leads and reps sit in their own team's places; who belongs to no team looks into all of them.
    """
    shared = [
        room if names is None else replace(room, name=names(room))
        for room in _entered(shared_rooms(await shared_places(tx, rules)), person)
    ]
    rooms = [*shared, *direct_rooms(person, bot_name)]
    return [room for room in rooms if served(room.platform, room.place)]


def _entered(rooms: Iterable[Room], person: Person) -> list[Room]:
    everywhere = person.team is None or person.role is Role.ADMIN
    return [room for room in rooms if everywhere or room.team in (None, person.team)]
