"""Workspaces of an organisation that has the app as a whole: an event tells which belong to it.

What is done later knows the workspace alone, so the organisation is noted before it is heard.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from bot.slack.bolt_app import Hear
from bot.slack.heard import Heard, Where
from bot.slack.workspaces import Workspaces
from scoring.errors import DeliveryError

log = logging.getLogger(__name__)

WAIT_S = 1.0
"""Slack hangs up after three seconds, so no more of them is spent on this."""


def placing(hear: Hear, workspaces: Workspaces) -> Hear:
    """The same, after whose workspace it came from was noted."""

    async def placed(heard: Heard) -> dict[str, Any] | None:
        where = getattr(heard, "where", None)
        if isinstance(where, Where) and where.enterprise:
            try:
                async with asyncio.timeout(WAIT_S):
                    await workspaces.of(where.team, where.enterprise)
            except (DeliveryError, TimeoutError) as fault:
                log.info("it is not known whose workspace that is: %s", type(fault).__name__)
        return await hear(heard)

    return placed
