"""Once a week: a segment that has grown large enough gets its medians as references."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.models.activating import CLOCK, file_to_put, put, with_more
from handlers.models.in_force import NOT_STORED, file_in_force
from handlers.models.reading import file_of
from handlers.models.writing import with_measured, without_measured
from handlers.rules import Rules
from storage.store import Store
from storage.views.scored_customers import ScoredCustomers

NAME = "references"

EVERY = timedelta(days=7)
"""How often the book is looked at for segments that have grown."""


async def run(store: Store, rules: Rules, now: datetime) -> bool:
    """Add the medians that a model could not have yet; whether there were any.

    Those it has are never moved by the clock: that takes somebody who looks at a preview.
    """
    async with store.read() as tx:
        last_at = (await tx.marks.look(NAME)).at
        if last_at is not None and abs(now - last_at) < EVERY:
            return False
        model_id, file = await file_in_force(tx)
        if not file.medians:
            return False
        sizes = await ScoredCustomers(tx.connection).by_segment()
        if max(sizes.values(), default=0) < file.least_customers:
            return False
        found = await tx.health_models.in_force()
        document = None if found is None else found[1]
        measured_document, measured = await file_to_put(tx, rules, document, now)
        more = with_more(file, measured.measured)
    async with store.begin() as tx:
        mark = await tx.marks.take(NAME)
        today = now.astimezone(rules.zone).date()
        await tx.marks.put(NAME, on=today, rev=mark.rev, at=now)
    if more is None:
        return False
    document = with_measured(without_measured(measured_document), more, today)
    # What somebody put in force meanwhile has been measured just now.
    instead_of = model_id if model_id != NOT_STORED else None
    done = await put(
        store, rules, document, file_of(document), now, by=CLOCK, instead_of=instead_of
    )
    return done.changed
