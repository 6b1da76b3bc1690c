"""What the last audit found, kept for the proof, `doctor`, the heartbeat, and so as not to tell it twice."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from handlers.jobs import vanished
from handlers.jobs.auditor import Audit, Finding, Problem
from handlers.notices import Notice, Tap, tell
from handlers.rules import Rules
from scoring.model import Role
from storage.transaction import Tx

KEY = "audit.last"

KEPT = 200
"""Findings that are kept with their words; of the others only that they were told."""

_NAMED = 3

# Failed deliveries and those to review are told to the leads, each by itself (jobs/failures.py).
_TOLD_ELSEWHERE = frozenset({Problem.FAILED, Problem.REVIEW})

_LOSSES = frozenset({Problem.UNTOLD, Problem.MISSING, Problem.OVERDUE})
"""While one of these is found, somebody may not know what they should: told of or not, not clean."""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """The last audit.

    `clean`: nothing was news, nothing is untold, missing or overdue, and what was deleted by hand
    in the last week is there again.
    """

    at: datetime
    clean: bool
    findings: tuple[Finding, ...]
    total: int


async def last_audit(tx: Tx) -> AuditRecord | None:
    """The last audit of any replica; None before the first one."""
    kept = await tx.settings.get(KEY)
    if kept is None:
        return None
    return AuditRecord(
        datetime.fromisoformat(kept["at"]),
        kept["clean"],
        tuple(Finding(Problem(problem), *words) for problem, *words in kept["findings"]),
        kept["total"],
    )


async def keep(tx: Tx, rules: Rules, now: datetime, audit: Audit) -> AuditRecord:
    """Write down what was found; what is found for the first time is told to the admins."""
    kept = await tx.settings.get(KEY) or {}
    told = set(kept.get("told", ()))
    loud = [finding for finding in audit.findings if finding.problem not in _TOLD_ELSEWHERE]
    news = [finding for finding in loud if _mark(finding) not in told]
    # What vanished is told when it is noticed, by the job that puts it back.
    fresh = [finding for finding in news if finding.problem is not Problem.VANISHED]
    if fresh:
        await _tell(tx, rules, now, fresh)
    record = AuditRecord(
        at=now,
        clean=not news
        and not any(finding.problem in _LOSSES for finding in audit.findings)
        and all(finding.put_back for finding in await vanished.of_the_week(tx)),
        findings=audit.findings[:KEPT],
        total=len(audit.findings),
    )
    document: dict[str, Any] = {
        "at": now.isoformat(),
        "clean": record.clean,
        "findings": [[str(one.problem), one.subject, one.detail] for one in record.findings],
        "total": record.total,
        "told": sorted({_mark(finding) for finding in loud}),
    }
    await tx.settings.put(KEY, document, at=now)
    return record


async def _tell(tx: Tx, rules: Rules, now: datetime, news: Sequence[Finding]) -> None:
    notice = Notice(
        "notice.audit",
        {"n": len(news), "subjects": ", ".join(_subjects(news))},
        (Tap("proof.title", "proof"), Tap("delivery.title", "delivery")),
    )
    digest = hashlib.sha256("\n".join(sorted(map(_mark, news))).encode()).hexdigest()[:16]
    admins = await tx.people.with_role(Role.ADMIN)
    await tell(tx, admins, notice, once=f"audit:{now.date()}:{digest}", rules=rules, now=now)


def _subjects(news: Sequence[Finding]) -> list[str]:
    return list(dict.fromkeys(one.subject for one in news))[:_NAMED]


def _mark(finding: Finding) -> str:
    """Short, since thousands are kept: what it is about, without what changes from hour to hour."""
    words = f"{finding.problem}\n{finding.subject}\n{_lasting(finding)}"
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def _lasting(finding: Finding) -> str:
    return finding.detail if finding.problem in (Problem.UNTOLD, Problem.MISSING) else ""


async def all_well(tx: Tx, rules: Rules, now: datetime) -> bool:
    """Whether there is a recent audit, it was clean, and nothing vanished since the one before."""
    record = await last_audit(tx)
    if record is None or not record.clean or abs(now - record.at) > 2 * rules.audit_every:
        return False
    hours = ceil(rules.audit_every / timedelta(hours=1))
    return not await tx.vanishing.lately(hours=hours, limit=1)
