"""Tests speak chat: `reply = await chat("claim R-1", as_="李雷")`."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from handlers.answering import Answer, Desk
from handlers.jobs import milestones
from handlers.registry import Command
from handlers.rules import Rules
from messages.abilities import PlaceKind
from messages.i18n import Phrasebook
from messages.incoming import Incoming, InFile, Place
from messages.model import Message
from messages.places import direct_place
from messages.render.check import check_wecom
from messages.render.text import render_text
from messages.render.wecom import render_wecom
from messages.render.wecom_card import key_of
from scoring.model import Locale, Opportunity, Person, Platform, Role
from scoring.permissions import PlaceScope
from storage.outbox import Delivery
from storage.store import Store
from tests.sample_book import MONDAY, PEOPLE, RULES, SampleBook

CHANNEL = Place(
    Platform.SLACK, "#renewals-east", PlaceScope.SHARED, PlaceKind.SLACK_CHANNEL, "renewals-east"
)
TERMINAL = Place(Platform.TEXT, "terminal", PlaceScope.TERMINAL, PlaceKind.TEXT)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the text as a terminal shows it, and the value behind it."""

    text: str
    answer: Answer

    def __contains__(self, part: str) -> bool:
        return part in self.text

    @property
    def message(self) -> Message:
        """The message before rendering."""
        return self.answer.message

    @property
    def refused(self) -> bool:
        """Whether the line was refused."""
        return self.answer.refused

    @property
    def lines(self) -> list[str]:
        """The chat lines behind the buttons."""
        return list(self.message.lines())

    @property
    def taps(self) -> list[str]:
        """What a tap on each button of a WeCom card says."""
        return [key_of(button) for button in self.message.buttons]

    def tap(self, label: str) -> str:
        """What a tap on the button that is called so says."""
        return next(key_of(each) for each in self.message.buttons if label in each.label)

    def line(self, start: str) -> str:
        """The line behind the first button that starts so."""
        return next(line for line in self.lines if line.startswith(start))

    @property
    def understood(self) -> dict[str, Any]:
        """What `log` made of the line."""
        return self.answer.understood or {}


class Chat:
    """A desk over the sample book, with a clock to set."""

    def __init__(
        self, store: Store, commands: Sequence[Command], book: SampleBook, rules: Rules = RULES
    ) -> None:
        self.store = store
        self.book = book
        self.rules = rules
        self.now = MONDAY
        self.desk = Desk(store, commands, rules)
        self._events = itertools.count(1)

    async def __call__(
        self,
        line: str,
        *,
        as_: str = "李雷",
        place: str | Place = "dm",
        locale: Locale | None = None,
        event: str | None = None,
        files: tuple[InFile, ...] = (),
        operator: bool = False,
        called: str = "",
        said_at: datetime | None = None,
    ) -> Reply:
        """One line: `place` is dm, aside, channel, wecom (the app), bot, group or terminal.

        Without `locale`, people with Chinese names read Chinese and the others English. `called`
        is what the platform's directory calls somebody unknown.
        """
        where = place if isinstance(place, Place) else place_of(as_, place)
        incoming = Incoming(
            platform=where.platform,
            sender=sender_of(as_, where.platform),
            text=line,
            place=where,
            id=event if event is not None else f"e{next(self._events)}",
            locale=locale or (Locale.EN if as_.isascii() else Locale.ZH),
            files=files,
            operator=operator,
            sender_name=called,
            said_at=said_at,
        )
        answer = await self.desk.answer(incoming, self.now)
        phrases = Phrasebook(answer.locale, self.rules.zone)
        if where.platform is Platform.WECOM:  # whatever is answered there, WeCom takes it
            for payload in render_wecom(answer.message, where.kind, phrases):
                assert check_wecom(payload, where.kind) == []
        return Reply(render_text(answer.message, phrases), answer)

    @property
    def today(self) -> date:
        """The local day of the clock."""
        return self.now.astimezone(self.rules.zone).date()

    def later(self, **delta: float) -> None:
        """Move the clock by a timedelta's arguments."""
        self.now += timedelta(**delta)

    def at(self, now: datetime) -> None:
        """Set the clock."""
        self.now = now

    async def tick(self) -> milestones.MilestoneTick:
        """Run the milestone job at the clock's instant."""
        async with self.store.begin() as tx:
            return await milestones.run(tx, self.rules, self.now)

    async def opportunity(self, contract_no: str) -> Opportunity:
        """The renewal of a contract as it stands."""
        async with self.store.read() as tx:
            found = await tx.opportunities.of_contract(self.book.contracts[contract_no])
        assert found is not None, f"{contract_no} has no opportunity yet"
        return found

    async def code(self, contract_no: str) -> str:
        """How chat lines name the renewal of a contract, `R-1`."""
        return (await self.opportunity(contract_no)).code

    async def person(self, name: str) -> Person:
        """Somebody of the sample."""
        async with self.store.read() as tx:
            found = await tx.people.by_name(name)
        assert found is not None
        return found

    async def outbox(self, kind: str | None = None) -> list[Delivery]:
        """What waits to be sent or was."""
        async with self.store.read() as tx:
            rows = await tx.outbox.rows()
        return [row for row in rows if kind is None or row.kind == kind]


def sender_of(name: str, platform: Platform) -> str:
    """What a platform calls a person of the sample; a stranger's name stays what it is."""
    known = PEOPLE.get(name, {})
    if platform is Platform.TEXT:
        return name
    return str(known.get(f"{platform}_id") or f"stranger-{name}")


def bot_place(userid: str, *, group: bool) -> Place:
    """Where WeCom's AI bot hears somebody: in a group, or alone."""
    if group:
        kind = PlaceKind.WECOM_AIBOT_GROUP
        return Place(Platform.WECOM, "group:east", PlaceScope.SHARED, kind, "续约群")
    return Place(Platform.WECOM, f"bot:{userid}", PlaceScope.DM, PlaceKind.WECOM_AIBOT_DM)


def place_of(name: str, place: str) -> Place:
    """The places tests speak in."""
    known = PEOPLE.get(name, {})
    if place == "channel":
        return CHANNEL
    if place == "aside":
        return Place(
            Platform.SLACK, CHANNEL.id, PlaceScope.ASIDE, PlaceKind.SLACK_EPHEMERAL, CHANNEL.name
        )
    if place == "wecom":
        person = Person(0, name, Role.VIEWER, wecom_id=sender_of(name, Platform.WECOM))
        direct = direct_place(person, Platform.WECOM) or ""
        return Place(Platform.WECOM, direct, PlaceScope.DM, PlaceKind.WECOM_APP)
    if place in ("bot", "group"):
        return bot_place(sender_of(name, Platform.WECOM), group=place == "group")
    if place == "terminal":
        return TERMINAL
    return Place(
        Platform.SLACK, str(known.get("slack_id", "U0")), PlaceScope.DM, PlaceKind.SLACK_DM
    )
