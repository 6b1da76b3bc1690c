"""What people do on the stand-in platforms: lines, clicks, forms and files.

In WeCom they do it in the cloud, which tells the product as the real one would. Slack, the people
without a WeCom id and the operator of a book without people are heard in this process: whom
WeCom's cloud does not know speaks by name, as at the operator's terminal.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from bot.adapters.base import Payload
from bot.dispatcher import Dispatcher
from bot.loopback.board import Board, Shown
from bot.loopback.room import Room
from bot.loopback.slack_client import SlackClient
from bot.loopback.spoken import Spoken
from bot.loopback.wecom_acts import WecomActs
from handlers.answering import OPERATOR, Answer
from messages.abilities import Hears, PlaceKind
from messages.i18n import Phrasebook
from messages.incoming import Incoming, InFile, Place
from messages.lines import with_values
from messages.model import Attachment
from messages.render.slack import render_slack
from messages.render.wecom import render_wecom
from scoring.model import Locale, Person, Platform
from storage.store import Store

DOUBLE_CLICK_S = 1.5
"""A second press within this time is the first one's echo and gets its answer."""

FILES_KEPT = 40


@dataclass(frozen=True, slots=True)
class Speaker:
    """A person at their desk, with the language their page is in."""

    person: Person
    locale: Locale | None = None


@dataclass(slots=True)
class Conversation:
    """The people's side of the stand-in platforms. `spoke` is called after every line heard here."""

    store: Store
    board: Board
    dispatcher: Dispatcher
    clock: Callable[[], datetime]
    spoke: Callable[[], None]
    zone: tzinfo
    wecom: WecomActs
    slack: SlackClient | None = None
    _files: dict[str, Attachment] = field(default_factory=dict)
    _clicks: dict[tuple[object, ...], tuple[float, asyncio.Task[Spoken]]] = field(
        default_factory=dict
    )

    async def say(self, speaker: Speaker, room: Room, line: str, thread: str = "") -> Spoken:
        """A typed line. Where the bot hears only mentions, other lines are for the colleagues."""
        if slack := self._slack_for(speaker, room):
            return await slack.say(speaker.person, room, line, thread)
        if wecom := self._cloud_for(speaker, room):
            return await wecom.say(speaker.person, room, line)
        slash = line.startswith("/") and room.platform is Platform.SLACK
        mine = self._hang_line(speaker.person, room, line, slash=slash)
        heard = room.ability.hears
        addressed = slash or line.startswith("@")
        if heard is not Hears.EVERYTHING and not (heard is Hears.MENTIONS and addressed):
            return Spoken((mine,), notice=f"loopback.unheard.{room.platform}")
        # A command comes with what opens a modal, a message does not.
        answered = await self._ask(speaker, room, line, modal=slash)
        return Spoken((mine, *answered.posts), answered.form)

    async def click(self, speaker: Speaker, room: Room, message_id: str, line: str) -> Spoken:
        """A pressed button; pressed twice in a moment it acts once."""
        return await self._once(speaker, room, message_id, line, {})

    async def submit(
        self, speaker: Speaker, room: Room, message_id: str, line: str, values: Mapping[str, str]
    ) -> Spoken:
        """A form that was filled in: its values complete the line."""
        if self._cloud_for(speaker, room):
            return await self._once(speaker, room, message_id, line, values)
        whole = with_values(line, list(values.items()))
        modal = room.platform is Platform.SLACK
        return await self._ask(speaker, room, whole, modal=modal, stays_open=modal)

    async def give(self, speaker: Speaker, room: Room, name: str, content: bytes) -> Spoken:
        """A file that was dropped."""
        if slack := self._slack_for(speaker, room):
            return await slack.give(speaker.person, room, name, content)
        if wecom := self._cloud_for(speaker, room):
            return await wecom.give(speaker.person, room, name, content)
        mine = self.board.hang(replace(self._by(speaker.person, room), file=name))
        file = (InFile(name, content),)
        answered = await self._ask(speaker, room, "", modal=False, files=file)
        return Spoken((mine, *answered.posts), answered.form)

    def file(self, message_id: str) -> bytes | None:
        """The content of a file that the bot put somewhere."""
        if known := self._files.get(message_id):
            return known.content
        found = self.wecom.file(message_id)
        if found is None and self.slack is not None:
            found = self.slack.file(message_id)
        return None if found is None else found[1]

    def _slack_for(self, speaker: Speaker, room: Room) -> SlackClient | None:
        """The stand-in Slack for those whom it knows; None: they are heard here."""
        slack = self.slack if room.platform is Platform.SLACK else None
        return slack if slack is not None and slack.serves(speaker.person) else None

    def _cloud_for(self, speaker: Speaker, room: Room) -> WecomActs | None:
        """The cloud in which a person does things in that room; None: they are heard here."""
        known = room.platform is Platform.WECOM and speaker.person.wecom_id
        return self.wecom if known else None

    async def _once(
        self,
        speaker: Speaker,
        room: Room,
        message_id: str,
        line: str,
        values: Mapping[str, str],
    ) -> Spoken:
        key = (speaker.person.id, room.id, message_id, line, *sorted(values.items()))
        now = time.monotonic()
        self._clicks = {k: v for k, v in self._clicks.items() if now - v[0] < DOUBLE_CLICK_S}
        known = self._clicks.get(key)
        if known is None:
            press = self._press(speaker, room, message_id, line, values)
            known = self._clicks[key] = (now, asyncio.create_task(press))
        return await asyncio.shield(known[1])

    async def _press(
        self,
        speaker: Speaker,
        room: Room,
        message_id: str,
        line: str,
        values: Mapping[str, str],
    ) -> Spoken:
        if wecom := self._cloud_for(speaker, room):
            return await wecom.tap(speaker.person, room, message_id, line, values)
        return await self._ask(speaker, room, line, modal=room.platform is Platform.SLACK)

    async def _ask(
        self,
        speaker: Speaker,
        room: Room,
        line: str,
        *,
        modal: bool,
        stays_open: bool = False,
        files: tuple[InFile, ...] = (),
    ) -> Spoken:
        incoming = _incoming(speaker, room, line, files)
        answer = await self.dispatcher.dispatch(incoming, self.clock())
        self.spoke()
        form = answer.message.form
        if form is not None and modal:
            return Spoken(form=form)
        if stays_open and answer.refused and not answer.message.buttons:
            return Spoken(refusal=answer.message.summary)
        return Spoken(tuple(self._hang_answer(speaker.person, room, answer)))

    def _hang_answer(self, person: Person, room: Room, answer: Answer) -> list[Shown]:
        only_for = person.id if room.answer_kind is PlaceKind.SLACK_EPHEMERAL else None
        hung = [
            self.board.hang(replace(self._blank(room), payload=payload, only_for=only_for))
            for payload in self._drawn(room, answer)
        ]
        if room.ability.file and only_for is None:
            hung.extend(self._hang_file(room, each) for each in answer.message.attachments)
        return hung

    def _drawn(self, room: Room, answer: Answer) -> tuple[Payload, ...]:
        book = Phrasebook(answer.locale, self.zone)
        if room.platform is Platform.SLACK:
            return tuple(part.payload() for part in render_slack(answer.message, book))
        task_id = secrets.token_hex(8)
        return render_wecom(answer.message, room.answer_kind, book, task_id=task_id)

    def _hang_file(self, room: Room, attachment: Attachment) -> Shown:
        shown = self.board.hang(replace(self._blank(room), file=attachment.name))
        self._files[shown.id] = attachment
        while len(self._files) > FILES_KEPT:
            del self._files[next(iter(self._files))]
        return shown

    def _hang_line(self, person: Person, room: Room, line: str, *, slash: bool) -> Shown:
        # Slack shows a slash command to nobody else.
        only_for = person.id if slash and not room.direct else None
        return self.board.hang(replace(self._by(person, room), text=line, only_for=only_for))

    def _by(self, person: Person, room: Room) -> Shown:
        return replace(self._blank(room), person_id=person.id, author=person.name)

    def _blank(self, room: Room) -> Shown:
        return Shown("", room.platform, room.place, room.kind, self.clock())


def _incoming(speaker: Speaker, room: Room, line: str, files: tuple[InFile, ...]) -> Incoming:
    person = speaker.person
    known = person.slack_id if room.platform is Platform.SLACK else None
    return Incoming(
        # Whom the platform does not know speaks by name, as at the operator's terminal.
        platform=room.platform if known else Platform.TEXT,
        sender=known or person.name,
        text=line,
        place=Place(room.platform, room.place, room.scope, room.answer_kind, room.name),
        id=f"local-{secrets.token_hex(8)}",
        locale=speaker.locale,
        files=files,
        # The page speaks as the operator only while the book knows nobody.
        operator=person is OPERATOR,
    )
