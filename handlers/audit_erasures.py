"""What an erasure says of itself: which entries it emptied, never whose they were."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

ERASURE = "audit.erased"
"""The action of the entries that say what was erased."""

_RUN = re.compile(r"([0-9]{1,18})(?:-([0-9]{1,18}))?")


def as_runs(ids: Iterable[int]) -> str:
    """`1-5,9` for 1, 2, 3, 4, 5 and 9."""
    runs = (
        [entry_id for _, entry_id in run]
        for _, run in groupby(enumerate(sorted(ids)), lambda pair: pair[1] - pair[0])
    )
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


@dataclass(frozen=True, slots=True)
class Runs:
    """Entries by their ranges: whoever writes a document by hand can name more than fit anywhere."""

    firsts: tuple[int, ...] = ()
    lasts: tuple[int, ...] = ()

    def __contains__(self, entry_id: int) -> bool:
        at = bisect_right(self.firsts, entry_id) - 1
        return at >= 0 and entry_id <= self.lasts[at]

    @classmethod
    def of(cls, ranges: Iterable[tuple[int, int]]) -> Runs:
        """Ranges in any order, which may overlap."""
        firsts: list[int] = []
        lasts: list[int] = []
        for first, last in sorted(ranges):
            if lasts and first <= lasts[-1]:
                lasts[-1] = max(last, lasts[-1])
            elif first <= last:
                firsts.append(first)
                lasts.append(last)
        return cls(tuple(firsts), tuple(lasts))


def ranges_of(document: Mapping[str, Any] | None) -> Iterator[tuple[int, int]]:
    """First and last of the entries that an erasure names; none for what is not one."""
    for part in str((document or {}).get("erased", "")).split(","):
        run = _RUN.fullmatch(part)
        if run is not None:
            yield int(run[1]), int(run[2] or run[1])
