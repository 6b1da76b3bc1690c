"""How many people the app's limits are counted by: the seats of the organisation, and groups.

Known from the book and from making groups, and read again every hour; sooner when somebody asks
for a group that is not known, because the command line may just have made it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from bot.wecom.replies import set_within
from messages.limits import WECOM_APPCHAT_MEMBERS
from scoring.errors import StoreUnavailable
from storage.store import Store
from storage.transaction import Tx

log = logging.getLogger(__name__)

MEMBERS = "wecom.members:"
"""Followed by a place: how many people are in that group."""

OFTEN_S = 3_600.0
REST_S = 30.0
"""Between two readings at least, whatever is asked for."""


class Headcount:
    """What is known of them. `told` is what the configuration says of the seats."""

    def __init__(
        self,
        store: Store,
        *,
        told: int | None = None,
        rest_s: float = REST_S,
        often_s: float = OFTEN_S,
    ) -> None:
        self._store = store
        self._told = told
        self._rest_s = rest_s
        self._often_s = often_s
        self._counted: int | None = None
        self._members: dict[str, int] = {}
        self._wanted = asyncio.Event()
        self._over = asyncio.Event()

    @property
    def seats(self) -> int | None:
        """Accounts of the organisation; without being told at least those of the book.

        None: nothing is known.
        """
        return self._told or self._counted

    def members(self, place: str) -> int:
        """People in a group; as many as any can have where that is not known."""
        known = self._members.get(place)
        if known is None:
            self._wanted.set()
            return WECOM_APPCHAT_MEMBERS
        return known

    async def load(self) -> None:
        """Read them now; what was known stays when the database cannot be read."""
        try:
            async with self._store.read() as tx:
                counted = await tx.people.with_wecom()
                kept = await tx.settings.under(MEMBERS)
        except StoreUnavailable as fault:
            log.warning("the sizes of groups cannot be read: %s", fault.reason)
            return
        # The one who is written to has an account, whoever that will be.
        self._counted = max(counted, 1)
        self._members = {key.removeprefix(MEMBERS): int(count) for key, count in kept.items()}

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Read them at once and again until the block ends."""
        await self.load()
        keeping = asyncio.create_task(self._keep())
        try:
            yield
        finally:
            self._over.set()
            self._wanted.set()
            # Not cancelled: that would break off a statement of the database.
            await keeping

    async def _keep(self) -> None:
        while not await set_within(self._over, self._rest_s):
            await set_within(self._wanted, self._often_s)
            if self._over.is_set():
                return
            self._wanted.clear()
            await self.load()


async def keep_members(tx: Tx, place: str, members: int, *, at: datetime) -> None:
    """Note how many people are in a group."""
    await tx.settings.put(f"{MEMBERS}{place}", members, at=at)
