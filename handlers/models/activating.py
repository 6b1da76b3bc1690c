"""Putting a model in force: stored with who did it, audited, and everybody scored anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from handlers.models.in_force import default_document, file_in_force
from handlers.models.reading import Medians, ModelFile, file_of
from handlers.models.writing import with_measured, without_measured
from handlers.rules import Rules
from storage.audit import Change
from storage.store import Store
from storage.transaction import Tx

ACTIVATED = "model_activated"

CLOCK = "clock"
"""Who adds medians once a segment is large enough."""


@dataclass(frozen=True, slots=True)
class Activated:
    """What came of it; `changed` is false when that very model was in force already."""

    model_id: int
    name: str
    changed: bool
    customers: int


async def file_to_put(
    tx: Tx, rules: Rules, text: str | None, now: datetime
) -> tuple[str, ModelFile]:
    """The document that would be put in force for a file, with the book's medians in it.

    Without a text it is the model in force, measured again. ModelRefused with all faults.
    """
    if text is None:
        found = await tx.health_models.in_force()
        text = default_document() if found is None else found[1]
    own = without_measured(text.removeprefix("\ufeff"))
    file = file_of(own)
    # Measuring needs the arithmetic, which takes a moment to load.
    from handlers.models.medians import medians_of_book

    today = now.astimezone(rules.zone).date()
    await tx.allow_long_statements()
    medians = await medians_of_book(tx, rules, file, today)
    document = with_measured(own, medians, today) if medians else own
    return document, file_of(document)


async def activate(
    store: Store, rules: Rules, text: str | None, now: datetime, *, by: str
) -> Activated:
    """Put a file in force, or with none the same model with medians of today.

    Everybody is marked to be scored anew; scores keep the version that made them until then.
    """
    async with store.read() as tx:
        document, file = await file_to_put(tx, rules, text, now)
    return await put(store, rules, document, file, now, by=by)


async def put(
    store: Store,
    rules: Rules,
    document: str,
    file: ModelFile,
    now: datetime,
    *,
    by: str,
    instead_of: int | None = None,
) -> Activated:
    """Write it down, unless just that is in force already, or (with `instead_of`) another is."""
    async with store.begin() as tx:
        await tx.allow_long_statements()
        await tx.health_models.wait_for_turn()
        before_id, before = await file_in_force(tx, now)
        if before == file or (instead_of is not None and instead_of != before_id):
            return Activated(before_id, file.model.name, changed=False, customers=0)
        model_id = await tx.health_models.put_in_force(file.model.name, document, by=by, at=now)
        change = Change(
            ACTIVATED,
            "health_model",
            model_id,
            before={"id": before_id, "name": before.model.name},
            after={"id": model_id, "name": file.model.name},
        )
        await tx.audit.record([change], person_id=None, actor=by, via="cli", at=now)
        await tx.health.mark_all()
        waiting = await tx.health.due_n(now.astimezone(rules.zone).date())
        return Activated(model_id, file.model.name, changed=True, customers=waiting)


def with_more(file: ModelFile, found: Medians) -> Medians | None:
    """The medians of a file and those it had not yet; None when there is nothing to add."""
    merged = {segment: {**found[segment], **file.measured.get(segment, {})} for segment in found}
    merged |= {s: dict(file.measured[s]) for s in file.measured if s not in merged}
    return None if merged == {s: dict(of) for s, of in file.measured.items()} else merged
