"""The list of expansions: whose, which, in which order, and what of it is shown to whom."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert

from messages.model import Table
from scoring.model import Locale
from storage.tables import health_models, health_scores
from tests.chatting import Chat, Reply
from tests.expansion.growing import expansion_of, grow

HUAWEI = "华为技术有限公司"
XINGHE = "星河科技有限公司"
NORTHWIND = "Northwind Traders"
YANSHAN = "燕山石化有限公司"
CHANGJIANG = "长江电力集团"


@pytest.fixture
async def growing(chat: Chat) -> Chat:
    """Five customers of two teams grow."""
    assert await grow(chat, HUAWEI, XINGHE, NORTHWIND, YANSHAN, CHANGJIANG) == 5
    return chat


def table(reply: Reply) -> Table:
    """The list itself."""
    return next(block for block in reply.message.blocks if isinstance(block, Table))


def shown(text: str, *names: str) -> list[str]:
    """Which of the names are in a text, in its order."""
    return sorted((name for name in names if name in text), key=text.index)


ALL = (HUAWEI, XINGHE, NORTHWIND, YANSHAN, CHANGJIANG)


@pytest.mark.parametrize(
    ("line", "who", "found"),
    [
        ("expansion", "李雷", [CHANGJIANG, HUAWEI, XINGHE, NORTHWIND]),
        ("增购", "王北", [YANSHAN]),
        ("expansion mine", "韩梅梅", [CHANGJIANG]),
        ("增购 我的", "王北", [YANSHAN]),
        ("expansion 李雷", "Ada Park", [HUAWEI, NORTHWIND]),
        ("expansion team", "李雷", [CHANGJIANG, HUAWEI, XINGHE, NORTHWIND]),
        ("expansion 华北", "Root Chen", [YANSHAN]),
        ("expansion strategic", "李雷", [CHANGJIANG]),
        ("expansion >20万", "李雷", [CHANGJIANG, HUAWEI]),
        ("expansion 20万以上 我的", "李雷", [HUAWEI]),
        ("expansion", "Root Chen", [CHANGJIANG, HUAWEI, XINGHE, YANSHAN, NORTHWIND]),
    ],
)
async def test_words_say_whose_and_how_large(
    growing: Chat, line: str, who: str, found: list[str]
) -> None:
    reply = await growing(line, as_=who, locale=Locale.ZH)
    assert not reply.refused, reply.text
    assert [name for name in shown(reply.text, *ALL) if name != XINGHE] == [
        name for name in found if name != XINGHE
    ]


async def test_the_unclaimed_ones_can_be_claimed_from_the_list(growing: Chat) -> None:
    code = (await expansion_of(growing, HUAWEI)).code
    assert f"claim {code}" in (await growing("expansion")).lines
    await growing(f"claim {code}")
    reply = await growing("expansion unclaimed")
    assert code not in reply
    assert "未认领" in reply


async def test_a_time_span_is_no_matter_of_expansions(growing: Chat) -> None:
    reply = await growing("expansion 30d")
    assert reply.refused
    assert "没有到期日" in reply


async def test_amounts_are_hidden_from_those_who_may_not_see_them(growing: Chat) -> None:
    seen = await growing("expansion", as_="李雷")
    assert "22.8万" in seen
    for name, place in (("Vera Lind", "dm"), ("李雷", "channel")):
        hidden = await growing("expansion", as_=name, place=place, locale=Locale.ZH)
        assert HUAWEI in hidden
        assert "22.8" not in hidden
        assert table(hidden).header == ("客户", "增购依据", "跟进人")
    asked = await growing("expansion >20万", as_="Vera Lind")
    assert asked.refused


async def test_it_is_paged(growing: Chat) -> None:
    from dataclasses import replace

    growing.rules = replace(growing.rules, page_size=2)
    from handlers.answering import Desk
    from handlers.commands import COMMANDS

    growing.desk = Desk(growing.store, COMMANDS, growing.rules)
    first = await growing("expansion")
    assert shown(first.text, *ALL) == [CHANGJIANG, HUAWEI]
    assert "expansion page=2" in first.lines
    second = await growing("expansion page=2")
    assert CHANGJIANG not in second
    assert "expansion page=3" not in second.lines


async def test_nothing_is_said_to_be_nothing(chat: Chat) -> None:
    assert "目前没有增购商机" in await chat("增购")
    assert "No expansions at the moment" in await chat("expansion", as_="Ada Park")


async def test_it_reads_well_in_english(growing: Chat) -> None:
    reply = await growing("expansion", as_="Ada Park")
    assert "Expansion" in reply
    said = ["".join(span.text for span in row[1]) for row in table(reply).rows]
    assert set(said) == {"95 of 100 seats in use (95%), usage up 12% in three months"}
    assert "the largest value first" in reply


async def scored(chat: Chat, account: str, rules: str) -> None:
    """Say how the scoring job found a customer."""
    async with chat.store.begin() as tx:
        model = {
            "id": 1,
            "name": "default",
            "document": "",
            "digest": "",
            "activated_at": chat.now,
            "activated_by": "test",
        }
        if not await tx.connection.scalar(health_models.select()):
            await tx.connection.execute(insert(health_models).values(**model))
        account_id = chat.book.accounts[account]
        await tx.connection.execute(
            health_scores.delete().where(health_scores.c.account_id == account_id)
        )
        await tx.connection.execute(
            insert(health_scores).values(
                account_id=account_id,
                model_id=1,
                as_of=chat.today,
                score=Decimal(70),
                coverage=1,
                band="healthy",
                score_band="healthy",
                band_since=chat.today,
                rules=rules,
                parts=b"",
                due_on=chat.today + timedelta(days=1),
            )
        )


async def test_unclaimed_ones_whose_signs_are_gone_wait_until_they_are_back(growing: Chat) -> None:
    await scored(growing, HUAWEI, "R2")
    assert HUAWEI not in await growing("expansion")
    await scored(growing, HUAWEI, "O1")
    assert HUAWEI in await growing("expansion")
    await growing(f"claim {(await expansion_of(growing, HUAWEI)).code}")
    await scored(growing, HUAWEI, "")
    assert HUAWEI in await growing("expansion"), "what somebody works on stays"
