"""`fix T-12 kind=meeting`: mend what was understood of a touch."""

from __future__ import annotations

from datetime import date
from typing import Any

from handlers.context import Context
from handlers.registry import Text, Word, command
from handlers.replies import said
from handlers.touched import own_touch
from handlers.undoing import undo_button
from messages.model import Fields, Message, plain
from scoring.errors import Refused
from scoring.model import TouchKind
from scoring.permissions import Right
from storage.audit import Change
from storage.touches import Touch


@command("fix", right=Right.LOG_TOUCH, changes=True, needs_one=True)
async def fix(
    ctx: Context,
    touch: Word,
    *,
    kind: TouchKind | None = None,
    contact: Text | None = None,
    next_on: date | None = None,
    note: Text | None = None,
) -> Message:
    """Change the fields that are given; one's own touches, or anybody's for who may edit."""
    found = await own_touch(ctx, touch)
    changes = _changes(found, kind=kind, contact=contact, next_on=next_on, note=note)
    if not changes:
        raise Refused("fix.nothing")
    await ctx.tx.touches.change(found.id, changes)
    await ctx.record(
        Change(
            "fix",
            "touch",
            found.id,
            {name: getattr(found, name) for name in changes},
            changes,
        )
    )
    mended = await ctx.tx.touches.get(found.id) or found
    return said(
        ctx.t("fix.done"),
        Fields(
            (
                (ctx.phrases.heading("param.kind"), plain(ctx.phrases.label(mended.kind))),
                (
                    ctx.phrases.heading("param.contact"),
                    plain(mended.contact or ctx.phrases.unknown()),
                ),
                (ctx.phrases.heading("param.next_on"), plain(ctx.phrases.day(mended.next_on))),
            )
        ),
        buttons=await undo_button(ctx, "fix"),
    )


def _changes(found: Touch, **given: Any) -> dict[str, Any]:
    return {
        name: value
        for name, value in given.items()
        if value is not None and value != getattr(found, name)
    }
