"""What waits for the operator goes out as soon as they have mended it, not minutes later."""

from __future__ import annotations

from collections.abc import Sequence

from scoring.errors import BadCredentials
from scoring.model import Platform
from storage.store import Store

INVITED = ("not_in_channel",)
"""Ends when the bot is invited."""

INSTALLED = (
    "no_workspace",
    "sealed_otherwise",
    "token_revoked",
    "account_inactive",
    "missing_scope",
)
"""Ends when the app is installed (again)."""


async def mended(store: Store, codes: Sequence[str]) -> bool:
    """Let go what rests for such a reason; whether anything did. Wake the delivery loop then."""
    reasons = [f"{BadCredentials.__name__} {code}" for code in codes]
    async with store.begin() as tx:
        return await tx.pacing.lift(Platform.SLACK, reasons)
