"""Posts that were made without asking for a turn, such as answers: counted afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.delivery.steady import SteadyClock
from storage.store import Store
from storage.windows import Pace


@dataclass(slots=True)
class Spendings:
    """What was posted and is not written down yet. An answer never waits for the database."""

    _posted: dict[tuple[str, str], Pace] = field(default_factory=dict)

    def add(self, platform: str, posted: Sequence[Pace]) -> None:
        """One more post counts against these scopes."""
        for pace in posted:
            before = self._posted.get((platform, pace.scope))
            cost = pace.cost + (before.cost if before else 0)
            self._posted[platform, pace.scope] = replace(pace, cost=cost)

    async def write(self, store: Store, steady: SteadyClock) -> None:
        """Write everything down; what cannot be written is kept for the next time."""
        if not self._posted:
            return
        taken, self._posted = self._posted, {}
        try:
            async with store.begin() as tx:
                now = await steady(tx)
                for platform in sorted({platform for platform, _ in taken}):
                    paces = [pace for (where, _), pace in taken.items() if where == platform]
                    await tx.pacing.spend(platform, paces, steady=now)
        except BaseException:
            for (platform, _), pace in taken.items():
                self.add(platform, [pace])
            raise
