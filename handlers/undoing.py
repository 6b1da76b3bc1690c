"""Which changes can be taken back, and how each one is.

A change is taken back by its audit: the fields it set must still hold what it set, else somebody
changed them since and nothing happens. The parts of a change go with it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from handlers.context import Context
from messages.model import Button
from storage.audit import AuditEntry
from storage.expansions import Expansions
from storage.moods import KeptMood

Back = Callable[[Context, AuditEntry], Awaitable[bool]]


async def undo_button(ctx: Context, action: str) -> tuple[Button, ...]:
    """The button that takes back the change just recorded, and never another one."""
    entry = await ctx.tx.audit.last_of(ctx.viewer.id or None, actions=(action,), since=ctx.now)
    if entry is None:
        return ()
    return (Button(ctx.t("button.undo"), f"undo U-{entry.id}"),)


async def take_back(ctx: Context, entry: AuditEntry) -> bool:
    """Take back a change with its parts; false when something changed since."""
    parts = await ctx.tx.audit.parts_of(entry)
    if any(one.erased for one in (entry, *parts)):
        return False  # nobody knows any more what was there before
    if any(one.change.subject == "contract" for one in (entry, *parts)):
        await ctx.tx.marks.next_rev()  # before anything else is changed: everybody waits here
    if not await UNDOABLE[entry.change.action](ctx, entry):
        return False
    for part in parts:
        if not await _PARTS[part.change.action](ctx, part):
            return False
        await ctx.tx.audit.mark_undone(part.id)
    return True


async def _fields(ctx: Context, entry: AuditEntry) -> bool:
    """Every field as it was before."""
    change = entry.change
    if change.subject_id is None:
        return False
    rev = await ctx.tx.marks.next_rev() if change.subject == "contract" else None
    return await ctx.tx.undoing.swap(
        change.subject,
        change.subject_id,
        expect=change.after or {},
        values=change.before or {},
        clock_rev=rev,
    )


async def _fields_if_still(ctx: Context, entry: AuditEntry) -> bool:
    """The same, but a later change of somebody else simply stays."""
    await _fields(ctx, entry)
    return True


async def _successor(ctx: Context, entry: AuditEntry) -> bool:
    """The next term goes away again."""
    contract_id = entry.change.subject_id
    if contract_id is None:
        return False
    rev = await ctx.tx.marks.next_rev()
    await ctx.tx.undoing.withdraw_successor(contract_id, on=ctx.today, clock_rev=rev)
    return True


async def _decided_contract(ctx: Context, entry: AuditEntry) -> bool:
    """The term counts down again, and its outcome is open again."""
    if entry.change.subject_id is not None:
        await ctx.tx.undoing.forget_outcome(entry.change.subject_id)
    return await _fields(ctx, entry)


async def _mood(ctx: Context, entry: AuditEntry) -> bool:
    """The impression of that day as it was before, or none."""
    change = entry.change
    if change.subject_id is None:
        return False
    expect, before = _kept_mood(change.after), _kept_mood(change.before)
    on = date.fromisoformat(str((change.after or {}).get("observed_on")))
    if expect is None or not await ctx.tx.moods.take_back(
        change.subject_id, on, expect=expect, before=before
    ):
        return False
    await ctx.tx.health.mark_due([change.subject_id])
    return True


def _kept_mood(written: Mapping[str, Any] | None) -> KeptMood | None:
    if not written or "value" not in written:
        return None
    return KeptMood(float(written["value"]), written.get("note"), written.get("source"))


async def _steps(ctx: Context, entry: AuditEntry) -> bool:
    """What the term cost from which days on, as it was before."""
    contract_id = entry.change.subject_id
    before, after = (
        (one or {}).get("steps", {}) for one in (entry.change.before, entry.change.after)
    )
    expansions = Expansions(ctx.tx.connection)
    if contract_id is None or await expansions.steps(contract_id) != _read_steps(after):
        return False
    await expansions.put_steps(contract_id, _read_steps(before))
    return True


def _read_steps(document: Mapping[str, str]) -> dict[date, Decimal]:
    return {date.fromisoformat(on): Decimal(arr) for on, arr in document.items()}


UNDOABLE: Mapping[str, Back] = {
    "log": _fields,
    "fix": _fields,
    "claim": _fields,
    "release": _fields,
    "assign": _fields,
    "snooze": _fields,
    "stage": _fields,
    "won": _fields,
    "lost": _fields,
    "edit": _fields,
    "mood": _mood,
}
_PARTS: Mapping[str, Back] = {
    "log.opportunity": _fields_if_still,
    "edit.opportunity": _fields_if_still,
    "won.successor": _successor,
    "won.contract": _decided_contract,
    "won.steps": _steps,
    "won.growth": _fields,
    "won.renewal": _fields_if_still,
    "lost.contract": _decided_contract,
    "lost.note": _fields,
}
