"""What a change of WeCom's directory means for the book; every event counts once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from bot.wecom import identity
from bot.wecom.heard import ContactChanged
from handlers import leaving, link_codes
from handlers.rules import Rules
from scoring.model import Platform
from storage.store import Store
from storage.transaction import Tx

log = structlog.get_logger()

SOURCE = "wecom.contact"
"""Under which the inbox keeps what was heard."""


def following(
    store: Store,
    rules: Rules,
    clock: Callable[[], datetime],
    changed: Callable[[], None] = lambda: None,
) -> Callable[[ContactChanged], Awaitable[None]]:
    """What to do with each change; `changed` is called when there is something to send."""

    async def follow(change: ContactChanged) -> None:
        if await take_in(store, rules, change, clock()):
            log.info("the directory changed", change=change.change)
            changed()

    return follow


async def take_in(store: Store, rules: Rules, change: ContactChanged, now: datetime) -> bool:
    """Bring the book up to date, in one transaction; false when nothing was to be done.

    A new member is nobody until they speak. Departments and tags mean nothing here.
    """
    async with store.begin() as tx:
        if change.id and not await tx.inbox.keep(SOURCE, change.id, {}, at=now):
            return False
        await _forget(tx, change)
        match change.change:
            case "delete_user":
                return await leaving.leave(tx, change.userid, rules=rules, now=now)
            case "update_user":
                renamed = await leaving.note_name(
                    tx, change.userid, change.fields.get("Name", ""), now=now
                )
                if not change.new_userid:
                    return renamed
                return await leaving.readdress(tx, change.userid, change.new_userid, now=now)
    return False


async def _forget(tx: Tx, change: ContactChanged) -> None:
    """What was known of an id is not known of whoever has it next."""
    if not change.change.endswith("_user"):
        return
    moved = change.change != "update_user" or bool(change.new_userid)
    for userid in {change.userid, change.new_userid} - {""}:
        await identity.forget(tx, userid, moved=moved)
        if moved or "Name" in change.fields:
            await link_codes.withdraw(tx, Platform.WECOM, userid)
