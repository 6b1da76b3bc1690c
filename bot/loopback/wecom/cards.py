"""Template cards that hang somewhere: which task they are, and the codes that change them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.loopback.bounded import trim
from bot.loopback.wecom.codes import Code, Refusal


@dataclass(slots=True)
class Card:
    """One card as it was sent: `shown` says in which place it hangs under which id.

    `sender` is the app's id or the bot's; task ids are unique within it.
    """

    sender: str
    task_id: str
    shown: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _ResponseCode:
    card: Card
    until: datetime
    used: bool = False


class Cards:
    """All cards with a task, and the response codes of the apps' ones."""

    def __init__(self, clock: Callable[[], datetime], code_s: float) -> None:
        self._clock = clock
        self._life = timedelta(seconds=code_s)
        self._tasks: dict[tuple[str, str], Card] = {}
        self._by_shown: dict[str, Card] = {}
        self._codes: dict[str, _ResponseCode] = {}

    def check_new(self, sender: str, task_id: str) -> None:
        """Refusal when that task was sent before."""
        if task_id and (sender, task_id) in self._tasks:
            raise Refusal(Code.BAD_TASK, "task_id was used before")

    def hang(self, sender: str, task_id: str, shown: Iterable[tuple[str, str]]) -> Card:
        """Remember a card that was sent, as (place, id of what hangs there)."""
        card = Card(sender, task_id, dict(shown))
        if task_id:
            self._tasks[sender, task_id] = card
        for shown_id in card.shown.values():
            self._by_shown[shown_id] = card
        trim(self._tasks)
        trim(self._by_shown)
        return card

    def of(self, shown_id: str) -> Card | None:
        """The card that hangs under an id."""
        return self._by_shown.get(shown_id)

    def new_code(self, card: Card) -> str:
        """A response code for a card: works once, for 72 hours."""
        code = secrets.token_urlsafe(24)
        self._codes[code] = _ResponseCode(card, self._clock() + self._life)
        trim(self._codes)
        return code

    def redeem(self, sender: str, code: str) -> Card:
        """The card of a code, which is used up by this."""
        known = self._codes.get(code)
        if known is None or self._clock() >= known.until:
            raise Refusal(Code.NO_SUCH_CARD)
        if known.card.sender != sender:
            raise Refusal(Code.OTHER_APPS_CARD)
        if known.used:
            raise Refusal(Code.NO_SUCH_CARD, "response_code was used before")
        known.used = True
        return known.card
