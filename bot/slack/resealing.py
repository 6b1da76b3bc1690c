"""Workspaces' tokens after the client secret was rotated: sealed with the new one, none lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from bot.config import Slack
from bot.sealing import Seal
from scoring.errors import StoreUnavailable
from storage.store import Store

log = structlog.get_logger()

AFTER_S = 60.0
"""By then every replica has taken up the new secret, and can open what is sealed with it."""


def seal_of(config: Slack) -> Seal:
    """What the tokens of a configuration are sealed with; it opens what its former secret sealed."""
    former = [one for one in (config.former_client_secret,) if one.get_secret_value()]
    return Seal(config.client_id, config.client_secret, platform="slack", former=former)


@asynccontextmanager
async def resealing(store: Store, seal: Seal, *, after_s: float = AFTER_S) -> AsyncIterator[None]:
    """Seal the tokens anew a while after the start, unless the block ends before.

    Tried again every `after_s` while the book is away: until it is done the former secret is needed.
    """
    work = asyncio.create_task(_later(store, seal, after_s))
    try:
        yield
    finally:
        work.cancel()
        await asyncio.wait({work})


async def reseal(store: Store, seal: Seal) -> int:
    """Seal with the present secret what the former one has sealed; how many tokens."""
    async with store.begin() as tx:
        count = 0
        for one in await tx.slack_installations.present():
            fresh = seal.anew(one.sealed or "")
            if fresh is not None:
                count += await tx.slack_installations.reseal(one, fresh)
        return count


async def _later(store: Store, seal: Seal, after_s: float) -> None:
    while True:
        await asyncio.sleep(after_s)
        try:
            count = await reseal(store, seal)
            break
        except StoreUnavailable as fault:
            log.warning("tokens are still sealed with the former secret", reason=fault.reason)
    log.info("tokens are sealed with the present secret; the former one is not needed", anew=count)
