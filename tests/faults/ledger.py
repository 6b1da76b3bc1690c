"""What people see: every message that a platform accepted, as often as it did."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

_SHAPE = frozenset({"type", "style", "action_id", "block_id", "value", "key", "task_id"})


@dataclass(frozen=True, slots=True)
class Shown:
    """One message in one place, in the order of acceptance; `below` another one: in its thread."""

    number: int
    way: str
    place: str
    words: str
    below: bool = False


@dataclass
class Ledger:
    """Everything that was accepted. `requests` counts what came, accepted or not."""

    shown: list[Shown] = field(default_factory=list)
    requests: int = 0
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def add(self, way: str, place: str, words: str, *, below: bool = False) -> int:
        """Show a message; returns its number."""
        number = next(self._numbers)
        self.shown.append(Shown(number, way, place, words, below))
        return number


def spoken(value: object) -> str:
    """All text of a message, without what gives it its shape; cells and lines beside each other."""
    match value:
        case str():
            return value
        case list():
            return " ".join(filter(None, map(spoken, value)))
        case dict():
            return " ".join(
                filter(None, (spoken(part) for key, part in value.items() if key not in _SHAPE))
            )
    return ""
