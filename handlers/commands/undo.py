"""`undo`: take back one's own last change, for ten minutes."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from handlers.context import Context
from handlers.followups import tell_places
from handlers.lookup_changed import subject_of
from handlers.registry import Word, command
from handlers.replies import said
from handlers.subjects import Renewal
from handlers.undoing import UNDOABLE, take_back
from handlers.warning import warn_after_all
from messages.model import Message
from scoring.errors import BadArgument, NotFound, Refused
from scoring.permissions import Right
from storage.audit import AuditEntry, Change
from storage.expansions import Expansions

_CODE = re.compile(r"U-?(\d{1,15})", re.IGNORECASE)


@command("undo", right=Right.LOG_TOUCH, changes=True)
async def undo(ctx: Context, change: Word | None = None) -> Message:
    """Take back the last change, or the one a button names; never what changed again since."""
    entry = await (_last(ctx) if change is None else _named(ctx, change))
    what = await _what(ctx, entry)
    about = await subject_of(ctx, entry.change.subject, entry.change.subject_id)
    if not await ctx.tx.audit.mark_undone(entry.id):
        raise Refused("undo.before", what=what)
    if not await take_back(ctx, entry):
        raise Refused("undo.changed_since", what=what)
    await ctx.record(
        Change(
            "undo",
            entry.change.subject,
            entry.change.subject_id,
            entry.change.after,
            entry.change.before,
        )
    )
    await _show(ctx, entry)
    if about is not None:
        await warn_after_all(ctx.tx, ctx.rules, ctx.now, about.account.id)
    return said(ctx.t("undo.done", what=what))


async def _show(ctx: Context, entry: AuditEntry) -> None:
    """Alerts that the change made untrue hold again, and cards show what is true."""
    if entry.change.subject not in ("opportunity", "contract"):
        return
    about = await subject_of(ctx, entry.change.subject, entry.change.subject_id)
    if not isinstance(about, Renewal):
        return
    if about.opportunity is not None and about.expansion:
        await Expansions(ctx.tx.connection).tell_after_all(about.opportunity.id)
    else:
        await ctx.tx.outbox.tell_after_all(about.contract.id)
    if about.opportunity is not None:
        await ctx.tx.opportunities.shown_anew(about.opportunity.id)
        await tell_places(ctx, about.opportunity.id, "undone", who=ctx.viewer.name)


async def _last(ctx: Context) -> AuditEntry:
    entry = await ctx.tx.audit.last_of(
        ctx.viewer.id or None, actions=tuple(UNDOABLE), since=_since(ctx)
    )
    if entry is None:
        raise NotFound("undo.nothing", minutes=ctx.rules.undo_minutes)
    return entry


async def _named(ctx: Context, word: str) -> AuditEntry:
    code = _CODE.fullmatch(word)
    if code is None:
        raise BadArgument("undo.bad_code", word=word[:40])
    entry = await ctx.tx.audit.get(int(code[1]))
    if entry is None or entry.change.action not in UNDOABLE:
        raise NotFound("undo.nothing", minutes=ctx.rules.undo_minutes)
    if entry.person_id != (ctx.viewer.id or None):
        raise Refused("undo.not_yours", who=entry.actor)
    if entry.undone:
        raise Refused("undo.before", what=await _what(ctx, entry))
    if entry.at < _since(ctx):
        raise Refused("undo.too_late", minutes=ctx.rules.undo_minutes)
    return entry


def _since(ctx: Context) -> datetime:
    return ctx.now - timedelta(minutes=ctx.rules.undo_minutes)


async def _what(ctx: Context, entry: AuditEntry) -> str:
    """`华为 · 认领`: the customer and the kind of change, for who may still make such a change."""
    # The list of commands imports this one.
    from handlers.commands import COMMANDS

    action = entry.change.action
    title = ctx.t(f"{action}.title")
    about = await subject_of(ctx, entry.change.subject, entry.change.subject_id)
    if about is None:
        raise Refused("undo.before" if entry.undone else "undo.changed_since", what=title)
    right = next(command.right for command in COMMANDS if command.name == action)
    ctx.allow(right, team=about.team, owner_id=about.owner_id)
    return f"{about.account.name} · {title}"
