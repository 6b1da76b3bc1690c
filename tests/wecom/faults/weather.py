"""Bad weather between the loopback WeCom and the product: faults drawn by kind of traffic, counted."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

from bot.loopback.hook import Frame
from bot.loopback.wecom.lines import Line
from tests.fakes.wecom import EVERY_CODE, Fault, Faults, Script

HTTP = (
    *(Fault.ERROR_500, Fault.TAKEN_500, Fault.RESET, Fault.TAKEN_RESET, Fault.GARBAGE),
    *(Fault.TAKEN_GARBAGE, Fault.TAKEN_HALF_JSON, Fault.LIMIT_429, Fault.SLOW, Fault.REVOKED),
    *(Fault.HANG, Fault.TAKEN_HANG, Fault.TAKEN_DRIP),
)
FRAME = (
    *(Fault.LOST, Fault.TAKEN_LOST, Fault.ABORT, Fault.TAKEN_ABORT, Fault.CLOSE_1000),
    *(Fault.CLOSE_1011, Fault.HELD),
)
TRANSIENT = (-1, 6000, 40014, 42001, 41001, 45009, 45033, 846609, 99999)

STORM: Mapping[str, Sequence[Script]] = {
    "gettoken": (
        *(Fault.ERROR_500, Fault.RESET, Fault.GARBAGE, Fault.TAKEN_HALF_JSON, Fault.SLOW),
        *(Fault.LIMIT_429, Fault.HANG, -1, 45009, 40001),
    ),
    # What is acted on twice was sent twice by somebody else; only this address looks.
    "message/send": (*HTTP, *HTTP, Fault.TWICE, *EVERY_CODE),
    "message/update_template_card": (*HTTP, *TRANSIENT, 42022),
    "appchat/send": (*HTTP, *HTTP, *EVERY_CODE),
    "webhook/send": (*HTTP, *HTTP, *EVERY_CODE),
    "batch/openuserid_to_userid": (Fault.ERROR_500, Fault.RESET, Fault.GARBAGE, -1),
    "user/get": (Fault.ERROR_500, Fault.RESET, Fault.GARBAGE, -1, 60111),
    "aibot_send_msg": (*FRAME, *FRAME, *FRAME, *FRAME, Fault.KICK, *EVERY_CODE),
    "aibot_subscribe": (
        *(Fault.LOST, Fault.TAKEN_LOST, Fault.ABORT, Fault.CLOSE_1000, Fault.CLOSE_1011),
        *(-1, 45009, 853000),
    ),
    "ping": (Fault.LOST, Fault.ABORT, 846609),
}
"""What can go wrong with everything that the product asks for."""

SQUALLS: Mapping[str, Sequence[Script]] = {
    "gettoken": (Fault.ERROR_500, Fault.RESET, Fault.GARBAGE, -1),
    "message/send": (*HTTP, Fault.TWICE, *TRANSIENT),
    "user/get": (Fault.ERROR_500, Fault.RESET, Fault.GARBAGE, -1),
    "aibot_msg_callback": (Fault.LOST, Fault.TWICE, Fault.HELD, Fault.CLOSE_1011, Fault.ABORT),
    "aibot_event_callback": (Fault.LOST, Fault.TWICE, Fault.HELD, Fault.CLOSE_1000, Fault.ABORT),
    "aibot_respond_msg": (*FRAME, Fault.TWICE, -1, 45009, 846605, 846608, 846609),
    "aibot_respond_update_msg": (*FRAME, -1, 846605, 846609),
    "aibot_send_msg": (*FRAME, *TRANSIENT),
    "ping": (Fault.LOST, Fault.ABORT),
}
"""What can go wrong while people talk to the bot, beside what the post office does."""


class Weather(Faults):
    """Faults at random, the same for a seed as far as the traffic is; `injected` counts them.

    `went_out` are the callbacks that were sent over the long connection, as often as they were.
    """

    def __init__(self) -> None:
        super().__init__()
        self.slow_s = 0.01
        self.injected: Counter[str] = Counter()
        self.went_out: list[str] = []
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

    async def release(self, *, backwards: bool = False) -> None:
        """What was held comes through now, as far as there is still a line to come through."""
        held, self._held = self._held, []
        for act in reversed(held) if backwards else held:
            with suppress(ConnectionError):
                await act()

    def count(self, name: str) -> None:
        """One more fault, of somebody else's making."""
        self.injected[name] += 1

    async def sends(self, line: Line, frame: Frame, send: Callable[[], Awaitable[None]]) -> None:
        """A frame of the cloud."""

        async def noted() -> None:
            await send()
            if "cmd" in frame:
                self.went_out.append(json.dumps(frame, ensure_ascii=False))

        await super().sends(line, frame, noted)

    def _next(self, what: str, *, drawn: bool = True) -> Script:
        script = super()._next(what, drawn=False)
        possible = self._table.get(what, ())
        if script is Fault.NONE and drawn and possible and self._dice.random() < self._rate:
            script = self._dice.choice(possible)
        if script is not Fault.NONE:
            name = script.value if isinstance(script, Fault) else str(script)
            self.count(f"{what} {name}")
        return script
