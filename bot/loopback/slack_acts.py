"""What people do in the stand-in Slack: the cloud tells the product, and shows what it answers.

Nothing of an answer is returned here. Messages hang themselves up and views come to the windows
when they come, as in the real client, and every page is told.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Mapping
from typing import Any

from bot.loopback.board import Board
from bot.loopback.room import Room
from bot.loopback.slack.people import Done, People
from bot.loopback.slack_client import Known, Option, Spot, State
from bot.loopback.slack_stand_in import SlackStandIn
from bot.loopback.spoken import Spoken
from bot.loopback.windows import Windows
from bot.slack.surface import COMMAND, LOG_AS_TOUCH, LOOK_UP
from messages.i18n import Phrasebook
from scoring.model import Locale, Person, Platform

UNHEARD = "loopback.unheard.slack"
UNREACHED = "loopback.unreached"
GONE = "loopback.card_gone"
NO_COMMAND = "loopback.no_command"

_AT = "@"


class SlackActs:
    """The verbs, for people who have a Slack id."""

    def __init__(self, stand_in: SlackStandIn, board: Board) -> None:
        self._stand_in = stand_in
        self._board = board

    @property
    def windows(self) -> Windows:
        """Everybody's modals and Home tabs."""
        return self._stand_in.windows

    def serves(self, person: Person) -> bool:
        """Whether the workspace knows that person."""
        return bool(person.id and person.slack_id)

    def known(self, locale: Locale) -> Known:
        """The app's command and shortcuts as its manifest names them."""
        t = Phrasebook(locale).t
        bot = t("loopback.bot")
        return Known(
            app=bot,
            command=COMMAND,
            on_message=((LOG_AS_TOUCH, t(f"manifest.{LOG_AS_TOUCH}")),),
            anywhere=((LOOK_UP, t(f"manifest.{LOOK_UP}")),),
            names={**self._stand_in.names(), self._stand_in.bot_user: bot},
        )

    async def say(self, person: Person, room: Room, line: str, thread: str = "") -> Spoken:
        """Type a line. In a channel it is for the colleagues, unless it mentions the bot."""
        user = _id(person)
        if line.startswith("/"):
            command, _, rest = line.partition(" ")
            if command != COMMAND:
                return Spoken(notice=NO_COMMAND)
            return self._spoken(await self._now(self._people.slash(user, room.place, rest.strip())))
        text = self._with_mentions(line)
        root = self._ts(thread) if thread else ""
        done = await self._now(self._people.say(user, room.place, text, thread=root))
        # A line with a link to a customer is heard, too: it gets a preview.
        return self._spoken(done) if done.told.delivered else self._spoken(done, UNHEARD)

    async def give(self, person: Person, room: Room, name: str, content: bytes) -> Spoken:
        """Drop a file."""
        dropping = self._people.drop(_id(person), room.place, name, content)
        return self._spoken(await self._now(dropping))

    def file(self, message_id: str) -> tuple[str, bytes] | None:
        """Name and content of a file that hangs on a message."""
        return self._stand_in.cloud.file_of(message_id)

    async def act(self, person: Person, spot: Spot, state: State) -> Spoken:
        """Tap or pick something in a message, in the modal on top, or on the Home tab."""
        user, name, value = _id(person), spot.action or spot.block, value_of(state)
        if spot.room is not None:
            ts = self._ts(spot.message_id)
            acting = self._people.select(user, spot.room.place, ts, name, value)
        elif spot.view:
            acting = self._people.tap_form(user, name, value)
        else:
            acting = self._people.tap_home(user, name, value)
        return await self._tried(acting)

    async def seek(self, person: Person, spot: Spot, text: str) -> list[Option]:
        """What the product offers for what was typed."""
        user, name = _id(person), spot.action or spot.block
        place, ts = "", ""
        if spot.room is not None:
            place, ts = spot.room.place, self._ts(spot.message_id)
        try:
            done = await self._now(self._people.search(user, name, text, place=place, ts=ts))
        except LookupError:
            return []
        return list(done.options)

    async def submit(self, person: Person, view: str, values: Mapping[str, State]) -> Spoken:
        """Hand the modal on top in."""
        user = _id(person)
        filled = {
            name: value_of(state) for block in values.values() for name, state in block.items()
        }
        try:
            done = await self._now(self._people.submit(user, filled))
        except LookupError:  # another form took its place since the page drew it
            return Spoken(notice=GONE)
        after = done.view
        if after is not None and after.id == view and after.errors:
            return Spoken(errors=dict(after.errors))
        return Spoken(notice=UNREACHED) if done.complaint else Spoken()

    async def close(self, person: Person, view: str, *, every: bool) -> Spoken:
        """Close the modal on top, or all of them; one that is gone already is no matter."""
        try:
            await self._now(self._people.close(_id(person), all_=every))
        except LookupError:
            return Spoken()
        return Spoken()

    async def home(self, person: Person) -> Spoken:
        """Open the app at its Home tab."""
        return await self._tried(self._people.open_home(_id(person)))

    async def shortcut(self, person: Person, name: str, room: Room | None, post: str) -> Spoken:
        """Use a shortcut: on a message where one is named, else beside the message field."""
        if room is not None and post:
            using = self._people.message_shortcut(_id(person), room.place, self._ts(post), name)
        else:
            using = self._people.shortcut(_id(person), name)
        return await self._tried(using)

    async def react(self, person: Person, room: Room, message_id: str, emoji: str) -> Spoken:
        """Put an emoji under a message."""
        ts = self._ts(message_id)
        return await self._tried(self._people.react(_id(person), room.place, ts, emoji))

    async def _tried(self, act: Awaitable[Done]) -> Spoken:
        try:
            done = await self._now(act)
        except LookupError:  # it got another face since the page drew it
            return Spoken(notice=GONE)
        return Spoken(notice=UNREACHED) if done.complaint else Spoken()

    async def _now(self, act: Awaitable[Done]) -> Done:
        """Do it in the workspace of now: somebody may have come since."""
        await self._stand_in.call_the_roll()
        return await act

    def _spoken(self, done: Done, notice: str = "") -> Spoken:
        shown = None
        if done.posted is not None and not done.posted.bot_id:
            place = done.posted.channel.place
            shown = self._board.get(Platform.SLACK, place, done.posted.shown_id)
        trouble = UNREACHED if done.complaint or _unreached(done) else notice
        return Spoken(() if shown is None else (shown,), notice=trouble)

    def _ts(self, message_id: str) -> str:
        posted = self._stand_in.cloud.post_of(message_id)
        return "" if posted is None else posted.ts

    def _with_mentions(self, line: str) -> str:
        """What is typed with an @ before a name as Slack's client sends it."""
        if _AT not in line:
            return line
        bot = self._stand_in.bot_user
        called = {Phrasebook(each).t("loopback.bot"): bot for each in Locale}
        called |= {user.real_name: user.id for user in self._stand_in.workspace.users.values()}
        longest = sorted(filter(None, called), key=len, reverse=True)
        names = re.compile("@(" + "|".join(map(re.escape, longest)) + ")", re.IGNORECASE)
        folded = {name.casefold(): known for name, known in called.items()}
        return names.sub(lambda found: f"<@{folded[found[1].casefold()]}>", line)

    @property
    def _people(self) -> People:
        return self._stand_in.cloud.people


def value_of(state: Mapping[str, Any]) -> Any:
    """What was picked or typed, as an act takes it: an option's value, ids, a date, a text."""
    match state:
        case {"selected_option": {"value": value}}:
            return value
        case {"selected_options": list(options)}:
            return [option["value"] for option in options]
        case {"type": "button"}:
            return None
    for name, value in state.items():
        if name != "type":
            return value
    return None


def _unreached(done: Done) -> bool:
    return bool(done.told.attempts) and not done.told.delivered


def _id(person: Person) -> str:
    return person.slack_id or ""
