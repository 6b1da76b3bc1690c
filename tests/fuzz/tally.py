"""What came of it: how many tries, what broke, how long the longest answer took."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog

from bot.config import Config
from bot.logs import set_up_logs


@dataclass
class Tally:
    """Per door: tries, statuses, the slowest answer in seconds; and what broke, with its seed."""

    tries: Counter[str] = field(default_factory=Counter)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    slowest: dict[str, tuple[float, str]] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def note(self, door: str, status: int, seconds: float, what: str) -> None:
        """One answer; status 0 is an answer in chat."""
        self.tries[door] += 1
        self.statuses[door, status] += 1
        if seconds > self.slowest.get(door, (0.0, ""))[0]:
            self.slowest[door] = (seconds, what)
        if status >= 500:
            self.broken.append(f"{door} answered {status}: {what}")

    def lines(self) -> Iterator[str]:
        """The table."""
        yield f"{'door':<34} {'tries':>8} {'2xx':>8} {'4xx':>8} {'5xx':>5} {'longest':>9}"
        for door in sorted(self.tries):
            of = {n: sum(c for (d, s), c in self.statuses.items() if d == door and s // 100 == n) for n in (0, 2, 4, 5)}  # fmt: skip
            longest = self.slowest[door][0] * 1_000
            good = of[0] + of[2]
            yield (
                f"{door:<34} {self.tries[door]:>8,} {good:>8,} {of[4]:>8,} {of[5]:>5} {longest:>6.0f} ms"
            )
        for door, (seconds, what) in sorted(self.slowest.items(), key=lambda one: -one[1][0])[:3]:
            yield f"slow: {door} {seconds:.1f} s, {what}"
        worst = max((seconds for seconds, _ in self.slowest.values()), default=0.0)
        yield (
            f"{sum(self.tries.values()):,} inputs, {len(self.broken)} broke something, "
            f"longest answer {worst * 1_000:.0f} ms"
        )


class _Ear(logging.Handler):
    def __init__(self, tally: Tally) -> None:
        super().__init__(logging.ERROR)
        self._tally = tally

    def emit(self, record: logging.LogRecord) -> None:
        """A traceback in the log is a bug, whatever the answer was."""
        if record.exc_info and record.exc_info[1] is not None:
            self._tally.broken.append(f"in the log: {record.exc_info[1]!r} {record.getMessage()}")


@contextmanager
def listening(tally: Tally, config: Config) -> Iterator[None]:
    """Count what is logged with a traceback as broken, and keep the rest of the log quiet."""
    root = logging.getLogger()
    handlers, level, known = root.handlers[:], root.level, structlog.get_config()
    set_up_logs(config, level=logging.ERROR)
    root.handlers[:] = [_Ear(tally)]
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.configure(**known)
