"""What others commit between two statements of one method: PostgreSQL shows it to the second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, event, select

from handlers.audience import routes
from scoring.health.model import Band
from scoring.health.worry import Concern, Reason
from storage.tables import risk_warnings
from storage.transaction import Tx
from storage.warnings import NewWarning
from tests.chatting import Chat
from tests.jobs.alerting import worry

TOUCH = (
    "INSERT INTO touches (account_id, kind, at, source, natural_key) "
    "VALUES (1, 'call', CURRENT_TIMESTAMP + INTERVAL '100 years', 'chat', 'x')"
)
TAKEN_BACK = (
    "UPDATE opportunities SET stage = 'open', decided_at = NULL WHERE contract_id = 1",
    "UPDATE contracts SET status = 'active' WHERE id = 1",
)


@contextmanager
def before(tx: Tx, words: str, url: str, *statements: str) -> Iterator[None]:
    """Another connection commits these just before the statement with such words is run."""
    engine = create_engine(url)
    done: list[str] = []

    def meanwhile(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if words in statement and not done:
            done.append(statement)
            with engine.begin() as other:
                for one in statements:
                    other.exec_driver_sql(one)

    connection = tx.connection.sync_connection
    event.listen(connection, "before_cursor_execute", meanwhile)
    try:
        yield
    finally:
        event.remove(connection, "before_cursor_execute", meanwhile)
        engine.dispose()
    assert done


async def ended(chat: Chat) -> list[str | None]:
    async with chat.store.read() as tx:
        return list(await tx.connection.scalars(select(risk_warnings.c.ended)))


@pytest.fixture
def dialect() -> str:
    """With SQLite nobody writes between the statements of somebody else."""
    return "postgresql"


async def test_what_is_acted_on_while_warnings_are_closed_was_not_ignored(
    chat: Chat, database_url: str
) -> None:
    await chat.tick()
    await worry(chat, 1)
    chat.later(days=20)
    long_ago = chat.now - timedelta(days=14)
    async with chat.store.begin() as tx:
        with before(tx, "'ignored'", database_url, TOUCH):
            assert await tx.warnings.settle(now=chat.now, ignored_before=long_ago) == 0
    assert await ended(chat) == [None]
    async with chat.store.begin() as tx:
        assert await tx.warnings.settle(now=chat.now, ignored_before=long_ago) == 1
    assert await ended(chat) == ["touch"]


async def test_a_warning_is_told_where_the_decision_is_taken_back_meanwhile(
    chat: Chat, database_url: str
) -> None:
    await chat.tick()
    assert not (await chat("lost HT-1 price")).refused
    reasons = (Reason(Concern.OVERDUE, {"days": 41}),)
    new = NewWarning("1:x:overdue", 1, reasons, 30.0, Band.CRITICAL)
    day = chat.today
    async with chat.store.begin() as tx:
        ways = await routes(tx, chat.rules, chat.now)
        with before(tx, "decided_at", database_url, *TAKEN_BACK):
            put = await tx.warnings.put([new], ways, today=day, floor_on=day, now=chat.now)
    assert put == 1
    assert await ended(chat) == [None]
    assert len(await chat.outbox("warning")) == 3
