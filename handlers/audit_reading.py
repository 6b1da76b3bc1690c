"""The audit trail for the operator: who, when, what, from what to what."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Any

from handlers.half_names import meant
from handlers.rules import Rules
from scoring.errors import NotFound
from storage.audit import AuditEntry, Wanted
from storage.transaction import Tx

_KINDS = frozenset(
    {
        "account",
        "api_source",
        "contract",
        "delivery",
        "health_model",
        "opportunity",
        "person",
        "renewal_model",
        "slack_workspace",
        "touch",
    }
)
_ONE = re.compile(r"([a-z_]+):([0-9]{1,18})")


async def read_audit(
    tx: Tx,
    rules: Rules,
    *,
    subject: str | None = None,
    person: str | None = None,
    since_on: date | None = None,
    limit: int,
) -> list[dict[str, Any]]:
    """The latest entries, the latest first; NotFound for a subject or person unknown to it."""
    wanted = await _subject(tx, subject) if subject else Wanted()
    actor = None if person is None else person.strip()
    known = None if actor is None else await tx.people.by_name(actor)
    entries = await tx.audit.read(
        Wanted(
            actor=actor,
            person_id=None if known is None else known.id,
            subject=wanted.subject,
            subject_id=wanted.subject_id,
            account_id=wanted.account_id,
            since=None
            if since_on is None
            else datetime.combine(since_on, time(), rules.zone).astimezone(UTC),
        ),
        limit=limit,
    )
    if actor and known is None and not entries:
        raise NotFound("audit.nobody", name=actor)
    return [_row(entry) for entry in entries]


async def _subject(tx: Tx, said: str) -> Wanted:
    """A kind, one of a kind, a contract by its number, or a customer with all that is theirs."""
    said = said.strip()
    one = _ONE.fullmatch(said)
    if one is not None and one[1] in _KINDS:
        return Wanted(subject=one[1], subject_id=int(one[2]))
    if said in _KINDS:
        return Wanted(subject=said)
    contract = await tx.contracts.by_no(said)
    if contract is not None:
        return Wanted(subject="contract", subject_id=contract.id)
    account = next(iter((await tx.accounts.by_names([said])).values()), None)
    found = await meant(tx, said) if account is None else {account.id: account.name}
    if not found:
        raise NotFound("audit.no_subject", said=said[:60])
    return Wanted(account_id=next(iter(found)))


def _row(entry: AuditEntry) -> dict[str, Any]:
    change = entry.change
    return {
        "id": entry.id,
        "at": entry.at,
        "actor": entry.actor,
        "via": entry.via,
        "action": change.action,
        "subject": change.subject,
        "subject_id": change.subject_id,
        "before": change.before,
        "after": change.after,
        "undone": entry.undone,
        "erased": entry.erased,
        "seal": entry.seal_no,
    }
