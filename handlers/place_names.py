"""What people call a place: the person of a direct message, a channel, the team of a group."""

from __future__ import annotations

from messages.i18n import Phrasebook
from scoring.model import Platform
from storage.transaction import Tx

_DIRECT = frozenset({"user", "bot"})
"""Of WeCom: the app's messages and the AI bot's, to one person."""


async def place_name(tx: Tx, platform: str, place: str) -> str:
    """The name of a place where one is known, else its address as it is written."""
    if platform == Platform.SLACK:
        return await _slack(tx, place)
    if platform == Platform.WECOM:
        return await _wecom(tx, place)
    return place


async def spoken_place(tx: Tx, phrases: Phrasebook, platform: str, place: str) -> str:
    """The same behind its platform: `Slack #renewals-east`."""
    return f"{phrases.t(f'platform.{platform}')} {await place_name(tx, platform, place)}"


async def _slack(tx: Tx, place: str) -> str:
    if place.startswith("#"):
        return place
    known = await tx.slack_places.get(place)
    if known is not None and known.name:
        return f"#{known.name}"
    person = await tx.people.by_sender(
        Platform.SLACK, known.user if known and known.user else place
    )
    return place if person is None else person.name


async def _wecom(tx: Tx, place: str) -> str:
    kind, _, name = place.partition(":")
    if kind in _DIRECT:
        person = await tx.people.by_sender(Platform.WECOM, name)
        return name if person is None else person.name
    if kind == "robot":
        return name
    bound = await tx.bindings.of_place(Platform.WECOM, place)
    return bound.team if bound is not None and bound.team else place
