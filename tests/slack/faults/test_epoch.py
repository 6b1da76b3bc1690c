"""A book restored from a backup against a real Web API: workers killed over their look and after."""

from __future__ import annotations

import asyncio
import signal
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import delete, update

from bot.adapters.slack import SlackBot
from bot.delivery.checkpoints import Point
from bot.delivery.row_marks import mark_of
from bot.slack.api import SlackApi
from bot.slack.workspaces import OneWorkspace
from handlers.restoring import begin_epoch
from handlers.rules import Rules
from storage.tables import deliveries, posts
from tests.fakes.slack import Fault
from tests.slack.faults.test_kill import PLACE, Works, works

__all__ = ["works"]

NAMES = ["A-1", "A-2", "A-3"]


async def lose_what_was_told(works: Works) -> None:
    """The book as it was before its last message, and what a restore does with it."""
    backup_at = works.clock.now - timedelta(minutes=1)
    async with works.store.begin() as tx:
        await tx.connection.execute(delete(posts))
        await tx.connection.execute(
            update(deliveries).values(
                state="waiting", batch=None, sent_at=None, receipt=None, error=None
            )
        )
    await begin_epoch(works.store, Rules(), works.clock.now, backup_at=backup_at)
    works.clock.move(seconds=121)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "point", [Point.AFTER_LEASE, Point.AFTER_LOOK, Point.AFTER_POST, Point.BEFORE_ACK]
)
async def test_a_worker_killed_after_a_restore_loses_and_doubles_nothing(
    works: Works, point: Point
) -> None:
    await works.put(NAMES[:2])
    await works.finish()
    await works.put(NAMES[2:])
    await lose_what_was_told(works)
    worker = await works.begin(point)
    assert await worker.wait() == -signal.SIGKILL
    works.clock.move(seconds=61)
    assert await works.finish() == dict.fromkeys(NAMES, "sent")
    assert works.told() == dict.fromkeys(NAMES, 1)


async def test_two_replicas_that_look_at_once_through_faults_double_nothing(works: Works) -> None:
    await works.put(NAMES[:2])
    await works.finish()
    await works.put(NAMES[2:])
    await lose_what_was_told(works)
    works.faults.script("conversations.history", Fault.ERROR_500, Fault.GARBAGE)
    workers = await asyncio.gather(works.begin(), works.begin())
    assert await asyncio.gather(*(worker.wait() for worker in workers)) == [0, 0]
    works.clock.move(seconds=61)
    assert await works.finish() == dict.fromkeys(NAMES, "sent")
    assert works.told() == dict.fromkeys(NAMES, 1)


async def test_what_a_post_tells_stays_with_it_when_it_is_edited(works: Works) -> None:
    await works.put(["A-1"])
    await works.finish()
    workspaces = OneWorkspace(SecretStr(works.token), api_url=works.cloud.api_url)
    api = SlackApi(workspaces, api_url=works.cloud.api_url, clock=works.clock.read)
    bot = SlackBot(api, works.store)
    async with works.store.read() as tx:
        post = await tx.posts.get(1)
    assert post is not None
    (before,) = await bot.hanging(PLACE, works.clock.now)
    assert (before.rows, before.whole) == (frozenset({mark_of("A-1")}), True)
    assert (before.key, before.receipt.message_id) == (post.attempt_key, post.message_id)
    await bot.edit(post, {"text": "A-1, claimed", "blocks": []})
    assert await bot.hanging(PLACE, works.clock.now) == [before]
    await api.close()


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_a_full_message_tells_what_it_tells(works: Works) -> None:
    names = [f"A-{n}" for n in range(1, 201)]
    await works.put(names)
    await works.finish()
    await lose_what_was_told(works)
    assert set((await works.finish()).values()) == {"sent"}
    assert works.told() == dict.fromkeys(names, 1)
