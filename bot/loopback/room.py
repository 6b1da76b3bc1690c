"""The places of the stand-in platforms: channels, groups and direct messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from messages.abilities import ABILITIES, Ability, PlaceKind
from messages.places import direct_place, kind_of_place
from scoring.model import Person, Platform
from scoring.permissions import PlaceScope

_PLATFORMS = (Platform.WECOM, Platform.SLACK)


@dataclass(frozen=True, slots=True)
class Room:
    """A place as the rest of the product writes it. `person_id`: whose direct message it is."""

    platform: Platform
    place: str
    name: str
    person_id: int | None = None
    team: str | None = None

    @property
    def id(self) -> str:
        """How the playground names it: unique over both platforms."""
        return f"{self.platform}:{self.place}"

    @property
    def kind(self) -> PlaceKind:
        """What kind of place it is."""
        return kind_of_place(self.platform, self.place)

    @property
    def ability(self) -> Ability:
        """What can be done there."""
        return ABILITIES[self.kind]

    @property
    def direct(self) -> bool:
        """Whether it is somebody's conversation with the bot."""
        return self.person_id is not None

    @property
    def answer_kind(self) -> PlaceKind:
        """What an answer to one person lands in: in Slack's channels only they see it."""
        if self.kind is PlaceKind.SLACK_CHANNEL:
            return PlaceKind.SLACK_EPHEMERAL
        return self.kind

    @property
    def scope(self) -> PlaceScope:
        """Who else reads an answer."""
        if self.direct:
            return PlaceScope.DM
        aside = self.kind is PlaceKind.SLACK_CHANNEL
        return PlaceScope.ASIDE if aside else PlaceScope.SHARED


def stand_in_place(person: Person, platform: Platform) -> str:
    """Where a person is written to; somebody whom a platform does not know yet gets a desk too."""
    known = direct_place(person, platform)
    if known:
        return known
    return f"U0LOCAL{person.id}" if platform is Platform.SLACK else f"user:local-{person.id}"


def direct_rooms(person: Person, bot_name: Callable[[Platform], str]) -> list[Room]:
    """A person's conversation with the bot on each platform, by what the bot is called there."""
    return [
        Room(platform, stand_in_place(person, platform), bot_name(platform), person.id)
        for platform in _PLATFORMS
    ]


def shared_rooms(places: Iterable[tuple[str, str, str | None]]) -> list[Room]:
    """Channels and groups from (platform, place, team), each once."""
    found: dict[tuple[str, str], Room] = {}
    for platform, place, team in places:
        shown = place if platform == Platform.SLACK else place.partition(":")[2]
        room = Room(Platform(platform), place, shown, team=team)
        found.setdefault((platform, place), room)
    return list(found.values())
