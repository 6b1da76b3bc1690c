"""What becomes of rows when a platform does not take them, and of their place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from bot.adapters.base import Adapter
from bot.adapters.wecom_errors import NOT_SPOKEN_TO
from bot.delivery.courier import Courier
from bot.delivery.rules import Setback, after_failure
from bot.delivery.summary import DeliverySummary
from scoring.errors import BadCredentials, DeliveryError, PlatformDown, RateLimited, Retryable
from scoring.model import DeliveryState
from storage.dispatches import Lease, PlaceName
from storage.pacing import PAUSE_MOST_S, UNSPOKEN, Pause
from storage.transaction import Tx
from storage.windows import WIDE

PACE = "delivery.error.pace"
"""The reason of a pause that the rate limit asks for."""


async def take_turn(tx: Tx, adapter: Adapter, place: PlaceName, *, steady: datetime) -> bool:
    """Whether the limits allow a post now; if not, the place or the wide scope rests until then.

    A wide scope rests as one, so that the many places in it are not woken in vain.
    """
    waits = await tx.pacing.reserve(place.platform, adapter.pace(place.place), steady=steady)
    for scope, wait_s in sorted(waits.items()):
        name = scope if scope.startswith(WIDE) else place.place
        until = steady + timedelta(seconds=min(wait_s, PAUSE_MOST_S))
        await tx.pacing.hold(Pause(place.platform, name, until, 0, PACE), steady=steady)
    return not waits


async def hold(
    tx: Tx,
    place: PlaceName,
    seconds: float,
    reason: str,
    *,
    steady: datetime,
    strikes: int | None = None,
) -> None:
    """Let a place, a wide scope or a platform rest; `strikes` None leaves them as they are."""
    if strikes is None:
        strikes = await tx.pacing.strikes(place.platform, place.place)
    until = steady + timedelta(seconds=min(seconds, PAUSE_MOST_S))
    await tx.pacing.pause(Pause(place.platform, place.place, until, strikes, reason))


async def strike(
    tx: Tx, courier: Courier, place: PlaceName, reason: str, *, steady: datetime
) -> None:
    """One more fault in a row: the place rests, each time twice as long."""
    strikes = await tx.pacing.strikes(place.platform, place.place) + 1
    seconds = courier.rules.backoff_s(strikes, courier.jitter)
    await hold(tx, place, seconds, reason, steady=steady, strikes=strikes)


async def rest(
    tx: Tx, courier: Courier, adapter: Adapter, place: PlaceName, fault: Retryable | BadCredentials
) -> None:
    """The pause a fault of the platform or its limits asks for.

    None where only this process cannot post any more: another replica may be the one that can.
    """
    if isinstance(fault, PlatformDown) and not adapter.ready(place.place):
        return
    steady = await courier.steady(tx)
    reason = described(fault)
    match fault:
        case RateLimited():
            seconds = max(1.0, fault.retry_after_s)
            seconds *= 1 + courier.rules.jitter * abs(courier.jitter())
            names = _limited(adapter, place) if fault.whole_platform else [place]
            for name in names:
                await hold(tx, name, seconds, reason, steady=steady)
        case BadCredentials() if reason == UNSPOKEN:
            await hold(tx, place, courier.rules.unspoken_pause_s, reason, steady=steady)
        case BadCredentials():
            await hold(tx, place, courier.rules.credentials_pause_s, reason, steady=steady)
        case _:
            await strike(tx, courier, place, reason, steady=steady)


async def retry(
    tx: Tx, courier: Courier, lease: Lease, ids: Collection[int], error: str, **values: object
) -> DeliverySummary:
    """A failure of the rows' own: they wait longer each time, and die of too many.

    `values` are further columns of the rows that live on.
    """
    now = courier.clock()
    groups: dict[Setback, list[int]] = defaultdict(list)
    fresh: dict[tuple[int, datetime | None], Setback] = {}
    for row in lease.rows:
        if row.id in ids:
            history = (row.attempts, row.failures_since)
            if history not in fresh:
                fresh[history] = after_failure(row, courier.rules, now=now, jitter=courier.jitter)
            groups[fresh[history]].append(row.id)
    summary = DeliverySummary()
    for setback, rows in groups.items():
        counted = {"attempts": setback.attempts, "failures_since": setback.failures_since}
        if setback.due_at is None:
            summary += await fail(tx, lease, rows, error, **counted)
            continue
        changed = await tx.dispatches.conclude(
            lease.attempt,
            rows,
            DeliveryState.WAITING,
            due_at=setback.due_at,
            error=error,
            **counted,
            **values,
        )
        summary += DeliverySummary(retried=changed)
    return summary


async def fail(
    tx: Tx, lease: Lease, ids: Collection[int], error: str, **values: object
) -> DeliverySummary:
    """The end of rows that will never be taken."""
    changed = await tx.dispatches.conclude(
        lease.attempt, ids, DeliveryState.FAILED, error=error, **values
    )
    return DeliverySummary(failed=changed)


def _limited(adapter: Adapter, place: PlaceName) -> list[PlaceName]:
    """What a limit of a whole platform is about: the wide scopes of a place, where it has some."""
    wide = sorted(pace.scope for pace in adapter.pace(place.place) if pace.wide)
    return [PlaceName(place.platform, scope) for scope in wide or [""]]


def described(fault: DeliveryError) -> str:
    """A fault as it is kept with the rows: what kind, the platform's code, its own words."""
    if fault.code == NOT_SPOKEN_TO:
        return UNSPOKEN
    return " ".join(part for part in (type(fault).__name__, fault.code, fault.detail) if part)
