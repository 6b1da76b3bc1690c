"""A kind of fact that is heard of again after a silence freshens everybody's score at once.

Also of those who have no fact of that kind: nothing happened to them, which is news as well. The
job remembers what it last heard, so that whoever notes that a source spoke need not wait for
everybody to be marked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from storage.store import Store

HEARD = "health.heard"
"""Where it is kept which kinds were heard of when everybody was last looked at."""

MARKED_AT_ONCE = 50_000
"""Customers to a transaction: who writes a fact of one of them waits for it."""

_ALIVE = timedelta(days=7)
"""As long as a source keeps speaking within so many days, nothing of it grows stale
(`scoring.health.measures.rows.FRESH_DAYS`, which is not imported: it would load numpy)."""

_BY_KIND = frozenset({"tickets", "payments", "events", "contacts"})
"""Kinds that are as fresh as their source. Signals and surveys are as fresh as themselves, and of
touches chat always tells."""

_TOUCHES = "touches"

Heard = Mapping[str, tuple[str, str]]
"""By kind: since when it is brought and when it was last heard of."""


async def mark_woken(store: Store, now: datetime) -> frozenset[str]:
    """Have everybody scored again when a kind of fact woke up or is new; which ones did.

    Whoever is killed on the way begins anew.
    """
    async with store.read() as tx:
        kinds = await tx.fact_sources.kinds()
        kept = await tx.settings.get(HEARD)
    heard = {kind: (first.isoformat(), last.isoformat()) for kind, (first, last) in kinds.items()}
    before = {kind: (first, last) for kind, (first, last) in (kept or {}).items()}
    if kept is not None and heard == before:
        return frozenset()
    woken = woken_kinds(before, heard)
    above: int | None = 0 if woken else None
    while above is not None:
        async with store.begin() as tx:
            above = await tx.health.mark_scored(above=above, most=MARKED_AT_ONCE)
    async with store.begin() as tx:
        await tx.settings.put(HEARD, heard, at=now)
    return woken


def woken_kinds(before: Heard, heard: Heard) -> frozenset[str]:
    """Kinds that make everybody's score another one."""
    return frozenset(
        kind
        for kind, (first, last) in heard.items()
        if (kind == _TOUCHES and (kind not in before or first < before[kind][0]))
        or (
            kind in _BY_KIND
            and (
                kind not in before
                or date.fromisoformat(last) - date.fromisoformat(before[kind][1]) > _ALIVE
            )
        )
    )
