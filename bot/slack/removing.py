"""What becomes of a workspace that removes the app, or takes its tokens back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from bot.slack.heard import Removed
from bot.slack.workspaces import Workspaces
from storage.audit import Change
from storage.store import Store

log = structlog.get_logger()

SOURCE = "slack.removed"
"""Under which the inbox keeps what was heard."""


def removing(
    store: Store, workspaces: Workspaces, clock: Callable[[], datetime]
) -> Callable[[Removed], Awaitable[None]]:
    """What to do when that is heard; tokens of people alone are none of ours."""

    async def remove(removed: Removed) -> None:
        if not removed.bot:
            return
        gone = await take_out(store, removed, clock())
        for team in {removed.team, removed.enterprise} - {""}:
            workspaces.forget(team)
        log.warning("a workspace removed the app", team=removed.team, known=bool(gone))

    return remove


async def take_out(store: Store, removed: Removed, now: datetime) -> str:
    """Forget the tokens and where things are; the workspace or organisation, empty: not known.

    Every event counts once: told again after the app came back, it means nothing. What a workspace
    does with an installation of its own says nothing of its organisation's.
    """
    async with store.begin() as tx:
        if removed.id and not await tx.inbox.keep(SOURCE, removed.id, {}, at=now):
            return ""
        own = removed.team and await tx.slack_installations.get(removed.team)
        for team in (removed.team,) if own else (removed.team, removed.enterprise):
            if not team or not await tx.slack_installations.remove(team, at=now):
                continue
            await tx.slack_places.forget_team(team)
            change = Change("uninstall", "slack_workspace", None, {"team": team}, None)
            await tx.audit.record([change], person_id=None, actor="slack", via="slack", at=now)
            return team
    return ""
