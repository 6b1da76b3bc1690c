"""Which places get the next turns: those with something due that can be posted to, here and now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.adapters.base import Adapter
from bot.delivery.courier import Courier
from bot.delivery.stumbling import Step
from bot.delivery.summary import DeliverySummary
from scoring.model import Platform
from storage.dispatches import PlaceName

NO_ADAPTER = "delivery.error.no_adapter"
NOBODY_READY = "delivery.error.nobody_ready"

_PATIENT = frozenset({"milestone", "warning"})
"""What the clock alone brings about; what people do is shown at once."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Places in the order of their turns, the longest waiting first; and what was noted of others.

    Whoever is refused by a limit rests, and the others move up, so that none waits for ever.
    """

    places: tuple[PlaceName, ...]
    summary: DeliverySummary


async def choose(courier: Courier, *, politely: bool) -> Choice:
    """What can be started. `politely`: only the urgent in the minutes that WeCom asks to avoid."""
    now = courier.clock()
    quiet = politely and courier.rules.avoid_busy_minutes and busy_minute(now)
    async with courier.store.read() as tx:
        steady = await courier.steady(tx)
        due = await tx.dispatches.due_places(now=now, steady=steady)
        full = await tx.pacing.full_scopes(steady=steady)
        tomorrow = (now + timedelta(days=1)).date()
        pressing: set[PlaceName] = set()
        if quiet:
            pressing = await tx.dispatches.pressing(tomorrow, patient=_PATIENT, now=now)
    places: list[PlaceName] = []
    unserved: list[PlaceName] = []
    away: list[PlaceName] = []
    for place in due:
        try:
            adapter = courier.adapters.to(place)
            if adapter is None:
                unserved.append(place)
            elif not adapter.ready(place.place):
                away.append(place)
            elif full and not full.isdisjoint(_scopes(adapter, place)):
                continue
            elif not quiet or place.platform != Platform.WECOM or place in pressing:
                places.append(place)
        except Exception:
            # The edge of delivery: a place that breaks this is passed over, not all of them.
            courier.stumbles.over(Step.CHOOSE, place)
        else:
            courier.stumbles.well(Step.CHOOSE, place)
    told = await _note(courier, courier.absences.unserved(unserved, steady), NO_ADAPTER, now)
    await _note(courier, courier.absences.away(away, steady), NOBODY_READY, now)
    return Choice(tuple(places), DeliverySummary(unserved=told))


def busy_minute(now: datetime) -> bool:
    """The full and half hours by the clocks of the platform, at which everybody sends (90236)."""
    return now.minute % 30 == 0


def _scopes(adapter: Adapter, name: PlaceName) -> set[tuple[str, str]]:
    return {(name.platform, pace.scope) for pace in adapter.pace(name.place) if pace.wide}


async def _note(courier: Courier, places: Iterable[PlaceName], error: str, now: datetime) -> int:
    places = tuple(places)
    if not places:
        return 0
    async with courier.store.begin() as tx:
        return sum([await tx.dispatches.note(place, error, now=now) for place in places])
