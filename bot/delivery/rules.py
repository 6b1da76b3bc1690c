"""The numbers of delivery, and what they make of a failure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.outbox import Delivery
from storage.settling import LEASE_MOST_S, SETTLE_MOST_S

Jitter = Callable[[], float]
"""Draws from -1 to 1."""


@dataclass(frozen=True, slots=True)
class DeliveryRules:
    """How patient delivery is; the numbers are those of reliability.md.

    `repeat_unreadable`: where nothing can be read back, a message whose outcome is unknown is
    repeated once, marked as possibly repeated; else it waits for a person's review.
    `dedupe_most_s`: how long identical bytes may be repeated where the platform drops repeats
    (WeCom: 4 h at most).
    `avoid_busy_minutes`: the service sends to WeCom at :00 and :30 only what may not wait.
    `unspoken_pause_s`: how soon a chat in which nobody has spoken to the bot is tried again by
    itself; it is tried at once when somebody does.
    `places_at_once`: how many places of each platform are posted to at the same time.
    `repaint_pause_s`: how long after an edit of a post the next one waits for further changes.
    """

    lease_s: float = 60.0
    settle_s: float = 120.0
    batch: int = 200
    attempts_most: int = 20
    failing_most_s: float = 24 * 3_600.0
    backoff_most_s: float = 600.0
    jitter: float = 0.2
    credentials_pause_s: float = 600.0
    dedupe_most_s: float = 3.5 * 3_600
    repeat_unreadable: bool = True
    avoid_busy_minutes: bool = True
    unspoken_pause_s: float = 3_600.0
    places_at_once: int = 16
    repaint_pause_s: float = 10.0
    poll_s: float = 2.0
    record_tries: int = 5

    def __post_init__(self) -> None:
        if not 0 < self.lease_s <= LEASE_MOST_S or not 0 <= self.settle_s <= SETTLE_MOST_S:
            raise ValueError("lease_s or settle_s is out of range")

    @property
    def send_most_s(self) -> float:
        """A request is given up before half the lease is over, so that recording it fits in."""
        return self.lease_s / 2

    def backoff_s(self, failures: int, jitter: Jitter) -> float:
        """min(2^n, 600) seconds, give or take a fifth."""
        return min(2.0 ** min(failures, 16), self.backoff_most_s) * (1 + self.jitter * jitter())


USUAL = DeliveryRules()
"""The rules of a service that says nothing else."""


@dataclass(frozen=True, slots=True)
class Setback:
    """A row after one more failure of its own. `due_at` None: it is dead."""

    attempts: int
    failures_since: datetime
    due_at: datetime | None


def after_failure(row: Delivery, rules: DeliveryRules, *, now: datetime, jitter: Jitter) -> Setback:
    """When to try a row again: not after 20 attempts or a day of its own failures."""
    attempts = row.attempts + 1
    since = min(row.failures_since or now, now)
    dead = (now - since).total_seconds() >= rules.failing_most_s or attempts >= rules.attempts_most
    wait = timedelta(seconds=rules.backoff_s(attempts, jitter))
    return Setback(attempts, since, None if dead else now + wait)
