"""The budget of a person's day: so many messages with alerts, the rest in the morning's digest.

What counts are interruptions, messages that is, over all kinds of alerts. A row that is held back
stays in the outbox and waits for the morning, when all of them are told as one message: nothing is
lost and nothing doubled by it, because it is the same row all along.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers.announcing_truth import ALERTS
from handlers.audience import Desks
from handlers.rules import Rules
from scoring.model import Person
from storage.dispatches import PlaceName
from storage.outbox import DIGEST, Delivery
from storage.transaction import Tx

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Held:
    """Rows that wait for the digest, each with its instant; and those that are told in one now."""

    until: Mapping[int, datetime] = field(default_factory=dict)
    in_digest: frozenset[int] = frozenset()

    def days(self, zone: ZoneInfo) -> dict[int, date]:
        """The day of each row's digest, where its reader lives."""
        return {row_id: at.astimezone(zone).date() for row_id, at in self.until.items()}


async def held_back(
    tx: Tx,
    rows: Sequence[Delivery],
    person: Person | None,
    rules: Rules,
    now: datetime,
    *,
    mild: Collection[int] = (),
) -> Held:
    """What of the rows of one place is not told now, because its reader has heard enough today.

    `rows` hold by the book. `mild` rows are for the digest in any case. What must not wait goes
    out, and when a message goes out the others go with it: it interrupts once. A message that may
    be out there already is never held back.
    """
    alerts = [row for row in rows if row.kind in ALERTS]
    if person is None or not alerts:
        return Held()
    digest_at = next_digest(alerts[0], person, rules, now)
    digest_on = digest_at.astimezone(rules.zone_of(person)).date()
    kept: list[Delivery] = []
    digested: list[Delivery] = []
    fresh: list[Delivery] = []
    until: dict[int, datetime] = {}
    for row in alerts:
        if row.batch is not None or _cannot_wait(row, digest_on):
            kept.append(row)
        elif DIGEST in row.facts:
            digested.append(row)
        elif row.id in mild:
            until[row.id] = digest_at
        else:
            fresh.append(row)
    if not fresh and not digested:
        return Held(until)
    start, end = day_of(person, rules, now)
    heard = await tx.interruptions.between(
        person.id,
        PlaceName(alerts[0].platform, alerts[0].place),
        ALERTS,
        since=start,
        until=end,
        but={row.id for row in rows},
    )
    if heard.digest:  # a person has one a day; more than one message holds waits for the next
        until |= {row.id: digest_at for row in digested}
        digested = []
    if heard.messages >= rules.alerts.per_day and not kept and not digested:
        until |= {row.id: digest_at for row in fresh}
    return Held(until, frozenset(row.id for row in digested))


def next_digest(row: Delivery, person: Person, rules: Rules, now: datetime) -> datetime:
    """When the next digest of a person comes, after now."""
    desks = Desks(rules, now)
    zone = rules.zone_of(person)
    day = now.astimezone(zone).date()
    while True:
        opening = datetime.combine(day, rules.alerts.digest_at, zone)
        at = desks.deliver_at(row.platform, row.place, person, at=opening)
        if opening > now and at > now:
            return at
        day += _DAY


def day_of(person: Person, rules: Rules, now: datetime) -> tuple[datetime, datetime]:
    """The beginning and the end of a person's present day."""
    zone = rules.zone_of(person)
    today = now.astimezone(zone).date()
    return _midnight(today, zone), _midnight(today + _DAY, zone)


def _midnight(on: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(on, time(), zone)


def _cannot_wait(row: Delivery, digest_on: date) -> bool:
    """Whether a row would be told on its last day, or after it."""
    return row.limit_on is not None and row.limit_on <= digest_on
