"""Short-lived permissions that Slack hands out: triggers for forms, addresses for late answers."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.loopback.bounded import trim
from bot.loopback.slack.codes import Refusal
from bot.loopback.slack.limits import Limits, Timing


@dataclass(slots=True)
class Trigger:
    """What somebody did, which allows one form to be shown to them. `view`: the form it was in."""

    id: str
    team: str
    user: str
    until: datetime
    view: str = ""
    used: bool = False


@dataclass(slots=True)
class LateAnswer:
    """A response_url. `ts` is the message that can be replaced, `ephemeral` whether one alone saw it."""

    team: str
    channel: str
    user: str
    until: datetime
    ts: str = ""
    ephemeral: bool = True
    thread: str = ""
    uses: int = 0


class Triggers:
    """All of them."""

    def __init__(self, clock: Callable[[], datetime], limits: Limits, timing: Timing) -> None:
        self._clock = clock
        self._limits = limits
        self._timing = timing
        self._triggers: dict[str, Trigger] = {}
        self._late: dict[str, LateAnswer] = {}

    def new(self, team: str, user: str, view: str = "") -> str:
        """A trigger_id."""
        number = secrets.randbelow(10**12)
        name = f"{number}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        until = self._clock() + timedelta(seconds=self._timing.trigger_s)
        self._triggers[name] = Trigger(name, team, user, until, view)
        trim(self._triggers)
        return name

    def exchange(self, name: str) -> Trigger:
        """Use a trigger up; Refusal for one that is unknown, too old or used already."""
        trigger = self._triggers.get(name)
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if self._clock() > trigger.until:
            raise Refusal("expired_trigger_id")
        trigger.used = True
        return trigger

    def late(self, late: LateAnswer) -> str:
        """The last part of a response_url's address."""
        code = f"{late.team}/{secrets.randbelow(10**12)}/{secrets.token_urlsafe(18)}"
        self._late[code] = late
        trim(self._late)
        return code

    def until(self) -> datetime:
        """When a response_url that is handed out now ends."""
        return self._clock() + timedelta(seconds=self._timing.response_url_s)

    def answer(self, code: str) -> LateAnswer:
        """Count one use of a response_url; Refusal once it is used up or too old."""
        late = self._late.get(code)
        if late is None:
            raise Refusal("invalid_url", status=404)
        if self._clock() > late.until:
            raise Refusal("expired_url", status=404)
        if late.uses >= self._limits.response_url:
            raise Refusal("used_url", status=404)
        late.uses += 1
        return late
