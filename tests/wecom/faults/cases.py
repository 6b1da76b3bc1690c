"""The fault cases one by one: what goes wrong, on which way, and what it is called."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from bot.delivery.checkpoints import Point
from tests.databases import DIALECTS
from tests.fakes.wecom import EVERY_CODE, Fault, Script
from tests.wecom.faults.service import ROBOTS
from tests.wecom.faults.site import APPCHAT, GROUPS
from tests.wecom.faults.weather import FRAME, HTTP

LONG = "RENEWALS_TEST_SEEDS" in os.environ
"""Every error code of the table on every way, on both databases; else one of each meaning on one.

The oracles with random faults run on both in any case.
"""

HERE = DIALECTS if LONG else DIALECTS[:1]

CONNECTION = "connection"
WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that goes wrong: `script` on the next request, frame or callback called `what`.

    `place` is where something is told or said meanwhile. For `what` CONNECTION and WORKER `script`
    names what happens to that.
    """

    way: str
    place: str
    what: str
    script: Script | str

    @property
    def name(self) -> str:
        """What it is called in the table."""
        if isinstance(self.script, int):
            return f"{self.way}: errcode {self.script}"
        fault = self.script.value if isinstance(self.script, Fault) else self.script
        return f"{self.way}: {fault.replace('_', ' ')}"


CODES = EVERY_CODE if LONG else (-1, 40014, 45009, 45033, 60020, 40058, 42014, 81013, 99999)
BOT_CODES = EVERY_CODE if LONG else (-1, 45009, 40058, 93006, 846605, 846607, 846608, 846609, 99999)
LIKEWISE = (
    HTTP
    if LONG
    else (
        *(Fault.ERROR_500, Fault.TAKEN_500, Fault.TAKEN_RESET, Fault.TAKEN_HALF_JSON),
        *(Fault.LIMIT_429, Fault.TAKEN_HANG),
    )
)
"""For ways that go through what the app's faults have tried."""

NO_TOKEN = (
    *(Fault.ERROR_500, Fault.HANG, Fault.RESET, Fault.GARBAGE, Fault.TAKEN_HALF_JSON),
    *(Fault.LIMIT_429, -1, 40001, 45009),
)
KICKED = (*FRAME, Fault.KICK)
CUTS = ("close 1000", "close 1001", "close 1011", "cut 1006", "half-open", "kicked", "late frames")
DEATHS = tuple(f"killed {point}" for point in Point)


def _all(way: str, place: str, what: str, scripts: tuple[Script | str, ...]) -> Iterator[Case]:
    return (Case(way, place, what, script) for script in scripts)


OUTGOING: dict[str, tuple[Case, ...]] = {
    "app": (
        *_all("alert by the app", "user:lilei", "message/send", (*HTTP, Fault.TWICE)),
        *_all("alert by the app", "user:lilei", "message/send", CODES),
        *_all("alert by the app", "user:lilei", WORKER, DEATHS),
        *_all("token for an alert", "user:lilei", "gettoken", NO_TOKEN),
    ),
    "appchat": (
        *_all("alert to a group of the app", APPCHAT, "appchat/send", LIKEWISE),
        *_all("alert to a group of the app", APPCHAT, "appchat/send", CODES),
        *_all("alert to a group of the app", APPCHAT, WORKER, DEATHS),
    ),
    "robot": (
        *_all("alert by a robot", ROBOTS[0], "webhook/send", LIKEWISE),
        *_all("alert by a robot", ROBOTS[0], "webhook/send", CODES),
        *_all("alert by a robot", ROBOTS[0], WORKER, DEATHS),
    ),
    "aibot": (
        *_all("alert by the AI bot", GROUPS[0], "aibot_send_msg", KICKED),
        *_all("alert by the AI bot", GROUPS[0], "aibot_send_msg", BOT_CODES),
        *_all("alert by the AI bot", GROUPS[0], CONNECTION, CUTS),
        *_all("alert by the AI bot", GROUPS[0], WORKER, DEATHS),
        *_all(
            "subscription",
            "bot:lilei",
            "aibot_subscribe",
            (*(fault for fault in FRAME if fault is not Fault.HELD), -1, 45009, 93006, 853000),
        ),
    ),
}

INCOMING: dict[str, tuple[Case, ...]] = {
    "app": (
        *_all("answer by the app", "user:lilei", "message/send", (*HTTP, Fault.TWICE)),
        *_all("answer by the app", "user:lilei", "message/send", CODES),
        *_all("token for an answer", "user:lilei", "gettoken", NO_TOKEN),
        *_all(
            "callback",
            "user:lilei",
            "callback",
            (Fault.LOST, Fault.TAKEN_LOST, Fault.TWICE, Fault.HELD),
        ),
        *_all("callback", "user:lilei", CONNECTION, ("four times", "four times, two of them late")),
    ),
    "aibot": (
        *_all("answer by the AI bot", "bot:lilei", "aibot_respond_msg", KICKED),
        *_all("answer by the AI bot", "bot:lilei", "aibot_respond_msg", BOT_CODES),
        *_all(
            "frame",
            "bot:lilei",
            "aibot_msg_callback",
            (Fault.LOST, Fault.TWICE, Fault.HELD, Fault.CLOSE_1011, Fault.ABORT, Fault.KICK),
        ),
        *_all("line after the connection was", "bot:lilei", CONNECTION, CUTS),
    ),
}
"""What happens while somebody talks to the bot."""
