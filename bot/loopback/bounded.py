"""What the cloud remembers is bounded, however long a demo runs."""

from __future__ import annotations

from typing import Any

MOST = 20_000


def trim(kept: dict[Any, Any], most: int = MOST) -> None:
    """Forget the oldest entries beyond `most`."""
    while len(kept) > most:
        del kept[next(iter(kept))]
