"""What somebody typed and has to confirm, kept for an hour under a short code."""

from __future__ import annotations

from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from handlers.context import Context

KEPT_FOR = timedelta(hours=1)

PREFIX = "draft:"
"""How the keys of drafts begin among the settings."""


async def keep_draft(ctx: Context, document: dict[str, Any]) -> str:
    """Keep a document for whoever speaks; returns its code, `D-3f9a1c`."""
    code = f"D-{token_hex(3)}"
    await ctx.tx.settings.put(
        _key(code),
        {"person_id": ctx.viewer.id, "at": ctx.now.isoformat(), "document": document},
        at=ctx.now,
    )
    return code


async def look_at_draft(ctx: Context, code: str) -> dict[str, Any] | None:
    """The document while it is kept, for the one who made it."""
    kept = await ctx.tx.settings.get(_key(code))
    if kept is None or kept["person_id"] != ctx.viewer.id:
        return None
    if datetime.fromisoformat(kept["at"]) < ctx.now - KEPT_FOR:
        return None
    return dict(kept["document"])


async def take_draft(ctx: Context, code: str) -> dict[str, Any] | None:
    """The document, once, for the one who made it; None when it is gone or too old."""
    document = await look_at_draft(ctx, code)
    if document is None or await ctx.tx.settings.take(_key(code)) is None:
        return None  # gone, or pressed twice: the other press has it
    return document


def _key(code: str) -> str:
    return f"{PREFIX}{code.lower()}"
