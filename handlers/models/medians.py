"""Where an unknown value counts as the middle of its segment instead of a general guess.

The medians are measured when a model is put in force and stored with it, so that a version's
scores can always be worked out again. Between activations the clock only adds those that were
missing, once a segment has grown large enough; it never moves one, so that nobody's score changes
without a preview. A customer whose values are all known and fresh scores the same either way.
"""

from __future__ import annotations

from datetime import date
from math import ceil
from types import MappingProxyType

import numpy as np

from handlers.health import subjects_of
from handlers.models.reading import Medians, ModelFile
from handlers.models.walking import customers_in_chunks
from handlers.rules import Rules
from scoring.health.facts import SEGMENTS
from scoring.health.measures import measure
from scoring.health.score import normalised
from scoring.health.seen import seen
from scoring.model import Segment
from storage.transaction import Tx
from storage.views.scored_customers import ScoredCustomers

STEPS = 1000
"""Values are counted in so many steps, so that a million customers take no memory."""

FRESH_ENOUGH = 0.5
"""A value older than this tells too little of today."""


MOST_OF_A_SEGMENT = 10_000
"""Of a larger segment a sample is measured: its median is within .01 of all, at a fixed cost."""


async def medians_of_book(
    tx: Tx, rules: Rules, file: ModelFile, today: date, *, most: int = MOST_OF_A_SEGMENT
) -> Medians:
    """Each segment's median of each signal, 0..1, where enough of its customers have a value.

    At most about `most` customers of a segment are looked at, the same ones every time.
    """
    if not file.medians:
        return MappingProxyType({})
    counts = np.zeros((len(SEGMENTS), len(file.given.signals), STEPS + 1), np.int64)
    sizes = await ScoredCustomers(tx.connection).by_segment()
    every = {segment: ceil(size / most) for segment, size in sizes.items()}
    async for ids in customers_in_chunks(tx, every=every):
        subjects = await subjects_of(tx, ids, today)
        facts = seen(await tx.health_facts.load(subjects, file.given, zone=rules.zone))
        measured = measure(facts, file.given)
        g, fresh = normalised(subjects, file.given, measured)
        known = ~np.isnan(measured.x) & (fresh >= FRESH_ENOUGH)
        steps = np.rint(np.where(known, g, 0.0) * STEPS).astype(np.int64)
        rows, columns = np.nonzero(known)
        np.add.at(counts, (subjects.segment[rows], columns, steps[rows, columns]), 1)
    return MappingProxyType(
        {
            segment: MappingProxyType(medians)
            for code, segment in enumerate(map(Segment, SEGMENTS))
            if (medians := _medians(counts[code], file))
        }
    )


def _medians(
    counts: np.ndarray[tuple[int, ...], np.dtype[np.int64]], file: ModelFile
) -> dict[str, float]:
    found = {}
    for signal, of_signal in zip(file.given.signals, counts, strict=True):
        upto = np.cumsum(of_signal)
        n = int(upto[-1])
        if n >= file.least_customers:
            low = int(np.searchsorted(upto, (n + 1) // 2))
            high = int(np.searchsorted(upto, n // 2 + 1))
            found[signal.name] = round((low + high) / 2 / STEPS, 4)
    return found
