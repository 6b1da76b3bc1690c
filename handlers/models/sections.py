"""Reading a table of a TOML document value by value, keeping every fault instead of the first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from math import isfinite
from typing import Any

from scoring.errors import ModelFault

LONGEST_SHOWN = 60
"""Characters of a wrong value that a sentence repeats."""


class Faults:
    """What is wrong so far, in the order of the file."""

    def __init__(self) -> None:
        self.found: list[ModelFault] = []

    def add(self, at: str, key: str, **params: object) -> None:
        """Note a fault; `key` is the end of a `model.fault.…` entry."""
        self.found.append(ModelFault(at, f"model.fault.{key}", params))


class Section:
    """One table: what is asked for is taken out, what is left over at the end is a fault."""

    def __init__(self, at: str, table: Mapping[str, Any], faults: Faults) -> None:
        self._at = at
        self._table = dict(table)
        self._known: list[str] = []
        self.faults = faults

    def place(self, key: str) -> str:
        """How the file names a key of this table."""
        named = printable(key)
        return f"{self._at}.{named}" if self._at else named

    def fault(self, key: str, fault: str, **params: object) -> None:
        """Note that something is wrong with a key."""
        self.faults.add(self.place(key), fault, **params)

    def has(self, key: str) -> bool:
        """Whether a key is there and was not read yet."""
        return key in self._table

    def take(self, key: str) -> Any:
        """The value of a key as it is, None when it is not there."""
        self._known.append(key)
        return self._table.pop(key, None)

    def number(
        self,
        key: str,
        default: float | None = None,
        *,
        low: float = -1e9,
        high: float = 1e9,
        whole: bool = False,
    ) -> float | None:
        """A finite number from `low` to `high`; None after a fault. Without a default it must be
        there."""
        value = self.take(key)
        if value is None:
            if default is None:
                self.fault(key, "absent")
            return default
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fault(key, "not_number", value=shown(value))
        elif isinstance(value, float) and not isfinite(value):
            self.fault(key, "not_finite", value=shown(value))
        elif not low <= value <= high:
            self.fault(key, "out_of_range", value=shown(value), low=_plain(low), high=_plain(high))
        elif whole and value != int(value):
            self.fault(key, "not_whole", value=shown(value))
        else:
            return value
        return None

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self.take(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.fault(key, "not_flag", value=shown(value))
            return default
        return value

    def text(self, key: str, default: str = "", *, longest: int = 100) -> str:
        """A single line of text; the default when it is absent or wrong."""
        value = self.take(key)
        if value is None:
            return default
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            self.fault(key, "not_text", value=shown(value))
            return default
        if len(value) > longest:
            self.fault(key, "too_long", most=longest)
            return default
        return value.strip()

    def choice(self, key: str, choices: Sequence[str], default: str = "") -> str:
        """One of `choices`, the default when absent; empty after a fault."""
        value = self.take(key)
        if value is None and default:
            return default
        if value is None:
            self.fault(key, "absent")
            return ""
        if value not in choices:
            self.fault(key, "not_one_of", value=shown(value), choices=", ".join(choices))
            return ""
        return str(value)

    def section(self, key: str) -> Section:
        """A table within; empty when it is not there."""
        value = self.take(key)
        if value is not None and not isinstance(value, dict):
            self.fault(key, "not_table", value=shown(value))
            value = None
        return Section(self.place(key), value or {}, self.faults)

    def sections(self, keys: Iterable[str] | None = None) -> list[tuple[str, Section]]:
        """The tables within, by key; with `keys` those alone, others are faults at the end."""
        names = [key for key in self._table if keys is None or key in keys]
        self._known.extend(keys or ())
        return [(name, self.section(name)) for name in names]

    def done(self) -> None:
        """Nothing more is asked for: every key that is left is unknown."""
        for key in self._table:
            near = get_close_matches(key, self._known, n=1)
            if near:
                self.fault(key, "unknown_near", near=near[0])
            else:
                self.fault(key, "unknown")


def shown(value: object) -> str:
    """A value of the file as a sentence repeats it."""
    if isinstance(value, str):
        return f"“{printable(value)}”"
    try:
        return _shortened(repr(value))
    except (RecursionError, ValueError):  # nested deeply; a whole number of thousands of digits
        return "…"


def printable(text: str) -> str:
    """Words of the file that neither move a terminal's cursor nor fill its screen."""
    return _shortened(text if text.isprintable() else repr(text)[1:-1])


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def _plain(number: float) -> str:
    return f"{number:g}"
