"""A reception with everything behind it, and people of the sample book who use it."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr

from bot.dispatcher import Dispatcher
from bot.exchanges import Exchanges
from bot.slack.answering import PIN
from bot.slack.api import SlackApi
from bot.slack.files import fetching
from bot.slack.heard import (
    Commanded,
    Said,
    Submitted,
    Tapped,
    Where,
)
from bot.slack.homes import Homes
from bot.slack.identity import Identity
from bot.slack.reception import SlackReception
from bot.slack.replies import Patience, Reply
from bot.slack.workspaces import OneWorkspace
from handlers.commands import COMMANDS
from handlers.registry import Command
from handlers.rules import Rules
from messages.model import Attachment
from storage.store import Store
from tests.sample_book import MONDAY, RULES
from tests.slack.answered import TEAM, Json, SlackHeard, slack_on_loopback, taps_of

LILEI, HMM, ADA, VERA = "U1LILEI", "U2HMM", "U3ADA", "U4VERA"
EAST = "C0EAST"
UNHURRIED = Patience(sign_s=10.0, end_s=20.0)
HURRIED = Patience(sign_s=0.05, end_s=5.0)

_NUMBERS = itertools.count(1)


async def no_pause(_seconds: float) -> None:
    """Pauses take no time."""


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def later(self, **delta: float) -> None:
        self.now += timedelta(**delta)


@dataclass
class House:
    """A service that runs, as much of it as answers Slack."""

    store: Store
    slack: SlackHeard
    api: SlackApi
    reception: SlackReception
    homes: Homes
    clock: Clock
    given: list[tuple[str, str]] = field(default_factory=list)

    def where(self, user: str = LILEI, channel: str = EAST, **more: Any) -> Where:
        """Somebody in a channel; in their own conversation where that is a D…."""
        direct = channel.startswith("D")
        name = "" if direct or not channel else "renewals-east"
        return Where(TEAM, user, channel, name, direct=direct, user_team=TEAM, **more)

    def url(self, name: str = "first") -> str:
        """A `response_url`."""
        return f"{self.slack.url}/respond/{name}"

    def command(self, text: str, user: str = LILEI, channel: str = EAST) -> Commanded:
        """`/renewals text`."""
        number = f"t{next(_NUMBERS)}"
        return Commanded(number, self.where(user, channel), text, number, self.url())

    def line(self, text: str, user: str = LILEI, channel: str = "D1", **more: Any) -> Said:
        """A direct message, or a mention in a channel."""
        number = next(_NUMBERS)
        ts = f"1795300000.{number:06}"
        at = more.pop("at", self.clock.now)
        where = self.where(user, channel, message=ts, **more.pop("where", {}))
        return Said(f"Ev{number}", where, text, ts, at=at, **more)

    def tap(
        self,
        element: Json,
        user: str = LILEI,
        channel: str = EAST,
        *,
        ephemeral: bool = True,
        surface: str = "message",
        view: Json | None = None,
        **where: Any,
    ) -> Tapped:
        """A button or an option of a list."""
        number = f"tap{next(_NUMBERS)}"
        direct = channel.startswith("D")
        return Tapped(
            number,
            self.where(user, channel, message="1795300000.000001", **where),
            action=element["action_id"],
            line=element["value"],
            trigger=number,
            response_url=self.url("tap") if surface == "message" else "",
            surface=surface,
            ephemeral=ephemeral and not direct,
            view=view,
        )

    def submit(self, view: Json, values: dict[str, Any], user: str = LILEI) -> Submitted:
        """A modal that is handed in; values are texts, or states as Slack spells them."""
        number = f"s{next(_NUMBERS)}"
        state = {}
        for block in view["blocks"]:
            if block.get("type") == "input" and block["block_id"] in values:
                state[block["block_id"]] = _state(block["element"], values[block["block_id"]])
        whole = {**view, "id": "V9", "hash": "h9", "state": {"values": state}}
        return Submitted(number, Where(TEAM, user, user_team=TEAM), whole, number)

    async def hear(self, heard: Any) -> Json | None:
        """What the acknowledgement carries."""
        return await self.reception.hear(heard)

    async def answer(self, text: str, user: str = LILEI, channel: str = EAST) -> Json:
        """What a slash command is acknowledged with."""
        return await self.hear(self.command(text, user, channel)) or {}

    async def form(self, element: Json, **tapped: Any) -> Json:
        """The modal that a tap opens."""
        before = len(self.slack.asked("views.open"))
        await self.hear(self.tap(element, **tapped))
        opened = self.slack.asked("views.open")[before:]
        assert len(opened) == 1, self.slack.methods()
        return dict(opened[0]["view"])

    async def settled(self) -> None:
        """Everything that is under way comes to its end."""
        await self.reception.drain()


def button(answer: Json, label: str) -> Json:
    """The tap whose label has these words."""
    taps = taps_of(answer)
    found = next((taps[name] for name in taps if label in name), None)
    assert found is not None, list(taps)
    return found


@asynccontextmanager
async def house(
    store: Store,
    *,
    commands: Sequence[Command] = COMMANDS,
    patience: Patience = UNHURRIED,
    form_patience: Patience = UNHURRIED,
    exchanges: Exchanges[Reply] | None = None,
    clock: Clock | None = None,
    slack: SlackHeard | None = None,
    rules: Rules = RULES,
    pin: str = PIN,
) -> AsyncIterator[House]:
    """The reception in front of the real commands; `slack` is shared with another replica."""
    if slack is None:
        async with (
            slack_on_loopback() as own,
            house(
                store,
                commands=commands,
                patience=patience,
                form_patience=form_patience,
                exchanges=exchanges,
                clock=clock,
                slack=own,
                rules=rules,
                pin=pin,
            ) as home,
        ):
            yield home
        return
    clock = clock or Clock()
    token = SecretStr("xoxb-of-a-test")
    api = SlackApi(OneWorkspace(token, api_url=slack.api_url), api_url=slack.api_url, clock=clock)
    homes = Homes(store, api, rules, clock)
    given: list[tuple[str, str]] = []

    async def give(where: Where, attachment: Attachment) -> None:
        given.append((where.user, attachment.name))

    identity = Identity(store, api, clock)
    reception = SlackReception(
        store,
        Dispatcher(store, commands, rules),
        rules,
        clock,
        api,
        identify=identity.identify,
        fetch=fetching(api),
        give=give,
        homes=homes,
        api_url=slack.api_url,
        pin=pin,
        sleep=no_pause,
        patience=patience,
        form_patience=form_patience,
        exchanges=exchanges,
    )
    try:
        yield House(store, slack, api, reception, homes, clock, given)
        await reception.drain()
    finally:
        await reception.close()
        await identity.drain()
        await api.close()


def _state(element: Json, value: Any) -> Json:
    kind = element["type"]
    if kind == "datepicker":
        return {element["action_id"]: {"type": kind, "selected_date": value}}
    if kind == "users_select":
        return {element["action_id"]: {"type": kind, "selected_user": value}}
    if kind in ("static_select", "external_select"):
        option = {"text": {"type": "plain_text", "text": str(value)}, "value": value}
        return {element["action_id"]: {"type": kind, "selected_option": option}}
    return {element["action_id"]: {"type": kind, "value": value}}
