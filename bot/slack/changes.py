"""What a change of Slack's directory means for the book; every event counts once.

Slack tells of every new status and picture, too: nothing is written for those.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import structlog

from bot.slack.heard import PersonChanged
from bot.slack.identity import Identity, keep_profile, kept_profile
from bot.slack.profiles import Profile, Standing, is_foreign, profile_of
from handlers import leaving, link_codes
from handlers.rules import Rules
from scoring.model import Platform
from storage.store import Store
from storage.transaction import Tx

log = structlog.get_logger()

SOURCE = "slack.person"
"""Under which the inbox keeps what was heard."""


def following(
    store: Store,
    rules: Rules,
    clock: Callable[[], datetime],
    identity: Identity,
    changed: Callable[[], None] = lambda: None,
) -> Callable[[PersonChanged], Awaitable[None]]:
    """What to do with each change; `changed` is called when there is something to send."""

    async def follow(change: PersonChanged) -> None:
        identity.forget(change.where.team, change.where.user)
        if await take_in(store, rules, change, clock()):
            log.info("somebody is no colleague in the workspace any more")
            changed()

    return follow


async def take_in(store: Store, rules: Rules, change: PersonChanged, now: datetime) -> bool:
    """Bring the book up to date, in one transaction; true when it has lost somebody."""
    if not change.where.user or is_foreign(change.where):
        return False
    profile = _seen(change)
    async with store.read() as tx:
        if not await _news(tx, change, profile):
            return False
    async with store.begin() as tx:
        if change.id and not await tx.inbox.keep(SOURCE, change.id, {}, at=now):
            return False
        await keep_profile(tx, change.where, profile, at=now)
        user = change.where.user
        if profile.standing is Standing.GONE:
            await link_codes.withdraw(tx, Platform.SLACK, user)
            return await leaving.leave(tx, user, rules=rules, now=now, platform=Platform.SLACK)
        if profile.standing is Standing.GUEST:
            return await leaving.shut_out(tx, user, now=now)
        await leaving.note_name(tx, user, profile.name, now=now, platform=Platform.SLACK)
    return False


async def _news(tx: Tx, change: PersonChanged, profile: Profile) -> bool:
    """Whether anything of it matters: to somebody of the book, or who has spoken here before."""
    before = await kept_profile(tx, change.where)
    if before is not None:
        was = before[0]
        return (was.standing, was.name, was.email) != (
            profile.standing,
            profile.name,
            profile.email,
        )
    return await tx.people.by_sender(Platform.SLACK, change.where.user) is not None


def _seen(change: PersonChanged) -> Profile:
    """The account as the event shows it: Slack's whole `user`, or its profile alone."""
    whole: Mapping[str, Any] = change.profile
    if "profile" not in whole:
        flags = {"deleted", "is_restricted", "is_ultra_restricted", "is_bot", "team_id"}
        whole = {**{key: whole[key] for key in flags & set(whole)}, "profile": change.profile}
    return profile_of(whole, change.where)
