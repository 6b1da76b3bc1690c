"""What an erasure says of itself: which entries it emptied, never whose they were."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
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


def ids_of(document: Mapping[str, Any] | None) -> set[int]:
    """The entries that an erasure names; none for a document that is not one."""
    ids: set[int] = set()
    for part in str((document or {}).get("erased", "")).split(","):
        run = _RUN.fullmatch(part)
        if run is not None:
            first = int(run[1])
            ids.update(range(first, int(run[2] or first) + 1))
    return ids
