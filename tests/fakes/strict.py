"""A WeCom in memory that drops without a word whatever is above its limits, as the real one does."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.adapters.base import Hanging, Payload, Receipt
from bot.adapters.wecom_paces import aibot_pace, app_pace, appchat_pace, robot_pace
from messages.abilities import ABILITIES, Ability
from messages.i18n import Phrasebook
from messages.model import Message
from messages.places import kind_of_place
from scoring.errors import RecipientGone, Rejected
from scoring.model import Platform
from storage.posts import Post
from storage.windows import Pace

Rates = tuple[tuple[int, float], ...]
"""How many within any so many seconds."""

LIMITS: Mapping[str, Rates] = {
    "robot": ((20, 60),),
    "user": ((30, 60), (1_000, 3_600)),
    "bot": ((30, 60), (1_000, 3_600)),
    "group": ((30, 60), (1_000, 3_600)),
    "appchat": ((200, 60), (10_000, 86_400)),
    "corp": ((10_000, 60), (150_000, 3_600)),
    "appchats": ((20_000, 60),),
}
"""The real ones, as the pages of the documentation name them."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message that is shown."""

    place: str
    text: str
    at: datetime


@dataclass
class StrictWecom:
    """Every place of every kind. `members` are those of each app-made group."""

    clock: Callable[[], datetime]
    members: int = 100
    limits: Mapping[str, Rates] = field(default_factory=lambda: LIMITS)
    paced: Callable[[str], Sequence[Pace]] | None = None
    arrived: list[Arrived] = field(default_factory=list)
    dropped: list[Arrived] = field(default_factory=list)
    away: set[str] = field(default_factory=set)
    _seen: dict[tuple[str, Rates], deque[datetime]] = field(
        default_factory=lambda: defaultdict(deque)
    )

    @property
    def platform(self) -> str:
        return Platform.WECOM

    def serves(self, place: str) -> bool:
        return True

    def ability(self, place: str) -> Ability:
        return ABILITIES[kind_of_place(Platform.WECOM, place)]

    def ready(self, place: str) -> bool:
        return place not in self.away

    def pace(self, place: str, *, edits: bool = False) -> Sequence[Pace]:
        if self.paced is not None:
            return self.paced(place)
        match place.partition(":")[0]:
            case "robot":
                return robot_pace(place)
            case "user":
                return app_pace(place)
            case "appchat":
                return appchat_pace(place, members=self.members)
        return aibot_pace(place)

    def render(
        self, message: Message, place: str, book: Phrasebook, key: str
    ) -> tuple[Payload, ...]:
        return tuple({"text": part} for part in message.summary.split("\f"))

    def marked(self, payload: Payload, words: str) -> tuple[Payload, ...]:
        return ({"text": f"{words} {payload['text']}"},)

    def simplified(self, payload: Payload) -> tuple[Payload, ...]:
        return ()

    async def send(self, place: str, payload: Payload, key: str) -> Receipt:
        """Says that all is well in any case."""
        message = Arrived(place, payload["text"], self.clock())
        (self.arrived if self._admits(place) else self.dropped).append(message)
        return Receipt(key)

    async def edit(self, post: Post, payload: Payload) -> Receipt:
        raise Rejected("nothing here is edited")

    async def find(self, place: str, key: str, since: datetime, thread: str = "") -> Receipt | None:
        raise RecipientGone("nothing here can be read back")

    async def hanging(self, place: str, since: datetime, thread: str = "") -> Sequence[Hanging]:
        raise RecipientGone("nothing here can be read back")

    def _admits(self, place: str) -> bool:
        kind = place.partition(":")[0]
        counted = [(place, self.limits[kind], 1)]
        if kind in ("user", "appchat"):
            counted.append(("corp", self.limits["corp"], 1))
        if kind == "appchat":
            counted.append(("appchats", self.limits["appchats"], self.members))
        now = self.clock()
        if not all(self._fits(name, rates, cost, now) for name, rates, cost in counted):
            return False
        for name, rates, cost in counted:
            self._seen[name, rates].extend([now] * cost)
        return True

    def _fits(self, name: str, rates: Rates, cost: int, now: datetime) -> bool:
        seen = self._seen[name, rates]
        while seen and seen[0] <= now - timedelta(seconds=max(length for _, length in rates)):
            seen.popleft()
        return all(
            len(seen) + cost <= most
            or seen[len(seen) + cost - most - 1] <= now - timedelta(seconds=length)
            for most, length in rates
        )
