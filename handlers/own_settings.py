"""Keeping what somebody chose for themselves."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.context import Context


async def keep_own(ctx: Context, changes: Mapping[str, str | None]) -> None:
    """Write it down with the person; their Home, which tells it, is shown anew."""
    await ctx.tx.people.change(ctx.viewer.id, dict(changes))
    if ctx.viewer.slack_id:
        await ctx.tx.slack_homes.doubt_of(ctx.viewer.slack_id)
