"""A warning that somebody's change withdrew is told after all when the change is taken back."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from handlers.audience import routes
from handlers.jobs.auditor import Audit, audit_outbox
from scoring.health.model import Band
from scoring.health.worry import Concern, Reason
from scoring.model import DeliveryState
from storage.warnings import NewWarning
from tests.chatting import Chat
from tests.jobs.alerting import LILEI, Post, worry, worst

CHANGES = [
    "lost HT-1 price",
    "won HT-1",
    "claim HT-1",
    "stage HT-1 contacted",
    "snooze HT-1 2026-12-10 预算",
    "log 华为 打了电话",
]


async def warned(post: Post) -> int:
    """How often 李雷 was told of the invoice."""
    return sum("有账单已逾期 41 天" in one for one in post.at(LILEI))


async def states(chat: Chat) -> dict[DeliveryState, int]:
    found = [row.state for row in await chat.outbox("warning")]
    return {state: found.count(state) for state in set(found)}


@pytest.mark.parametrize("line", CHANGES)
@pytest.mark.parametrize("settled", [False, True], ids=["", "closed meanwhile"])
async def test_it_comes_back_once_and_only_if_it_was_not_told(
    chat: Chat, line: str, *, settled: bool
) -> None:
    await chat.tick()
    await worry(chat, 1, reasons=worst(Concern.OVERDUE))
    chat.later(minutes=1)
    assert not (await chat(line)).refused
    post = Post(chat)
    await post.deliver()
    assert await states(chat) == {DeliveryState.SUPERSEDED: 3}
    if settled:
        async with chat.store.begin() as tx:
            await tx.warnings.settle(now=chat.now, ignored_before=chat.now)
    chat.later(minutes=1)
    assert not (await chat("undo")).refused
    chat.later(minutes=5)
    await post.deliver()
    assert await warned(post) == 1
    assert await states(chat) == {DeliveryState.SENT: 3}
    await chat(line)
    await chat("undo")
    chat.later(minutes=5)
    await post.deliver()
    assert await warned(post) == 1


@pytest.mark.parametrize("line", ["lost HT-1 price", "won HT-1"])
async def test_what_got_worse_in_between_is_told_of_the_term_that_counts(
    chat: Chat, line: str
) -> None:
    await chat.tick()
    assert not (await chat(line)).refused
    chat.later(minutes=1)
    await worry(chat, 1, reasons=worst(Concern.OVERDUE))
    assert not (await chat("undo")).refused
    post = Post(chat)
    chat.later(minutes=5)
    await post.deliver()
    assert await warned(post) == 1
    assert {row.contract_id for row in await chat.outbox("warning")} == {1}
    assert set(await states(chat)) == {DeliveryState.SENT}


async def test_what_stays_lost_is_quiet_and_news_when_the_customer_is_back(chat: Chat) -> None:
    await chat.tick()
    await chat("lost HT-1 price")
    assert await worry(chat, 1) == 0
    assert await chat.outbox("warning") == []
    async with chat.store.begin() as tx:
        await tx.connection.execute(text("UPDATE contracts SET status = 'active' WHERE id = 1"))
        await tx.connection.execute(text("UPDATE opportunities SET stage = 'open'"))
    chat.later(days=1)
    assert await worry(chat, 1) == 1


async def test_what_somebody_else_acted_on_stays_withdrawn(chat: Chat) -> None:
    await chat.tick()
    await worry(chat, 1)
    chat.later(minutes=1)
    await chat("log 华为 打了电话", as_="韩梅梅")
    await chat("lost HT-1 price")
    await chat("undo")
    await Post(chat).deliver()
    assert set(await states(chat)) == {DeliveryState.SUPERSEDED}


@pytest.mark.parametrize("line", ["lost HT-1 price", "won HT-1"])
async def test_what_is_taken_back_while_it_gets_worse_is_told_by_the_auditor(
    chat: Chat, line: str
) -> None:
    await chat.tick()
    assert not (await chat(line)).refused
    if line.startswith("won"):  # no term follows that could be warned of
        await _sql(chat, "UPDATE contracts SET status = 'cancelled' WHERE id > 9")
    chat.later(minutes=1)
    new = NewWarning(
        "1:x:overdue", 1, (Reason(Concern.OVERDUE, {"days": 41}),), 30.0, Band.CRITICAL
    )
    day = chat.today
    async with chat.store.begin() as tx:
        ways = await routes(tx, chat.rules, chat.now)
        await tx.warnings.put([new], ways, today=day, floor_on=day, now=chat.now)
        if chat.store.dialect == "postgresql":  # the score is not committed yet
            assert not (await chat("undo")).refused
    if chat.store.dialect == "sqlite":  # as if it had been so
        assert not (await chat("undo")).refused
        await _sql(chat, "DELETE FROM deliveries WHERE kind = 'warning'")
        await _sql(chat, "UPDATE risk_warnings SET ended_at = at, ended = 'decided'")
        await _sql(chat, "DELETE FROM vanished")
    assert await chat.outbox("warning") == []
    audit = await audit_outbox(chat.store, chat.rules, chat.now)
    assert [one.subject for one in audit.findings] == ["warning:1:x:overdue"]
    assert audit.put_again == 3
    post = Post(chat)
    chat.later(minutes=5)
    await post.deliver()
    assert set(await states(chat)) == {DeliveryState.SENT}
    assert await audit_outbox(chat.store, chat.rules, chat.now) == Audit((), 0)


async def _sql(chat: Chat, statement: str) -> None:
    async with chat.store.begin() as tx:
        await tx.connection.execute(text(statement))
