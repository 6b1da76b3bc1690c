"""Renewing a workspace's token: one process at a time asks, and what it got is never lost.

A refresh token is spent by its use, so of many callers and replicas one may use it.
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from pydantic import SecretStr

from bot.sealing import Seal
from bot.slack.grants import Tokens
from scoring.errors import DeliveryError
from storage.slack_installations import SlackInstallation
from storage.store import Store

log = logging.getLogger(__name__)

TURN_S = 10.0
"""How long one may take to renew before another tries."""

Renew = Callable[[SecretStr], Awaitable[Tokens]]
"""Asks Slack once for new tokens."""


class TokenRenewal:
    """This process's part in it."""

    def __init__(self, store: Store, seal: Seal, renew: Renew) -> None:
        self._store = store
        self._seal = seal
        self._renew = renew
        self._owner = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._unsaved: dict[str, tuple[int, Tokens, datetime | None]] = {}

    async def take_turn(self, current: SlackInstallation, steady: datetime) -> bool:
        """Whether it is for this process to renew that token now."""
        async with self._store.begin() as tx:
            return await tx.slack_installations.take_turn(
                current.team, self._owner, version=current.version, steady=steady, turn_s=TURN_S
            )

    async def renew(
        self, current: SlackInstallation, tokens: Tokens, steady: datetime, *, alive: bool
    ) -> bool:
        """Ask Slack and keep what it says; false when it cannot be asked and need not be yet.

        Raises the DeliveryError tree when the old token is not `alive` any more.
        """
        try:
            fresh = await self._renew(tokens.refresh)
        except DeliveryError as fault:
            async with self._store.begin() as tx:
                await tx.slack_installations.give_up(current.team, self._owner)
            if alive:
                log.warning("a token was not renewed: %s %s", fault.code, fault.detail)
                return False
            raise
        # The old refresh token is spent: what came for it must not get lost on its way.
        self._unsaved[current.team] = (current.version, fresh, end_of(fresh, steady))
        await self.save(current.team)
        return True

    async def save(self, team: str) -> None:
        """Keep renewed tokens that are not kept yet; those of an installation since then count."""
        unsaved = self._unsaved.get(team)
        if unsaved is None:
            return
        version, tokens, end = unsaved
        async with self._store.begin() as tx:
            await tx.slack_installations.renew(
                team,
                version=version,
                sealed=self._seal.close(tokens.spelled()),
                expires_at=end,
            )
        del self._unsaved[team]


def end_of(tokens: Tokens, steady: datetime) -> datetime | None:
    """Until when they are good, in steady time; None when they do not expire."""
    return None if tokens.life_s is None else steady + timedelta(seconds=tokens.life_s)
