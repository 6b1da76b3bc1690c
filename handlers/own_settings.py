"""Keeping what somebody chose for themselves."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.context import Context
from storage.audit import Change


async def keep_own(ctx: Context, changes: Mapping[str, str | None]) -> None:
    """Write it down with the person; their Home, which tells it, is shown anew."""
    await ctx.tx.people.change(ctx.viewer.id, dict(changes))
    before = {name: getattr(ctx.viewer, name) for name in changes}
    after = dict(changes)
    await ctx.record(Change("settings", "person", ctx.viewer.id, _plain(before), _plain(after)))
    if ctx.viewer.slack_id:
        await ctx.tx.slack_homes.doubt_of(ctx.viewer.slack_id)


def _plain(fields: Mapping[str, object]) -> dict[str, str | None]:
    return {name: None if value is None else str(value) for name, value in fields.items()}
