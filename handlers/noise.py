"""Signal and noise: which alerts were acted on, and which only made noise [33]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.announcing_truth import ALERTS
from handlers.rules import Rules
from scoring.health.worry import Concern
from scoring.permissions import Reach
from storage.transaction import Tx
from storage.views.noise import NoiseCount, count_noise

USUAL_DAYS = 30
LONGEST_DAYS = 730


@dataclass(frozen=True, slots=True)
class NoiseLine:
    """Alerts of one kind, warnings by their gravest reason. `open` ones are too young to say."""

    kind: str
    reason: str | None
    sent: int
    acted: int
    ignored: int
    open: int
    messages: int

    @property
    def heeded(self) -> float | None:
        """The share that was acted on, of those of which it is known."""
        known = self.acted + self.ignored
        return self.acted / known if known else None


async def noise_of(
    tx: Tx, rules: Rules, now: datetime, *, days: int = USUAL_DAYS, reach: Reach | None = None
) -> list[NoiseLine]:
    """What became of the alerts of the last days, warnings the gravest reason first."""
    within_days = rules.alerts.acted_within_days
    counts = await count_noise(
        tx.connection,
        ALERTS,
        since=now - timedelta(days=days),
        now=now,
        ignored_before=now - timedelta(days=within_days),
        within_days=within_days,
        reach=reach or Reach(every_team=True),
    )
    return [
        NoiseLine(
            kind=one.kind,
            reason=one.reason,
            sent=one.sent,
            acted=one.acted,
            ignored=one.ignored,
            open=one.sent - one.acted - one.ignored,
            messages=one.messages,
        )
        for one in sorted(counts, key=_order)
    ]


def _order(one: NoiseCount) -> tuple[int, int]:
    return ALERTS.index(one.kind), Concern(one.reason).rank if one.reason else -1
