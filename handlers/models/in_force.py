"""The model that scores are made with today."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from handlers.models.reading import ModelFile, file_of
from handlers.models.writing import text_of
from scoring.health.default import DEFAULT_MODEL
from scoring.health.model import HealthModel
from storage.transaction import Tx

NOT_STORED = 0
"""The key of the default model while the book has no row for it."""

SHIPPED_BY = "renewals"
"""Who put the default in force."""


async def model_in_force(tx: Tx, now: datetime | None = None) -> tuple[int, HealthModel]:
    """The model in force and its key in the book.

    In a transaction that writes, give `now`: the default is stored the first time, so that scores
    can name it. A transaction that only reads gets NOT_STORED for a default that is not yet there.
    """
    model_id, file = await file_in_force(tx, now)
    return model_id, file.model


async def file_in_force(tx: Tx, now: datetime | None = None) -> tuple[int, ModelFile]:
    """The same with all that its file says: plays, where the references come from."""
    found = await tx.health_models.in_force()
    if found is None and now is not None:
        await tx.health_models.wait_for_turn()
        found = await tx.health_models.in_force()
        if found is None:
            document = default_document()
            model_id = await tx.health_models.put_in_force(
                DEFAULT_MODEL.name, document, by=SHIPPED_BY, at=now
            )
            found = model_id, document
    if found is None:
        return NOT_STORED, file_of(default_document())
    model_id, document = found
    return model_id, file_of(document)


@cache
def default_document() -> str:
    """The shipped model as the file to start from."""
    return text_of(DEFAULT_MODEL)
