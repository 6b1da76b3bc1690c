"""Walking over the whole book in chunks, the way the nightly run does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from scoring.model import Segment
from storage.transaction import Tx
from storage.views.scored_customers import ScoredCustomers

CHUNK = 16_384
"""Customers looked at together: large enough for the arithmetic, small enough for the memory."""


async def customers_in_chunks(
    tx: Tx, chunk: int = CHUNK, every: Mapping[Segment, int] | None = None
) -> AsyncIterator[list[int]]:
    """The ids of all customers that are scored, ascending; of a segment in `every` a sample."""
    found = ScoredCustomers(tx.connection)
    last = 0
    while ids := await found.after(last, chunk, every):
        yield ids
        last = ids[-1]
