"""The picture one person gets of the playground: who there is, which places, what hangs there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.loopback.board import Board
from bot.loopback.room import Room
from bot.loopback.rooms import Served, rooms_of
from bot.loopback.slack_client import SlackClient
from bot.web.playground.drawing import Drawing, instant
from handlers.answering import OPERATOR
from handlers.rules import Rules
from messages.abilities import Hears
from messages.i18n import Phrasebook
from scoring.model import Locale, Person, Platform, Role
from storage.store import Store

_ROLES = (Role.REP, Role.LEAD, Role.VIEWER, Role.ADMIN, Role.FINANCE)


@dataclass(frozen=True, slots=True)
class Try:
    """Something a newcomer may say: `place` is a room's id."""

    label: str
    line: str
    place: str


@dataclass(frozen=True, slots=True)
class View:
    """One person's picture: themselves, everybody, their rooms, the words of their language."""

    person: Person
    people: tuple[Person, ...]
    rooms: tuple[Room, ...]
    phrases: Phrasebook

    wecom_bot: str
    known: Mapping[str, str] = field(default_factory=dict)
    """Slack's channels and the bot by their ids there."""

    @property
    def drawing(self) -> Drawing:
        """How this person sees messages."""
        return Drawing(self.person, self.people, self.bot_name, self.known)

    def bot_name(self, platform: Platform) -> str:
        """What the bot is called: in WeCom it has one name, whatever language people read."""
        return self.wecom_bot if platform is Platform.WECOM else self.phrases.t("loopback.bot")

    def room(self, room_id: str) -> Room | None:
        """One of their places."""
        return next((room for room in self.rooms if room.id == room_id), None)


@dataclass(frozen=True, slots=True)
class Onlooker:
    """Makes views. `names` calls places by the name a team gave them, per language.

    `wecom_bot` is what the bot is called in WeCom.
    """

    store: Store
    rules: Rules
    served: Served
    names: Callable[[Room, Phrasebook], str]
    clock: Callable[[], datetime]
    wecom_bot: str
    slack: SlackClient | None = None

    async def view(self, person_id: str | None, *, reader: Locale) -> View | None:
        """The picture of a person, of the best one for this reader when none is named."""
        async with self.store.read() as tx:
            everybody = [one for one in await tx.people.everybody() if one.linked]
            people = tuple(in_order(everybody, reader, self.rules, self.clock())) or (OPERATOR,)
            chosen = people[0] if person_id is None else _find(people, person_id)
            if chosen is None:
                return None
            phrases = Phrasebook(chosen.locale or reader, self.rules.zone)
            known = {} if self.slack is None else self.slack.known(phrases.locale).names
            view = View(chosen, people, (), phrases, self.wecom_bot, known)
            rooms = await rooms_of(
                tx,
                chosen,
                self.rules,
                self.served,
                bot_name=view.bot_name,
                names=lambda room: self.names(room, phrases),
            )
        return replace(view, rooms=tuple(rooms))


def state_of(
    view: View,
    board: Board,
    now: datetime,
    *,
    movable: bool,
    zone: str,
    tries: Sequence[Try],
    slack: SlackClient | None = None,
) -> dict[str, Any]:
    """The whole picture as the page takes it."""
    rooms = {room.id for room in view.rooms}
    played = slack if slack is not None and slack.serves(view.person) else None
    window = None if played is None else played.windows.of(view.person.id)
    return {
        "now": instant(now),
        "today": now.astimezone(view.phrases.zone).date().isoformat(),
        "zone": zone,
        "persons": [_person(person) for person in view.people],
        "person": str(view.person.id),
        "locale": view.phrases.locale.value,
        "movable_clock": movable,
        "places": [_place(room, view) for room in view.rooms],
        "posts": [view.drawing.post(shown) for shown in board.seen_by(view.person.id, rooms)],
        "tries": [{"label": t.label, "line": t.line, "place": t.place} for t in tries],
        "slack": None if played is None else _slack(played, view.phrases.locale),
        "window": None if window is None else view.drawing.window(window),
    }


def in_order(people: Sequence[Person], reader: Locale, rules: Rules, now: datetime) -> list[Person]:
    """A rep who reads this language first, then their colleagues, a viewer, and everybody else.

    Of several, one who works at these hours, in a team where somebody else could be faster.
    """
    reps = [person for person in people if person.role is Role.REP]
    mates = Counter(person.team or "" for person in reps)
    here = now.astimezone(rules.zone).utcoffset()

    def fits(person: Person) -> tuple[bool, bool, int, int]:
        other_language = (person.locale or rules.locale) is not reader
        elsewhere = now.astimezone(rules.zone_of(person)).utcoffset() != here
        return (other_language, elsewhere, -mates[person.team or ""], person.id)

    first = min(reps or people, key=fits, default=None)
    if first is None:
        return []
    order = {role: index for index, role in enumerate(_ROLES)}

    def place(person: Person) -> tuple[bool, bool, bool, str, int, int]:
        return (
            person.id != first.id,
            person.team != first.team and person.role is not Role.VIEWER,
            person.team != first.team,
            person.team or "~",
            order[person.role],
            person.id,
        )

    return sorted(people, key=place)


def _find(people: Sequence[Person], person_id: str) -> Person | None:
    return next((person for person in people if str(person.id) == person_id), None)


def _person(person: Person) -> dict[str, Any]:
    return {
        "id": str(person.id),
        "name": person.name,
        "role": person.role.value,
        "team": person.team,
        "locale": person.locale.value if person.locale else None,
    }


def _slack(slack: SlackClient, locale: Locale) -> dict[str, Any]:
    known = slack.known(locale)
    return {
        "app": known.app,
        "command": known.command,
        "shortcuts": {
            "message": [{"id": key, "name": name} for key, name in known.on_message],
            "global": [{"id": key, "name": name} for key, name in known.anywhere],
        },
    }


def _place(room: Room, view: View) -> dict[str, Any]:
    ability, phrases = room.ability, view.phrases
    note = f"loopback.note.{room.kind}"
    hint = f"loopback.hint.{room.kind}"
    bot = view.bot_name(room.platform)
    return {
        "id": room.id,
        "platform": room.platform.value,
        "kind": "dm" if room.direct else "channel",
        "name": room.name,
        "ability": {
            "edit": ability.edit,
            "buttons": ability.buttons > 0,
            "hears": bool(ability.hears),
            # Bots take files in direct messages alone.
            "file": room.direct and ability.file,
            "forms": bool(ability.forms),
            "note": phrases.t(note, bot=bot),
        },
        "hint": phrases.t(hint, bot=bot) if ability.hears else "",
        "mention": f"@{bot} " if ability.hears is Hears.MENTIONS else "",
    }
