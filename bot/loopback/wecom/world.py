"""Everything the cloud knows, in one place for its doors."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from bot.loopback.board import Board
from bot.loopback.wecom.cards import Cards
from bot.loopback.wecom.chats import Chats
from bot.loopback.wecom.codes import Refusal
from bot.loopback.wecom.company import Company
from bot.loopback.wecom.ledger import Asked, Ledger
from bot.loopback.wecom.limits import Counting, Limits, Timing
from bot.loopback.wecom.media import Media
from bot.loopback.wecom.tokens import Tokens


@dataclass(slots=True)
class World:
    """The company and what happened in it. `api_url` is known once the cloud listens."""

    company: Company
    board: Board
    clock: Callable[[], datetime]
    limits: Limits = field(default_factory=Limits)
    timing: Timing = field(default_factory=Timing)
    api_url: str = ""
    ledger: Ledger = field(default_factory=Ledger)
    counting: Counting = field(init=False)
    tokens: Tokens = field(init=False)
    media: Media = field(init=False)
    cards: Cards = field(init=False)
    chats: Chats = field(init=False)
    _run: str = field(default_factory=lambda: secrets.token_hex(4))
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.counting = Counting(self.clock)
        self.tokens = Tokens(self.company, self.clock, self.timing.token_s)
        self.media = Media(self.clock, self.timing)
        self.cards = Cards(self.clock, self.timing.response_code_s)
        self.chats = Chats(self.company, self.board, self.ledger, self.clock)

    def name(self, prefix: str) -> str:
        """An id that no other run gives out."""
        return f"{prefix}{self._run}{next(self._numbers)}"

    def number(self) -> int:
        """The same as a number of 64 bits, as apps' message ids are."""
        return int(self._run, 16) * 10**9 + next(self._numbers)

    def stamp(self) -> int:
        """The clock in whole seconds, as the platform writes instants."""
        return int(self.clock().timestamp())

    def note(self, what: str, refusal: Refusal | None = None) -> None:
        """Remember what was asked and how it was answered."""
        code, words = (0, "") if refusal is None else (int(refusal.code), refusal.words)
        self.ledger.asked.append(Asked(self.clock(), what, code, words))
