"""When the machine's clock is believed: nobody contradicts it, or others outweigh who does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

TOLERANCE_S = 300.0
"""So far clocks may be apart (reliability.md, clock sanity)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How many seconds the machine's clock is ahead of another one.

    `independent`: that other clock is not this machine's own under another name.
    """

    source: str
    ahead_s: float
    independent: bool = True

    @property
    def agrees(self) -> bool:
        """Whether both say the same, as far as matters here."""
        return abs(self.ahead_s) <= TOLERANCE_S


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to go by the machine's clock, and who contradicts it."""

    trusted: bool
    against: tuple[Reading, ...] = ()

    def __str__(self) -> str:
        apart = ", ".join(_apart(reading) for reading in self.against)
        return f"this machine's clock is {apart}" if apart else "the clocks agree"


def judge(readings: Iterable[Reading]) -> Verdict:
    """The machine is one voice, each independent clock that agrees with it another.

    Two voices that agree outweigh one that does not; alone against one, the machine is in doubt.
    """
    every = tuple(readings)
    against = tuple(reading for reading in every if not reading.agrees)
    agreeing = sum(reading.agrees and reading.independent for reading in every)
    return Verdict(not against or (agreeing > 0 and agreeing >= len(against)), against)


def _apart(reading: Reading) -> str:
    way = "ahead of" if reading.ahead_s > 0 else "behind"
    return f"{abs(reading.ahead_s):.0f} s {way} {reading.source}"
