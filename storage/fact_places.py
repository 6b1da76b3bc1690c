"""Which subjects a row of a customer belongs to: the same customer may be several of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, tzinfo
from typing import Any

import numpy as np

from scoring.health.facts import NO_DAY, Days, Floats, Index, Subjects


class Places:
    """Places of subjects by customer."""

    def __init__(self, subjects: Subjects) -> None:
        order = np.argsort(subjects.account_id, kind="stable")
        self.ids, self._first, self._count = np.unique(
            subjects.account_id[order], return_index=True, return_counts=True
        )
        self._order = order.astype(np.int64)
        self._single = len(self.ids) == len(order)

    def of(self, accounts: Iterable[int], rows: int) -> tuple[Index, Index]:
        """For rows of those customers: (row, subject) pairs, in the order of the rows."""
        wanted = np.fromiter(accounts, np.int64, rows)
        if not len(self.ids) or not rows:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        at = np.minimum(np.searchsorted(self.ids, wanted), len(self.ids) - 1)
        row = np.nonzero(self.ids[at] == wanted)[0]
        at = at[row]
        if self._single:
            return row, self._order[at]
        times = self._count[at]
        row = np.repeat(row, times)
        before = np.repeat(np.cumsum(times) - times, times)
        within = np.arange(len(row)) - before
        return row, self._order[np.repeat(self._first[at], times) + within]


class DaysOf(dict[Any, int]):
    """Ordinals of days as a driver gives them, each worked out once; None is NO_DAY."""

    def __init__(self, zone: tzinfo = UTC) -> None:
        super().__init__({None: NO_DAY})
        self._zone = zone

    def __missing__(self, day: Any) -> int:
        found = datetime.fromisoformat(day) if isinstance(day, str) else day
        if isinstance(day, str) and len(day) == len("2026-11-23"):
            ordinal = found.toordinal()
        elif isinstance(found, datetime):
            # SQLite's instants are kept without their zone, which is UTC.
            aware = found if found.tzinfo is not None else found.replace(tzinfo=UTC)
            ordinal = aware.astimezone(self._zone).toordinal()
        else:
            ordinal = found.toordinal()
        self[day] = ordinal
        return ordinal

    def column(self, days: Iterable[Any], rows: int) -> Days:
        """A whole column."""
        return np.fromiter(map(self.__getitem__, days), np.int32, rows)


def floats(values: Iterable[Any]) -> Floats:
    """A column of numbers; None is NaN."""
    return np.array(list(values), np.float64)


def day_of(ordinal: int) -> date:
    """The date of an ordinal."""
    return date.fromordinal(int(ordinal))
