"""Rows that somebody deleted from the ledger or the outbox by hand: told once, and put back.

Runs before everything else of a tick: a ledger without its entries would tell them all again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from handlers.audience import routes
from handlers.jobs.auditor import LOOK_BACK_DAYS, Audit, Finding, vanished_finding
from handlers.notices import Notice, Tap, tell
from handlers.rules import Rules
from scoring.model import DeliveryState, Role
from storage.store import Store
from storage.transaction import Tx
from storage.vanishing import DELIVERY, Vanished

AT_ONCE = 5_000
"""So many rows are put back in one transaction."""

_NAMED = 3

NAMED_FOR_H = 7 * 24
"""For so long the proof names what was deleted by hand, also when it was put back."""


async def run(store: Store, rules: Rules, now: datetime) -> Audit:
    """Tell the admins what vanished since the last look, and put back what nobody can have read."""
    async with store.read() as tx:
        if not await tx.vanishing.any_new():
            return Audit((), 0)
    findings: list[Finding] = []
    again = 0
    while True:
        async with store.begin() as tx:
            gone = await tx.vanishing.take(limit=AT_ONCE)
            if not gone:
                # Another replica had just taken these; what is behind them is left to us.
                if await tx.vanishing.any_new():
                    continue
                return Audit(tuple(findings), again)
            back, put = await _put_back(tx, rules, now, gone)
            again += put
            found = [vanished_finding(one, back=one.key in back) for one in gone]
            await _tell(tx, rules, now, gone, back)
        findings += found


async def of_the_week(tx: Tx, *, most: int = AT_ONCE) -> tuple[Finding, ...]:
    """What vanished in the last seven days, newest first, and whether it is there again."""
    gone = await tx.vanishing.lately(hours=NAMED_FOR_H, limit=most)
    back = await tx.vanishing.present(one.key for one in gone)
    return tuple(vanished_finding(one, back=one.key in back) for one in gone)


async def _put_back(
    tx: Tx, rules: Rules, now: datetime, gone: Sequence[Vanished]
) -> tuple[set[str], int]:
    """The keys of what is there again, and how many deliveries were put for it."""
    today = now.astimezone(rules.zone).date()
    back = await tx.vanishing.put_ledger_back(
        gone, fired_at=now - timedelta(days=LOOK_BACK_DAYS // 2), fired_on=today
    )
    places: dict[tuple[str, str], list[Vanished]] = defaultdict(list)
    for one in gone:
        if one.what == DELIVERY and one.state == DeliveryState.WAITING and one.door:
            places[one.door].append(one)
    if not places:
        return back, 0
    put = 0
    known = await routes(tx, rules, now)
    for door, rows in places.items():
        # Only to that place: in another one it may have been read before its row went.
        ways = [route for route in known if (route.platform, route.place) == door]
        if ways and await tx.vanishing.alerts_to_put_again(rows):
            put += await tx.countdown.announce(ways, today=today, now=now)
    await tx.vanishing.doubt_again(now=now)
    keys = {one.key for rows in places.values() for one in rows}
    return back | await tx.vanishing.present(keys), put


async def _tell(
    tx: Tx, rules: Rules, now: datetime, gone: Sequence[Vanished], back: set[str]
) -> None:
    notice = Notice(
        "notice.vanished",
        {
            "n": len(gone),
            "back": sum(one.key in back for one in gone),
            "keys": ", ".join(one.key for one in gone[:_NAMED]),
        },
        (Tap("proof.title", "proof"),),
        notes=("notice.vanished_fix",),
    )
    admins = await tx.people.with_role(Role.ADMIN)
    await tell(tx, admins, notice, once=f"vanished:{gone[0].id}", rules=rules, now=now)
