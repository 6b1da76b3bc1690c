"""The one clock of a running process: real, started at another instant, or moved by hand."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the business's now; leases and timeouts go by steady time instead.

    Without `started_at` it is the machine's clock. With it, time runs on from that instant.
    """

    def __init__(self, started_at: datetime | None = None, *, movable: bool = False) -> None:
        self._from: tuple[datetime, float] | None = None
        self.movable = movable
        if started_at is not None:
            self._set(started_at)

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        if self._from is None:
            return datetime.now(UTC)
        started_at, monotonic = self._from
        return started_at + timedelta(seconds=time.monotonic() - monotonic)

    @property
    def by_machine(self) -> bool:
        """Whether it is the machine's clock, not one that was started or moved elsewhere."""
        return self._from is None

    def move_to(self, instant: datetime) -> None:
        """Go on from another instant; ValueError when this clock is not movable."""
        if not self.movable:
            raise ValueError("this clock cannot be moved")
        self._set(instant)

    def _set(self, instant: datetime) -> None:
        self._from = (instant.astimezone(UTC), time.monotonic())
