"""Touches that somebody may mend."""

from __future__ import annotations

import re

from handlers.context import Context
from handlers.lookup_changed import subject_of
from scoring.errors import BadArgument, NotFound
from scoring.permissions import Right
from storage.touches import Touch

_CODE = re.compile(r"T-?(\d{1,15})", re.IGNORECASE)


async def own_touch(ctx: Context, word: str) -> Touch:
    """The touch `T-12`; one's own or written down by oneself, or anybody's for who may edit."""
    code = _CODE.fullmatch(word)
    if code is None:
        raise BadArgument("fix.bad_code", word=word[:40])
    found = await ctx.tx.touches.get(int(code[1]))
    about = await subject_of(ctx, "touch", found.id) if found else None
    if found is None or about is None:
        raise NotFound("fix.gone", code=word.upper()[:40])
    own = found.person_id is not None and found.person_id == ctx.viewer.id
    if not own and ctx.viewer.id:
        changes = await ctx.tx.audit.of_subject("touch", found.id)
        own = any(e.change.action == "log" and e.person_id == ctx.viewer.id for e in changes)
    right = Right.LOG_TOUCH if own else Right.EDIT_BOOK
    ctx.allow(right, team=about.team, owner_id=about.owner_id)
    return found
