"""What has served its time is dropped once a day; what may still be asked for stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from handlers.jobs.tick import tick_once
from handlers.rules import Rules
from storage.hearings import Claim
from storage.staged import StagedFile
from storage.store import Store
from storage.transaction import Tx

NOW = datetime(2026, 3, 2, 1, 7, tzinfo=UTC)


async def _put(tx: Tx, at: datetime) -> None:
    name = at.isoformat()
    await tx.inbox.keep("slack", name, {"text": "ok"}, at=at)
    await tx.hearings.claim("slack", name, "x", lease_s=60, steady=at, at=at)
    await tx.staged.add(StagedFile(name, None, "book.csv", None, b"x", at, None))
    for key in (f"draft:{name}", f"link.code:{name}", f"link.asked:{name}", f"other:{name}"):
        await tx.settings.put(key, "x", at=at)


async def _kept(store: Store, at: datetime) -> set[str]:
    name = at.isoformat()
    async with store.begin() as tx:
        again = await tx.hearings.claim("slack", name, "y", lease_s=60, steady=at, at=at)
        found = {
            "heard": None if again is Claim.OURS else again,
            "inbox": await tx.inbox.reply_to("slack", name),
            "staged": await tx.staged.of(name) or None,
            "draft": await tx.settings.get(f"draft:{name}"),
            "code": await tx.settings.get(f"link.code:{name}"),
            "asked": await tx.settings.get(f"link.asked:{name}"),
            "other": await tx.settings.get(f"other:{name}"),
        }
    return {what for what, value in found.items() if value is not None}


@pytest.mark.parametrize(
    ("age", "kept"),
    [
        (timedelta(minutes=59), {"heard", "inbox", "staged", "draft", "code", "asked", "other"}),
        (timedelta(hours=2), {"heard", "inbox", "staged", "code", "asked", "other"}),
        (timedelta(days=6, hours=23), {"heard", "inbox", "staged", "code", "asked", "other"}),
        (timedelta(days=7, hours=1), {"other"}),
    ],
)
async def test_things_are_kept_as_long_as_they_may_be_asked_for(
    store: Store, age: timedelta, kept: set[str]
) -> None:
    async with store.begin() as tx:
        await _put(tx, NOW - age)
    await tick_once(store, Rules(), NOW)
    assert await _kept(store, NOW - age) == kept


async def test_sweeping_is_done_once_a_day(store: Store) -> None:
    await tick_once(store, Rules(), NOW)
    async with store.begin() as tx:
        await _put(tx, NOW - timedelta(days=8))
    await tick_once(store, Rules(), NOW + timedelta(hours=1))
    assert "inbox" in await _kept(store, NOW - timedelta(days=8))
    await tick_once(store, Rules(), NOW + timedelta(days=1))
    assert "inbox" not in await _kept(store, NOW - timedelta(days=8))
