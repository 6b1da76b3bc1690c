"""What a message of many alerts only counts is a tap away, for whoever was told and may read it."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from scoring.health.model import Band
from scoring.health.worry import Concern
from storage.tables import accounts, contracts
from tests.chatting import Chat
from tests.jobs.alerting import EAST, LILEI, Post, worry, worst

MANY = 14


@pytest.fixture
async def crowd(chat: Chat) -> Chat:
    """李雷 answers for fourteen more customers, numbered from 101."""
    async with chat.store.begin() as tx:
        ids = range(101, 101 + MANY)
        rows = [{"id": n, "name": f"客户{n}号", "segment": "core", "team": "华东"} for n in ids]
        await tx.accounts.add_many(rows, [], now=chat.now)
        row = await tx.contracts.row(1)
        known = {
            name: value
            for name, value in row.items()
            if name in {column.name for column in contracts.columns}
        }
        await tx.contracts.add_many(
            [
                {
                    **known,
                    "id": n,
                    "account_id": n,
                    "contract_no": f"HT-{n}",
                    "number_key": f"ht{n}",
                }
                for n in ids
            ]
        )
    return chat


async def told(crowd: Chat) -> str:
    """The one message in which 李雷 hears of all of them."""
    assert await worry(crowd, *range(101, 101 + MANY)) == MANY
    post = Post(crowd)
    await post.deliver()
    (said,) = post.at(LILEI)
    crowd.later(minutes=1)
    return said


def customers(text: str) -> list[str]:
    """The customers of a list's lines, in order."""
    lines = [line for line in text.splitlines() if line.startswith("- 客户")]
    return [line[2:].split("·")[0].split("：")[0].split(":")[0].strip() for line in lines]


async def test_every_alert_beyond_the_tenth_line_is_one_tap_away(crowd: Chat) -> None:
    said = await told(crowd)
    assert len(customers(said)) == 10
    assert "另有 4 个客户" in said
    assert "→ alerts page=2" in said
    rest = await crowd("alerts page=2", place="wecom")
    assert sorted([*customers(said), *customers(rest.text)]) == [
        f"客户{n}号" for n in range(101, 101 + MANY)
    ]
    assert any(line.startswith("show ") for line in rest.lines)
    first = await crowd("提醒", place="wecom")
    assert customers(first.text) == customers(said)
    assert "alerts page=2" in first.lines


async def test_the_digest_leads_to_its_eleventh_line(crowd: Chat) -> None:
    steady = {Concern.BAND: {"from": Band.HEALTHY, "to": Band.STEADY}}
    await worry(crowd, *range(101, 101 + MANY), band=Band.STEADY, reasons=steady)  # type: ignore[arg-type]
    post = Post(crowd)
    await post.deliver()
    crowd.later(hours=1)
    await post.deliver()
    (said,) = post.at(LILEI)
    assert "另有 4 条" in said
    assert "→ alerts page=2" in said
    rest = await crowd("alerts page=2", place="wecom")
    assert len({*customers(said), *customers(rest.text)}) == MANY


async def test_a_channel_hears_what_it_was_told_without_amounts(crowd: Chat) -> None:
    await told(crowd)
    reply = await crowd("alerts page=2", as_="Ada Park", place="channel")
    assert len(customers(reply.text)) == 4
    assert "120" not in reply
    assert [row.place for row in await crowd.outbox("warning")].count(EAST) == MANY


async def test_nobody_reads_on_in_what_they_may_not_read_any_more(crowd: Chat) -> None:
    await told(crowd)
    async with crowd.store.begin() as tx:
        await tx.connection.execute(update(accounts).values(team="华北"))
        await tx.connection.execute(
            update(contracts).values(team="华北", owner_id=(await crowd.person("王北")).id)
        )
    assert "没有提醒" in await crowd("alerts")


async def test_it_is_of_the_last_days_and_of_oneself(crowd: Chat) -> None:
    await told(crowd)
    assert "没有提醒" in await crowd("alerts", as_="韩梅梅")
    assert "没有更多提醒" in await crowd("alerts page=9")
    crowd.later(days=8)
    assert "没有提醒" in await crowd("alerts")
    assert "No alerts" in await crowd("alerts", as_="Ada Park")


async def test_the_last_message_comes_first(chat: Chat) -> None:
    post = Post(chat)
    await worry(chat, 1, reasons=worst(Concern.OVERDUE))
    await post.deliver()
    chat.later(minutes=5)
    await worry(chat, 4, reasons=worst(Concern.OVERDUE))
    await post.deliver()
    reply = await chat("alerts")
    assert reply.text.index("Northwind") < reply.text.index("华为")
