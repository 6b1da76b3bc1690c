"""At-risk warnings: one a customer with its reasons, put with the score that caused it [20].

What was told lately stays quiet until it is graver, whether somebody acted on it or not: nobody
hears the same reason twice within `alerts.quiet_days`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from handlers.audience import routes
from handlers.early_waking import wake_early
from handlers.rules import Rules
from scoring.health.model import Band
from scoring.health.worry import Concern, Reason, Warned, Worry
from storage.outbox import Delivery
from storage.transaction import Tx
from storage.warnings import NewWarning

if TYPE_CHECKING:
    from scoring.health.scored import Scores

WARNING = "warning"
"""The kind of its deliveries."""

_BANDS = tuple(Band)
_AGAIN_POINTS = 15.0
"""A customer that fell so much further since it was told of has dropped sharply again."""


async def warn(
    tx: Tx,
    rules: Rules,
    now: datetime,
    account_ids: Sequence[int],
    found: Sequence[Worry],
    scores: Scores,
) -> int:
    """Write down what is news and put it into the outbox; returns how many warnings are new.

    `account_ids` are those of the subjects that `found` and `scores` count; `found` is in the order
    of the subjects. Customers without an undecided running term are passed over. Snoozed renewals
    of those that became worse wake, also where the reason was told before.
    """
    if not found:
        return 0
    await wake_early(tx, rules, now, _reasons_by_customer(account_ids, found))
    said = await tx.warnings.said_since(
        [account_ids[worry.i] for worry in found],
        now - timedelta(days=rules.alerts.quiet_days),
        # What a clock far ahead has said does not silence the years until then.
        now + timedelta(days=1),
    )
    today = now.astimezone(rules.zone).date()
    # In a thread: the first sight of a book in a bad state warns of a whole chunk at once.
    new = await asyncio.to_thread(_all_news, account_ids, found, said, scores, today)
    if not new:
        return 0
    return await tx.warnings.put(
        new, await routes(tx, rules, now), today=today, floor_on=_floor(rules, today), now=now
    )


async def warn_after_all(tx: Tx, rules: Rules, now: datetime, account_id: int) -> int:
    """Something about a customer was taken back: tell what was withdrawn because of it.

    Only the newest warning, and only where nothing else stands against it; what was told is not
    told again. Returns how many rows wait again.
    """
    since = now - timedelta(days=rules.alerts.quiet_days)
    held = await tx.warnings.held_of(account_id, since=since)
    return await put_after_all(tx, rules, now, held)


async def put_after_all(tx: Tx, rules: Rules, now: datetime, held: Sequence[NewWarning]) -> int:
    """Put the rows of written warnings that have none, or let them wait again."""
    if not held:
        return 0
    today = now.astimezone(rules.zone).date()
    return await tx.warnings.tell_after_all(
        held, await routes(tx, rules, now), today=today, floor_on=_floor(rules, today), now=now
    )


def no_news(rows: Iterable[Delivery], warned: Mapping[int, Warned]) -> set[int]:
    """Rows about warnings that are over: acted on, ended, better since; `warned` is by row id."""
    return {
        row.id
        for row in rows
        if row.kind == WARNING and (row.id not in warned or warned[row.id].over)
    }


def warning_id_of(row: Delivery) -> int:
    """Which warning a delivery tells."""
    return int(row.facts[WARNING])


def _reasons_by_customer(
    account_ids: Sequence[int], found: Sequence[Worry]
) -> dict[int, list[Reason]]:
    by_customer: dict[int, list[Reason]] = {}
    for worry in found:
        reason = Reason(worry.kind, worry.facts)
        by_customer.setdefault(account_ids[worry.i], []).append(reason)
    return by_customer


def _floor(rules: Rules, today: date) -> date:
    return today - timedelta(days=rules.schedule.grace_days)


def _all_news(
    account_ids: Sequence[int],
    found: Sequence[Worry],
    said: Mapping[int, Sequence[Reason]],
    scores: Scores,
    today: date,
) -> list[NewWarning]:
    return [
        warning
        for i, theirs in groupby(found, key=lambda worry: worry.i)
        if (
            warning := _news(
                account_ids[i], list(theirs), said.get(account_ids[i], ()), scores, today
            )
        )
    ]


def _news(
    account_id: int,
    worries: Sequence[Worry],
    said: Sequence[Reason],
    scores: Scores,
    today: date,
) -> NewWarning | None:
    """The warning of one customer; None when nothing in it is new or graver."""
    if not any(_is_news(worry, said) for worry in worries):
        return None
    reasons = tuple(Reason(worry.kind, worry.facts) for worry in worries)
    i = worries[0].i
    rank = int(scores.band[i])
    return NewWarning(
        key=f"{account_id}:{today}:{'+'.join(reason.kind for reason in reasons)}",
        account_id=account_id,
        reasons=reasons,
        score=float(scores.score[i]),
        band=_BANDS[rank] if rank >= 0 else None,
        mild=all(_is_mild(reason) for reason in reasons),
    )


def _is_news(worry: Worry, said: Sequence[Reason]) -> bool:
    told = [reason.facts for reason in said if reason.kind is worry.kind]
    if not told:
        return True
    if worry.kind is Concern.BAND:
        return _rank(worry.facts) > max(map(_rank, told))
    if worry.kind is Concern.DROP:
        lowest = min(float(facts["to"]) for facts in told)
        return float(worry.facts["to"]) <= lowest - _AGAIN_POINTS
    return False


def _rank(facts: Mapping[str, float | str]) -> int:
    return Band(str(facts["to"])).rank


def _is_mild(reason: Reason) -> bool:
    return reason.kind is Concern.BAND and _rank(reason.facts) <= Band.STEADY.rank
