"""A proof of a large book is worked out once for all who ask, and keeps nobody else waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Date, bindparam, event, text
from sqlalchemy.engine import Engine

from bot.dispatcher import Dispatcher
from handlers import shared_proof
from handlers.commands import COMMANDS
from handlers.proof import EVERYTHING, Shares
from handlers.rules import Rules
from handlers.shared_proof import shares_at_hand, work_out
from messages.incoming import Incoming
from scoring.errors import StoreUnavailable
from scoring.model import Locale, Platform
from scoring.permissions import Reach
from storage.views.reached import within
from tests.chatting import CHANNEL, Chat, sender_of


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the book were so large that a proof took a minute."""
    monkeypatch.setattr(shared_proof, "QUICK_S", 0.0)
    monkeypatch.setattr(shared_proof, "KEPT_TIMES", 1e9)


async def asked(chat: Chat, rules: Rules | None = None) -> Shares:
    """What somebody who asks in chat is given."""
    rules = rules or chat.rules
    await work_out(chat.store, rules, chat.now)
    async with chat.store.read() as tx:
        return await shares_at_hand(chat.store, tx, rules, chat.now)


@contextmanager
def counting() -> Iterator[list[int]]:
    """How often the book is gone through until left."""
    read = [0]

    def count(*called: object) -> None:
        read[0] += "nobody_to_tell" in str(called[2])

    event.listen(Engine, "before_cursor_execute", count)
    try:
        yield read
    finally:
        event.remove(Engine, "before_cursor_execute", count)


async def proofs_read(chat: Chat, asking: int) -> int:
    """How often the book was gone through while so many asked at once."""
    with counting() as read:
        await asyncio.gather(*(chat("proof") for _ in range(asking)))
    return read[0]


@pytest.mark.usefixtures("large")
async def test_many_who_ask_at_once_cost_one_reading(chat: Chat) -> None:
    await chat.tick()
    assert await proofs_read(chat, 20) == 1
    assert await proofs_read(chat, 20) == 0


async def test_in_a_small_book_everybody_gets_it_as_it_is_now(chat: Chat) -> None:
    await chat.tick()
    before = await chat("proof")
    await chat("claim HT-9")
    assert (await chat("proof")).text != before.text


@pytest.mark.usefixtures("large")
async def test_the_answer_says_as_of_when(chat: Chat) -> None:
    await chat.tick()
    first = await chat("proof", locale=Locale.EN)
    chat.later(minutes=1)
    later = await chat("proof", locale=Locale.EN)
    (as_of,) = (line for line in first.text.splitlines() if line.startswith("As of"))
    assert as_of in later


@pytest.mark.usefixtures("large")
async def test_who_asks_while_somebody_works_gets_the_last_one(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    await chat.tick()
    first = await chat("proof")
    monkeypatch.setattr(shared_proof, "KEPT_TIMES", 0)
    async with shared_proof._SHELVES[chat.store].at_work:
        async with asyncio.timeout(5):
            assert (await chat("proof")).text == first.text


@pytest.mark.usefixtures("large")
async def test_who_waits_for_a_proof_keeps_nobody_from_a_customer(chat: Chat) -> None:
    await chat.tick()
    await chat("proof")
    shelf = shared_proof._SHELVES[chat.store]
    shelf.shares = None
    async with asyncio.timeout(20):
        async with shelf.at_work:
            waiting = [asyncio.ensure_future(chat("proof")) for _ in range(40)]
            for _ in range(20):
                assert not (await chat("show HT-1")).refused
        assert not any(one.refused for one in await asyncio.gather(*waiting))


@pytest.mark.usefixtures("large")
async def test_a_proof_that_fails_fails_for_all_who_wait_for_it(chat: Chat) -> None:
    """Not for one after the other, each after the database's time limit."""
    await chat.tick()
    async with chat.store.begin() as tx:
        await tx.connection.exec_driver_sql("ALTER TABLE ledger RENAME TO ledger_away")
    waiting = [work_out(chat.store, chat.rules, chat.now) for _ in range(20)]
    with counting() as read:
        faults = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(fault) for fault in faults} == {StoreUnavailable}
    assert read == [1]
    async with chat.store.begin() as tx:
        await tx.connection.exec_driver_sql("ALTER TABLE ledger_away RENAME TO ledger")
    assert (await asked(chat)).shares


@pytest.mark.usefixtures("large")
async def test_who_shares_it_with_a_channel_holds_nothing_while_waiting(chat: Chat) -> None:
    await chat.tick()
    line = (await chat("proof", place="aside")).answer.share
    shelf = shared_proof._SHELVES[chat.store]
    shelf.shares = None
    tapped = Incoming(
        Platform.SLACK, sender_of("李雷", Platform.SLACK), line, CHANNEL, locale=Locale.ZH
    )
    dispatcher = Dispatcher(chat.store, COMMANDS, chat.rules)
    async with asyncio.timeout(20):
        async with shelf.at_work:
            sharing = [asyncio.ensure_future(dispatcher.share(tapped, chat.now)) for _ in range(40)]
            assert not (await chat("show HT-1")).refused
        assert not any(one.refused for one in await asyncio.gather(*sharing))


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("line", ["proof?", "防遗漏？", "证明", "proof"])
async def test_it_is_asked_for_as_ever(chat: Chat, line: str) -> None:
    await chat.tick()
    assert "合同数" in await chat(line)


@pytest.mark.usefixtures("large")
async def test_another_day_and_other_rules_need_another_proof(chat: Chat) -> None:
    await chat.tick()
    first = await asked(chat)
    assert await asked(chat) is first
    other = replace(chat.rules, proof_horizon_days=1)
    narrow = await asked(chat, other)
    assert narrow.within(EVERYTHING).contracts < first.within(EVERYTHING).contracts
    chat.later(days=1)
    tomorrow = await asked(chat, other)
    assert tomorrow.at == chat.now


@pytest.mark.parametrize(
    "reach",
    [
        EVERYTHING,
        Reach(),
        Reach(pool=True),
        Reach(team="华东"),
        Reach(team="华东", pool=True, owner_id=1),
        *(Reach(owner_id=number) for number in range(1, 7)),
    ],
)
async def test_everybody_gets_what_they_read(chat: Chat, reach: Reach) -> None:
    """Summed of the shares it is what the condition in SQL finds, which all other lists go by."""
    await chat.tick()
    await chat("claim HT-9")
    shares = await asked(chat)
    condition, values = within(reach, contract="c", account="a")
    last = chat.today + timedelta(days=chat.rules.proof_horizon_days)
    async with chat.store.read() as tx:
        terms = await tx.connection.execute(
            text(
                "SELECT c.contract_no FROM contracts c JOIN accounts a ON a.id = c.account_id "  # noqa: S608
                f"WHERE c.status = 'active' AND c.countdown_on <= :last AND {condition}"
            ).bindparams(bindparam("last", last, Date), **values)
        )
        deliveries = await tx.connection.execute(
            text(
                "SELECT d.id FROM deliveries d JOIN contracts c ON c.id = d.contract_id "  # noqa: S608
                f"JOIN accounts a ON a.id = c.account_id WHERE {condition}"
            ).bindparams(**values)
        )
        found = shares.within(reach)
        assert found.contracts == len(terms.all())
        assert sum(found.deliveries.values()) == len(deliveries.all())
