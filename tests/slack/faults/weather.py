"""Bad weather between the loopback Slack and the product: faults drawn by kind of traffic, counted."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress

from tests.fakes.slack import Fault, Faults, Script

HTTP = (
    *(Fault.ERROR_500, Fault.TAKEN_500, Fault.ERROR_503, Fault.RESET, Fault.TAKEN_RESET),
    *(Fault.GARBAGE, Fault.TAKEN_GARBAGE, Fault.TAKEN_HALF_JSON, Fault.TAKEN_DRIP),
    *(Fault.LIMIT_429, Fault.SLOW, Fault.HANG, Fault.TAKEN_HANG),
)
TRANSIENT = ("ratelimited", "service_unavailable", "internal_error", "fatal_error", "something_new")
READING = (
    *(Fault.ERROR_500, Fault.ERROR_503, Fault.RESET, Fault.GARBAGE, Fault.TAKEN_HALF_JSON),
    *(Fault.LIMIT_429, Fault.HANG, "ratelimited", "internal_error"),
)

STORM: Mapping[str, Sequence[Script]] = {
    "conversations.open": READING,
    "conversations.history": READING,
    "conversations.replies": READING,
    "chat.postMessage": (
        *(*HTTP, *HTTP, *TRANSIENT, "invalid_blocks", "msg_blocks_too_long", "token_revoked"),
        *("invalid_auth", "not_in_channel", "is_archived", "channel_not_found", "msg_too_long"),
    ),
    "chat.update": (*HTTP, *TRANSIENT, "invalid_blocks", "token_revoked", "message_not_found"),
}
"""What can go wrong with everything that delivery asks for more than once."""

SQUALLS: Mapping[str, Sequence[Script]] = {
    "chat.postMessage": (*HTTP, *TRANSIENT, "invalid_blocks"),
    "chat.postEphemeral": (*HTTP, *TRANSIENT, "user_not_in_channel"),
    "chat.update": (*HTTP, *TRANSIENT, "message_not_found"),
    "response_url": (*HTTP, *HTTP),
    "views.open": (Fault.TAKEN_500, Fault.LIMIT_429, "expired_trigger_id", "internal_error"),
    "events_api": (
        *(Fault.LOST, Fault.TAKEN_LOST, Fault.TWICE, Fault.HELD, Fault.ABORT, Fault.TAKEN_ABORT),
        *(Fault.REFRESH, Fault.DEAF),
    ),
    "slash_commands": (Fault.LOST, Fault.TAKEN_LOST, Fault.TWICE, Fault.TAKEN_ABORT),
    "interactive": (Fault.LOST, Fault.TAKEN_LOST, Fault.TWICE, Fault.TAKEN_ABORT, Fault.REFRESH),
    "apps.connections.open": (Fault.ERROR_500, Fault.RESET, Fault.LIMIT_429, "internal_error"),
}
"""What can go wrong while people talk to the bot, beside what the post office does."""


class Weather(Faults):
    """Faults at random, the same for a seed as far as the traffic is; `injected` counts them."""

    def __init__(self) -> None:
        super().__init__()
        self.slow_s = 0.01
        self.injected: Counter[str] = Counter()
        self._dice = random.Random(0)
        self._table: Mapping[str, Sequence[Script]] = {}
        self._rate = 0.0

    def turn(self, seed: int, table: Mapping[str, Sequence[Script]], *, rate: float) -> None:
        """From now on whatever the table knows goes wrong at that rate."""
        self._dice = random.Random(seed)
        self._table, self._rate = table, rate

    def calm(self) -> None:
        """From now on everything works."""
        super().calm()
        self._rate = 0.0

    def count(self, name: str) -> None:
        """One more fault, of somebody else's making."""
        self.injected[name] += 1

    async def release(self, *, backwards: bool = False) -> None:
        """What was held comes through now, as far as there is still a line to come through."""
        held, self._held = self._held, []
        for act in reversed(held) if backwards else held:
            with suppress(ConnectionError):
                await act()

    def _next(self, what: str, *, drawn: bool = True) -> Script:
        script = super()._next(what, drawn=False)
        possible = self._table.get(what, ())
        if script is Fault.NONE and drawn and possible and self._dice.random() < self._rate:
            script = self._dice.choice(possible)
        if script is not Fault.NONE:
            self.count(f"{what} {script.value if isinstance(script, Fault) else script}")
        return script
