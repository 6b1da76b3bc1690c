"""The fault cases one by one: what goes wrong, on which way, and what it is called."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from bot.delivery.checkpoints import Point
from tests.databases import DIALECTS
from tests.fakes.slack import EVERY_ERROR, Fault, Script
from tests.slack.faults.site import LILEI
from tests.slack.faults.weather import HTTP, READING

LONG = "RENEWALS_TEST_SEEDS" in os.environ
"""Everything on both databases; else on one. The oracles with random faults run on both anyway."""

HERE = DIALECTS if LONG else DIALECTS[:1]
CHANNEL = "#renewals-east"
WORKER, RETRY_AFTER, TELLING = "worker", "retry after", "telling"


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that goes wrong: `script` on the next request or envelope called `what`.

    `place` is where something is told meanwhile. For WORKER, RETRY_AFTER and TELLING `script`
    says what happens.
    """

    way: str
    place: str
    what: str
    script: Script

    @property
    def name(self) -> str:
        """What it is called in the table."""
        fault = self.script.value if isinstance(self.script, Fault) else self.script
        return f"{self.way}: {fault.replace('_', ' ') or 'empty'}"

    @property
    def counted_as(self) -> str:
        """What the weather counts it as."""
        fault = self.script.value if isinstance(self.script, Fault) else self.script
        return f"{self.what} {fault}"


def _all(way: str, place: str, what: str, scripts: tuple[Script, ...]) -> Iterator[Case]:
    return (Case(way, place, what, script) for script in scripts)


DEATHS = tuple(f"killed {point}" for point in Point)
WAITS = ("0", "", "soon", "-5", "1.5", "99999999999", "Wed, 21 Oct 2015 07:28:00 GMT")
ERRORS = EVERY_ERROR if LONG else EVERY_ERROR[::2]
FEW = (
    EVERY_ERROR
    if LONG
    else (
        *("ratelimited", "internal_error", "invalid_blocks", "message_not_found", "is_archived"),
        *("edit_window_closed", "missing_scope", "expired_trigger_id", "user_not_in_channel"),
    )
)
"""One of each meaning."""

ASKING = READING if LONG else (Fault.ERROR_500, Fault.LIMIT_429, Fault.HANG, "internal_error")
UNSURE = (Fault.TAKEN_500, Fault.HANG, Fault.TAKEN_RESET, Fault.TAKEN_HALF_JSON)

OUTGOING: dict[str, tuple[Case, ...]] = {
    "channel": (
        *_all("alert to a channel", CHANNEL, "chat.postMessage", (*HTTP, *ERRORS)),
        *_all("alert to a channel", CHANNEL, "chat.postMessage", (Fault.REVOKED,)),
        *_all("alert to a channel, Retry-After", CHANNEL, RETRY_AFTER, WAITS),
        *_all("alert to a channel", CHANNEL, WORKER, DEATHS),
    ),
    "person": (
        *_all("alert to a person", LILEI, "chat.postMessage", (*UNSURE, *FEW)),
        *_all("alert to a person", LILEI, WORKER, DEATHS),
    ),
    "asking": (
        *_all("whose token that is", CHANNEL, "auth.test", ASKING),
        *_all("which channel that is", CHANNEL, "users.conversations", ASKING),
        *_all("reading back", CHANNEL, "conversations.history", READING),
        *_all("opening a conversation", LILEI, "conversations.open", ASKING),
    ),
    "repaint": (
        *_all("new face of a card", CHANNEL, "chat.update", (*UNSURE, Fault.LIMIT_429, *FEW)),
    ),
}

SOCKET_FAULTS = (
    *(Fault.LOST, Fault.TAKEN_LOST, Fault.TWICE, Fault.HELD, Fault.ABORT, Fault.TAKEN_ABORT),
    *(Fault.REFRESH, Fault.DEAF),
)
HTTP_FAULTS = (Fault.LOST, Fault.TAKEN_LOST, Fault.TWICE, Fault.HELD)
TIMES = ("four times", "four times, three of them late")

INCOMING: dict[str, tuple[Case, ...]] = {
    "http": (
        *_all("line by HTTP", LILEI, "event", HTTP_FAULTS),
        *_all("command by HTTP", "command", "command", HTTP_FAULTS),
        *_all("form by HTTP", "form", "interaction", HTTP_FAULTS),
        *_all("line by HTTP", LILEI, TELLING, TIMES),
        *_all("command by HTTP", "command", TELLING, TIMES),
        *_all("form by HTTP", "form", TELLING, TIMES),
        *_all("answer to a line", LILEI, "chat.postMessage", (*HTTP, *FEW)),
        *_all("answer to a mention", "mention", "chat.postEphemeral", (*UNSURE, *FEW)),
        *_all(
            "answer to a form", "form", "response_url", (*UNSURE, Fault.LIMIT_429, Fault.ERROR_503)
        ),
        *_all("opening a form", "form", "views.open", (*UNSURE, *FEW)),
    ),
    "socket": (
        *_all("line over Socket Mode", LILEI, "events_api", SOCKET_FAULTS),
        *_all("command over Socket Mode", "command", "slash_commands", SOCKET_FAULTS),
        *_all("form over Socket Mode", "form", "interactive", SOCKET_FAULTS),
        *_all("opening a connection", LILEI, "apps.connections.open", READING[:-2]),
    ),
}
