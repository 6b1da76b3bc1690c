"""What the scores would have been: a book that begins with a past gets the course of its scores.

Each day is scored with what was known on it and with the model of today, in the order of the days,
so that bands hold on as they would have. Nobody is warned of the past, and no standing is written:
to the first real run everybody is new.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from handlers.rules import Rules
from storage.store import Store


def weeks_before(today: date, weeks: int) -> list[date]:
    """A day of each of the last weeks, the oldest first, without today."""
    return [today - timedelta(weeks=ago) for ago in range(weeks, 0, -1)]


async def score_past(store: Store, rules: Rules, now: datetime, days: Sequence[date]) -> int:
    """Write the history of those days, the oldest first; how many scores."""
    # Imported here: columns need numpy, which an import of a spreadsheet does without.
    import numpy as np

    from handlers.health import subjects_of
    from handlers.models.in_force import model_in_force
    from handlers.models.walking import customers_in_chunks
    from scoring.health.assess import assess
    from storage.health_past import HealthPast

    written = 0
    async with store.begin() as tx:
        model_id, model = await model_in_force(tx, now)
        async for ids in customers_in_chunks(tx):
            bands = np.full(len(ids), -1, np.int8)
            for on in days:
                subjects = await subjects_of(tx, ids, on)
                facts = await tx.health_facts.load(subjects, model, zone=rules.zone)
                scores = assess(facts, model, bands).scores
                bands = scores.score_band
                written += await HealthPast(tx.connection).put(
                    subjects, scores, model_id=model_id, on=on
                )
    return written
