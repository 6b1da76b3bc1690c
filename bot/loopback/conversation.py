"""What people do on the stand-in platforms: lines, clicks, forms and files, through the dispatcher."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from bot.dispatcher import Dispatcher
from bot.loopback.adapter import CARD_LIFE, render_for
from bot.loopback.board import Board, Shown
from bot.loopback.room import Room
from handlers.answering import OPERATOR, Answer
from messages.abilities import Hears, PlaceKind
from messages.i18n import Phrasebook
from messages.incoming import Incoming, InFile, Place
from messages.lines import with_values
from messages.model import Attachment, Form
from scoring.model import Locale, Person, Platform
from storage.store import Store

DOUBLE_CLICK_S = 1.5
"""A second press within this time is the first one's echo and gets its answer."""

FILES_KEPT = 40


@dataclass(frozen=True, slots=True)
class Spoken:
    """What came of it: the messages it hung up, a form to ask, why it was refused."""

    posts: tuple[Shown, ...] = ()
    form: Form | None = None
    refusal: str = ""
    unheard: bool = False


@dataclass(frozen=True, slots=True)
class Speaker:
    """A person at their desk, with the language their page is in."""

    person: Person
    locale: Locale | None = None


@dataclass(slots=True)
class Conversation:
    """The people's side of the stand-in platforms. `spoke` is called after every line."""

    store: Store
    board: Board
    dispatcher: Dispatcher
    clock: Callable[[], datetime]
    spoke: Callable[[], None]
    zone: tzinfo
    files: dict[str, Attachment] = field(default_factory=dict)
    _clicks: dict[tuple[int, str, str, str], tuple[float, asyncio.Task[Spoken]]] = field(
        default_factory=dict
    )

    async def say(self, speaker: Speaker, room: Room, line: str) -> Spoken:
        """A typed line. Where the bot hears only mentions, other lines are for the colleagues."""
        slash = line.startswith("/") and room.platform is Platform.SLACK
        mine = self._hang_line(speaker.person, room, line, slash=slash)
        heard = room.ability.hears
        addressed = slash or line.startswith("@")
        if heard is not Hears.EVERYTHING and not (heard is Hears.MENTIONS and addressed):
            return Spoken((mine,), unheard=True)
        # A command comes with what opens a modal, a message does not.
        answered = await self._ask(speaker, room, line, _event(), modal=slash)
        return Spoken((mine, *answered.posts), answered.form)

    async def click(self, speaker: Speaker, room: Room, message_id: str, line: str) -> Spoken:
        """A pressed button; pressed twice in a moment it acts once."""
        key = (speaker.person.id, room.id, message_id, line)
        now = time.monotonic()
        self._clicks = {k: v for k, v in self._clicks.items() if now - v[0] < DOUBLE_CLICK_S}
        known = self._clicks.get(key)
        if known is None:
            await self._renew_code(room, message_id)
            modal = room.platform is Platform.SLACK
            pressed = self._ask(speaker, room, line, _event(), modal=modal)
            known = self._clicks[key] = (now, asyncio.create_task(pressed))
        return await asyncio.shield(known[1])

    async def submit(
        self, speaker: Speaker, room: Room, line: str, values: Mapping[str, str]
    ) -> Spoken:
        """A form that was filled in: its values complete the line."""
        whole = with_values(line, list(values.items()))
        modal = room.platform is Platform.SLACK
        return await self._ask(speaker, room, whole, _event(), modal=modal, stays_open=modal)

    async def give(self, speaker: Speaker, room: Room, name: str, content: bytes) -> Spoken:
        """A file that was dropped."""
        mine = self.board.hang(replace(self._by(speaker.person, room), file=name))
        file = (InFile(name, content),)
        answered = await self._ask(speaker, room, "", _event(), modal=False, files=file)
        return Spoken((mine, *answered.posts), answered.form)

    async def _ask(
        self,
        speaker: Speaker,
        room: Room,
        line: str,
        event: str,
        *,
        modal: bool,
        stays_open: bool = False,
        files: tuple[InFile, ...] = (),
    ) -> Spoken:
        incoming = _incoming(speaker, room, line, event, files)
        answer = await self.dispatcher.dispatch(incoming, self.clock())
        self.spoke()
        form = answer.message.form
        if form is not None and modal:
            return Spoken(form=form)
        if stays_open and answer.refused and not answer.message.buttons:
            return Spoken(refusal=answer.message.summary)
        return Spoken(tuple(self._hang_answer(speaker.person, room, answer)))

    def _hang_answer(self, person: Person, room: Room, answer: Answer) -> list[Shown]:
        kind = room.answer_kind
        only_for = person.id if kind is PlaceKind.SLACK_EPHEMERAL else None
        book = Phrasebook(answer.locale, self.zone)
        payloads = render_for(answer.message, kind, book, key=secrets.token_hex(8))
        hung = [
            self.board.hang(replace(self._blank(room), payload=payload, only_for=only_for))
            for payload in payloads
        ]
        if room.ability.file and only_for is None:
            hung.extend(self._hang_file(room, each) for each in answer.message.attachments)
        return hung

    def _hang_file(self, room: Room, attachment: Attachment) -> Shown:
        shown = self.board.hang(replace(self._blank(room), file=attachment.name))
        self.files[shown.id] = attachment
        while len(self.files) > FILES_KEPT:
            del self.files[next(iter(self.files))]
        return shown

    def _hang_line(self, person: Person, room: Room, line: str, *, slash: bool) -> Shown:
        # Slack shows a slash command to nobody else.
        only_for = person.id if slash and not room.direct else None
        return self.board.hang(replace(self._by(person, room), text=line, only_for=only_for))

    def _by(self, person: Person, room: Room) -> Shown:
        return replace(self._blank(room), person_id=person.id, author=person.name)

    def _blank(self, room: Room) -> Shown:
        return Shown("", room.platform, room.place, room.kind, self.clock())

    async def _renew_code(self, room: Room, message_id: str) -> None:
        """A click on a WeCom app's card brings a fresh code to update it with (wecom.md b)."""
        shown = self.board.get(room.platform, room.place, message_id)
        if shown is None or room.kind is not PlaceKind.WECOM_APP:
            return
        if (shown.payload or {}).get("msgtype") != "template_card":
            return
        async with self.store.begin() as tx:
            post = await tx.posts.at(room.platform, room.place, message_id)
            if post is None:
                return
            code = secrets.token_hex(8)
            until = self.clock() + CARD_LIFE
            await tx.posts.edited(post.id, response_code=code, editable_until=until)
        self.board.note(replace(shown, response_code=code))


def _incoming(
    speaker: Speaker, room: Room, line: str, event: str, files: tuple[InFile, ...]
) -> Incoming:
    person = speaker.person
    known = person.slack_id if room.platform is Platform.SLACK else person.wecom_id
    return Incoming(
        # Whom the platform does not know speaks by name, as at the operator's terminal.
        platform=room.platform if known else Platform.TEXT,
        sender=known or person.name,
        text=line,
        place=Place(room.platform, room.place, room.scope, room.answer_kind, room.name),
        id=event,
        locale=speaker.locale,
        files=files,
        # The page speaks as the operator only while the book knows nobody.
        operator=person is OPERATOR,
    )


def _event() -> str:
    return f"local-{secrets.token_hex(8)}"
