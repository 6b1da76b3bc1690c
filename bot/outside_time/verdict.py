"""When the machine's clock is believed: nobody contradicts it, or platforms outweigh who does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

TOLERANCE_S = 300.0
"""So far clocks may be apart (reliability.md, clock sanity)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How many seconds the machine's clock is ahead of another one.

    `independent`: that other clock is certainly not this machine's own under another name. A
    platform's is; a database's may be the same kernel's, whatever its address.
    """

    source: str
    ahead_s: float
    independent: bool = True

    @property
    def minutes(self) -> int:
        """How many minutes they are apart, whichever is ahead."""
        return round(abs(self.ahead_s) / 60)

    @property
    def agrees(self) -> bool:
        """Whether both say the same, as far as matters here."""
        return abs(self.ahead_s) <= TOLERANCE_S


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to go by the machine's clock, and who contradicts it."""

    trusted: bool
    against: tuple[Reading, ...] = ()

    @property
    def worst(self) -> Reading:
        """Who is furthest apart; asked for only where somebody contradicts."""
        return max(self.against, key=lambda reading: abs(reading.ahead_s))

    def __str__(self) -> str:
        apart = ", ".join(_apart(reading) for reading in self.against)
        return f"this machine's clock is {apart}" if apart else "the clocks agree"


def judge(readings: Iterable[Reading]) -> Verdict:
    """Whether to believe the machine: as many platforms confirm it as clocks contradict it.

    A database's clock can contradict, and confirms nothing: it may be the machine's own.

    | contradict it by more than 5 minutes | confirm it                | verdict |
    |--------------------------------------|---------------------------|---------|
    | nobody                               | anybody, or nobody        | trusted |
    | the database, or one platform        | nobody, or the database   | doubt   |
    | the database, or one platform        | a platform                | trusted |
    | two clocks                           | at most one platform      | doubt   |
    """
    every = tuple(readings)
    against = tuple(reading for reading in every if not reading.agrees)
    confirming = sum(reading.agrees and reading.independent for reading in every)
    return Verdict(confirming >= len(against), against)


def _apart(reading: Reading) -> str:
    way = "ahead of" if reading.ahead_s > 0 else "behind"
    return f"{abs(reading.ahead_s):.0f} s {way} {reading.source}"
