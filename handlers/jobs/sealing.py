"""Seals what was written to the audit trail since the last tick, so that it can no longer change."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from storage.audit_chain import Seal
from storage.store import Store

NAME = "sealing"

SLICE_S = 2.0
"""How long one tick seals; what an import of a million rows leaves is done by the next ones."""


def _nobody(_seal: Seal) -> None:
    pass


async def run(
    store: Store,
    now: datetime,
    *,
    for_s: float | None = SLICE_S,
    tell: Callable[[Seal], None] = _nobody,
) -> Sequence[Seal]:
    """Seal batch by batch, each in its own transaction; for so many seconds, or until done.

    Of several replicas one seals. `tell` hears of every seal that is committed: kept where the
    database cannot reach, the hashes prove that nobody made the whole chain anew.
    """
    made: list[Seal] = []
    after_id = 0
    end = None if for_s is None else time.monotonic() + for_s
    while end is None or time.monotonic() < end:
        async with store.read() as tx:
            seal = None
            found = await tx.sealing.any_unsealed(after_id=after_id)
        if found:
            async with store.begin() as tx:
                mark = await (tx.marks.take_free(NAME) if end else tx.marks.take(NAME))
                if mark is None:
                    break  # another replica is at it
                seal = await tx.sealing.seal(at=now, after_id=after_id)
        if seal is not None:
            made.append(seal)
            tell(seal)
            after_id = seal.last_id
        elif after_id == 0:
            break
        else:
            after_id = 0  # an entry with a lower number may have been committed later
    return made
