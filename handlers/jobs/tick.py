"""One tick: every job of the clock once, each in its own transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from handlers.audit_record import keep
from handlers.jobs import (
    escalations,
    failures,
    health,
    milestones,
    past_warnings,
    references,
    sealing,
    snoozes,
    sweep,
    vanished,
)
from handlers.jobs.auditor import Audit, audit_outbox
from handlers.rules import Rules
from storage.audit_chain import Seal
from storage.store import Store

JOBS = (
    "milestones",
    "snoozes",
    "escalations",
    "failures",
    "sweep",
    "references",
    "health",
    "risk",
    "digests",
    "audit",
    "sealing",
)
"""What can be asked for alone; `risk` is another name of `health`, and `digests` closes the warnings
that are no news any more: the digests themselves are held rows that the delivery loop tells."""


NOTHING_DONE: Mapping[str, Any] = {
    "milestones": {"due": 0, "superseded": 0},
    "opportunities": 0,
    "escalations": 0,
    "scores": 0,
    "scores_left": 0,
    "warnings": 0,
    "findings": 0,
    "notifications": 0,
    "sealed": [],
}
"""What a tick says that was not done."""


async def tick_once(
    store: Store,
    rules: Rules,
    now: datetime,
    *,
    only: str | None = None,
    audit: bool = True,
    score_for_s: float = health.SLICE_S,
) -> dict[str, Any]:
    """Run the jobs (or only one) and count what they did, in the form of `tick --json`.

    Scores are made for so many seconds, the rest (`scores_left`) stays for the next tick; asked
    for alone, the job finishes.

    Without `audit` the caller asks `audit_when_due` and seals afterwards, where a fault of theirs
    does not hide what the other jobs have committed.
    """
    gone = Audit((), 0)
    if only in (None, "milestones", "audit"):
        # Before the milestones: a ledger without its entries would tell them all again.
        gone = await vanished.run(store, rules, now)
    crossed = milestones.MilestoneTick()
    woken = escalated = failed = 0
    if only in (None, "milestones"):
        async with store.begin() as tx:
            crossed = await milestones.run(tx, rules, now)
    if only in (None, "snoozes"):
        async with store.begin() as tx:
            woken = await snoozes.run(tx, rules, now)
    if only in (None, "escalations"):
        async with store.begin() as tx:
            escalated = await escalations.run(tx, rules, now)
    if only in (None, "failures"):
        async with store.begin() as tx:
            failed = await failures.run(tx, rules, now)
    if only in (None, "sweep"):
        await sweep.run(store, rules, now)
    if only in (None, "references"):
        # Before the scores: a book that has just been imported gets its medians first.
        await references.run(store, rules, now)
    scored = health.HealthTick()
    if only in (None, "health", "risk"):
        for_s = score_for_s if only is None else None
        scored = await health.run(store, rules, now, for_s=for_s)
    if only in (None, "digests"):
        await past_warnings.run(store, rules, now, at_once=only is not None)
    found = Audit((), 0)
    if only == "audit" or (only is None and audit):
        found = await audit_when_due(store, rules, now, at_once=only is not None)
    sealed: Sequence[Seal] = ()
    if only == sealing.NAME or (only is None and audit):
        for_s = sealing.SLICE_S if only is None else None
        sealed = await sealing.run(store, now, for_s=for_s)
    return {
        "milestones": {"due": crossed.due, "superseded": crossed.superseded},
        "opportunities": crossed.opportunities + scored.expansions,
        "escalations": escalated,
        "scores": scored.scored,
        "scores_left": scored.left,
        "warnings": scored.warnings,
        "findings": len(gone.findings) + len(found.findings),
        "notifications": crossed.notifications
        + woken
        + escalated
        + failed
        + scored.warnings
        + scored.expansions
        + gone.put_again
        + found.put_again,
        "sealed": [{"seal": one.no, "entries": one.entries, "hash": one.hash} for one in sealed],
    }


async def audit_when_due(
    store: Store, rules: Rules, now: datetime, *, at_once: bool = False
) -> Audit:
    """Audit when the last one is a period old, or at once; nothing is found in between."""
    async with store.read() as tx:
        last_at = (await tx.marks.look("audit")).at
    if not at_once and last_at is not None and abs(now - last_at) < rules.audit_every:
        return Audit((), 0)
    audit = await audit_outbox(store, rules, now)
    async with store.begin() as tx:
        mark = await tx.marks.take("audit")
        today = now.astimezone(rules.zone).date()
        await tx.marks.put("audit", on=today, rev=mark.rev, at=now)
        await keep(tx, rules, now, audit)
    return audit
