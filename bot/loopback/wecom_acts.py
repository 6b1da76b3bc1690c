"""What people do in the stand-in WeCom: the cloud tells the product, and shows what it answers.

Nothing of an answer is returned here. It hangs itself up when it comes, as in the real client,
and the board tells every page.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping

from bot.loopback.room import Room
from bot.loopback.spoken import Spoken
from bot.loopback.wecom.codes import Refusal
from bot.loopback.wecom.people import Done, People
from bot.loopback.wecom.reporting import Told
from bot.loopback.wecom_stand_in import WecomStandIn
from messages.abilities import Hears
from scoring.model import Person

UNHEARD = "loopback.unheard.wecom"
UNREACHED = "loopback.unreached"
CARD_GONE = "loopback.card_gone"
FILE_REFUSED = "loopback.file_size"


class WecomActs:
    """The verbs, for people who have a WeCom id."""

    def __init__(self, stand_in: WecomStandIn) -> None:
        self._stand_in = stand_in

    async def say(self, person: Person, room: Room, line: str) -> Spoken:
        """Type a line. In a group it is for the colleagues, unless it mentions the bot."""
        done = await self._now(self._people.say(_id(person), room.place, line))
        mentioned = f"@{self._stand_in.bot_name}" in line
        if room.ability.hears is not Hears.EVERYTHING and not mentioned:
            return _spoken(done, UNHEARD)
        return _spoken(done, _trouble(done.told))

    async def tap(
        self, person: Person, room: Room, message_id: str, key: str, picked: Mapping[str, str]
    ) -> Spoken:
        """Press a button, or hand in what was picked on a card."""
        selected = {question: (option,) for question, option in picked.items() if option}
        tapping = self._people.tap(_id(person), room.place, message_id, key, selected)
        try:
            done = await self._now(tapping)
        except LookupError:  # it got another face since the page drew it
            return Spoken(notice=CARD_GONE)
        return _spoken(done, _trouble(done.told))

    async def give(self, person: Person, room: Room, name: str, content: bytes) -> Spoken:
        """Drop a file."""
        giving = self._people.give_file(_id(person), room.place, name, content)
        try:
            done = await self._now(giving)
        except Refusal:  # WeCom takes files of 6 bytes to 20 MB
            return Spoken(notice=FILE_REFUSED)
        return _spoken(done, _trouble(done.told))

    def file(self, message_id: str) -> tuple[str, bytes] | None:
        """Name and content of a file that the bot sent."""
        return self._stand_in.cloud.file_of(message_id)

    async def _now(self, act: Awaitable[Done]) -> Done:
        """Do it in the company of now: somebody may have come since."""
        await self._stand_in.call_the_roll()
        return await act

    @property
    def _people(self) -> People:
        return self._stand_in.cloud.people


def _id(person: Person) -> str:
    return person.wecom_id or ""


def _trouble(told: Told) -> str:
    return "" if told.delivered else UNREACHED


def _spoken(done: Done, notice: str) -> Spoken:
    return Spoken(() if done.shown is None else (done.shown,), notice=notice)
