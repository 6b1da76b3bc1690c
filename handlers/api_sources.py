"""Who may bring facts by HTTP: letting a source in, with a token that is told once, and out again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from scoring.errors import BadArgument, Refused
from storage.audit import Change
from storage.store import Store
from storage.transaction import Tx

API_KINDS = ("signals", "tickets", "payments", "surveys", "events", "touches", "contracts")
"""What can be brought by HTTP (interface.md)."""

TOKEN_PREFIX = "rnw_"  # noqa: S105 - a mark by which scanners of leaked secrets know one of ours
NAME_CHARS = 60


async def add_source(
    store: Store, name: str, kinds: Sequence[str], now: datetime, *, actor: str
) -> str:
    """Let a source in and give its token, which is told this once; Refused when it has one."""
    name = name.strip()
    if not name or len(name) > NAME_CHARS or not name.isprintable():
        raise BadArgument("api.bad_name", most=NAME_CHARS)
    strange = [kind for kind in kinds if kind not in API_KINDS]
    if strange or not kinds:
        raise BadArgument(
            "api.bad_kinds", found=", ".join(strange) or "-", kinds=", ".join(API_KINDS)
        )
    token = TOKEN_PREFIX + token_urlsafe(32)
    async with store.begin() as tx:
        if not await tx.api_sources.add(name, digest_of(token), sorted(set(kinds)), at=now):
            raise Refused("api.has_token", name=name)
        await _audited(tx, "add", {"name": name, "kinds": sorted(set(kinds))}, actor, now)
    return token


async def revoke_source(store: Store, name: str, now: datetime, *, actor: str) -> None:
    """Let a source in no longer, at once; BadArgument when there is none."""
    async with store.begin() as tx:
        if not await tx.api_sources.revoke(name.strip(), at=now):
            raise BadArgument("api.no_source", name=name)
        await _audited(tx, "revoke", {"name": name.strip()}, actor, now)


async def _audited(tx: Tx, action: str, after: dict[str, Any], actor: str, now: datetime) -> None:
    change = Change(action, "api_source", None, None, after)
    await tx.audit.record([change], person_id=None, actor=actor, via="cli", at=now)


def digest_of(token: str) -> str:
    """What is kept of a token: it is random and long, so that nothing slow is needed."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
