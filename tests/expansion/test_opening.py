"""Which customers get an expansion, which do not, and that nothing is opened twice."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import numpy as np
import pytest
from sqlalchemy import update

from handlers.expanding import open_expansions
from scoring.model import OpportunityKind, Stage
from storage.tables import contracts
from storage.views.expansions import ExpansionLines
from tests.chatting import Chat
from tests.expansion.growing import FACTS, expansion_of, expansions_of, grow

HUAWEI = "华为技术有限公司"
XINGHE = "星河科技有限公司"
ACME = "Acme Robotics"


async def test_an_expansion_stands_on_the_running_term_with_its_reasons(chat: Chat) -> None:
    assert await grow(chat, HUAWEI) == 1
    found = await expansion_of(chat, HUAWEI)
    assert found.kind is OpportunityKind.EXPANSION
    assert found.code == f"E-{found.id}"
    assert found.contract_id == chat.book.contracts["HT-1"]
    assert found.stage is Stage.OPEN
    assert found.owner_id == chat.book.people["李雷"]
    assert found.amount == Decimal(228_000)  # 19 % of 1,200,000
    async with chat.store.read() as tx:
        line = (await ExpansionLines(tx.connection).of([found.id]))[found.id]
    assert line.word == found.code
    assert line.why == {**FACTS, "share": "0.19", "by": "seats"}
    assert line.expected is not None
    assert line.expected.currency == "CNY"


async def test_the_job_may_be_run_again_and_again(chat: Chat) -> None:
    assert await grow(chat, HUAWEI, XINGHE) == 2
    rows = await chat.outbox("expansion")
    assert await grow(chat, HUAWEI, XINGHE) == 0
    assert len(await expansions_of(chat, HUAWEI)) == 1
    assert await chat.outbox("expansion") == rows


async def test_two_replicas_open_one(chat: Chat) -> None:
    counts = await asyncio.gather(*(grow(chat, HUAWEI, XINGHE) for _ in range(6)))
    assert sum(counts) == 2
    assert len(await expansions_of(chat, HUAWEI)) == 1
    assert len(await chat.outbox("expansion")) == 2


async def test_what_was_begun_and_not_committed_leaves_nothing(chat: Chat) -> None:
    class Killed(Exception):
        pass

    ids = [chat.book.accounts[HUAWEI]]

    async def killed() -> None:
        async with chat.store.begin() as tx:
            assert await open_expansions(tx, chat.rules, chat.now, ids, {}) == 1
            raise Killed

    with pytest.raises(Killed):
        await killed()
    assert await expansions_of(chat, HUAWEI) == []
    assert await chat.outbox("expansion") == []
    assert await grow(chat, HUAWEI) == 1


async def test_a_customer_without_a_running_term_gets_none(chat: Chat) -> None:
    await chat("lost HT-1 price")
    # 蓝海物流's only term has ended.
    assert await grow(chat, HUAWEI, "蓝海物流有限公司") == 0


async def test_an_unknown_amount_is_not_estimated(chat: Chat) -> None:
    assert await grow(chat, ACME) == 1
    assert (await expansion_of(chat, ACME)).amount is None


async def test_the_largest_term_is_the_main_one(chat: Chat) -> None:
    async with chat.store.begin() as tx:
        await tx.connection.execute(
            update(contracts)
            .where(contracts.c.id.in_([chat.book.contracts["HT-6"], chat.book.contracts["HT-8"]]))
            .values(account_id=chat.book.accounts[HUAWEI])
        )
    await grow(chat, HUAWEI)
    assert (await expansion_of(chat, HUAWEI)).contract_id == chat.book.contracts["HT-6"]


async def test_who_is_nobodys_goes_round_the_teams_reps(chat: Chat) -> None:
    await grow(chat, XINGHE)
    owner = (await expansion_of(chat, XINGHE)).owner_id
    assert owner in (chat.book.people["李雷"], chat.book.people["韩梅梅"])


@pytest.mark.parametrize("nothing", [float("nan"), float("inf"), None, "many", np.float64("nan")])
async def test_facts_that_are_no_numbers_are_unknown(chat: Chat, nothing: object) -> None:
    facts = {**FACTS, "active_users": nothing, "csat": np.float64(4.5), "other": "x"}
    assert await grow(chat, HUAWEI, facts=facts) == 1
    found = await expansion_of(chat, HUAWEI)
    assert found.amount == Decimal(120_000)  # the usual tenth
    async with chat.store.read() as tx:
        line = (await ExpansionLines(tx.connection).of([found.id]))[found.id]
    assert "active_users" not in line.why
    assert "other" not in line.why
    assert line.why["csat"] == 4.5


async def test_nobody_is_asked_nothing_is_done(chat: Chat) -> None:
    assert await grow(chat) == 0
