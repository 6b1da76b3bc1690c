"""Who looks after the service is told once that its clock cannot be believed."""

from __future__ import annotations

from datetime import datetime

from bot.outside_time.clocks import OutsideClocks
from bot.outside_time.verdict import Verdict
from handlers.notices import Notice, tell
from handlers.rules import Rules
from scoring.model import Role
from storage.store import Store


class ClockAlarm:
    """Puts the notice; the machine's clock says when, since no other one is there to ask."""

    def __init__(self, store: Store, rules: Rules, clocks: OutsideClocks) -> None:
        self._store = store
        self._rules = rules
        self._clocks = clocks

    async def __call__(self, verdict: Verdict) -> None:
        """One a day of the clock that contradicts, however many replicas notice."""
        now = self._clocks.machine()
        worst = verdict.worst
        notice = Notice("notice.clock", {"source": worst.source, "minutes": worst.minutes})
        async with self._store.begin() as tx:
            admins = await tx.people.with_role(Role.ADMIN)
            await tell(
                tx,
                admins,
                notice,
                once=f"clock:{_day(now, worst.ahead_s)}",
                rules=self._rules,
                now=now,
                at_once=True,
            )


def _day(now: datetime, ahead_s: float) -> str:
    return datetime.fromtimestamp(now.timestamp() - ahead_s, tz=now.tzinfo).date().isoformat()
