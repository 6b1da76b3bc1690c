"""From a file of facts to the message that people read, and once whatever comes in between."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from bot.adapters.base import Adapters
from bot.adapters.wecom_robot import WecomRobots
from bot.delivery.rounds import deliver_all
from handlers.importing.bringing import FileToBring, bring
from handlers.importing.plan import Author
from handlers.jobs.health import Point
from handlers.jobs.tick import tick_once
from scoring.model import DeliveryState
from storage.store import Store
from storage.tables import deliveries, people
from tests.chatting import Chat
from tests.delivery.world import ROBOTS
from tests.fakes.robot import FakeRobots
from tests.jobs.alerting import ADA, EAST, LILEI, Post
from tests.sample_book import MONDAY, TODAY

HUAWEI, YUNFAN = "华为技术有限公司", "云帆网络股份有限公司"
WORSE = (HUAWEI, YUNFAN)
CUSTOMERS = 9


def ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


def facts() -> list[FileToBring]:
    """Two customers use it less from week to week, have open tickets and do not pay."""
    signals = ["客户名称,指标,日期,数值"]
    tickets = ["account,ticket_no,opened_on,closed_on,severity,subject"]
    payments = ["account,invoice_no,due_on,paid_on,amount,currency"]
    for place, account in enumerate(WORSE):
        signals.append(f"{account},licensed_users,{ago(100)},100")
        signals += [f"{account},active_users,{ago(7 * n)},{30 + 5 * n}" for n in range(13)]
        tickets += [f"{account},T-{place}{n},{ago(5 + n)},,high,登录失败" for n in range(3)]
        payments.append(f"{account},INV-{place},{ago(41)},,50000,CNY")
    files = {"signals": signals, "tickets": tickets, "payments": payments}
    return [
        FileToBring(f"{kind}.csv", "\n".join(lines).encode(), kind) for kind, lines in files.items()
    ]


async def imported(chat: Chat) -> None:
    for file in facts():
        brought = await bring(
            chat.store, [file], chat.rules, chat.now, author=Author(None, "t", "t"), write=True
        )
        assert (brought.plan.refused, brought.plan.new > 0) == (0, True)


async def tick(store: Store, chat: Chat) -> int:
    return int((await tick_once(store, chat.rules, chat.now, only="health"))["warnings"])


@pytest.fixture
async def worse(chat: Chat) -> Chat:
    """Facts are in; Ada works on 云帆, 李雷 answers for 华为; nobody is scored yet."""
    chat.later(hours=-1)
    await chat.tick()
    await chat("claim HT-3", as_="Ada Park")
    await sent(chat)
    async with chat.store.begin() as tx:
        english = update(people).where(people.c.name == "Ada Park").values(locale="en")
        await tx.connection.execute(english)
    chat.at(MONDAY)
    await imported(chat)
    return chat


async def sent(chat: Chat) -> None:
    """Let the milestones be told: what follows is about warnings."""
    async with chat.store.begin() as tx:
        await tx.connection.execute(update(deliveries).values(state="sent", sent_at=chat.now))


@pytest.fixture
async def robots() -> AsyncIterator[FakeRobots]:
    """WeCom's group robots on loopback."""
    fake = FakeRobots()
    await fake.start()
    try:
        yield fake
    finally:
        await fake.stop()


async def test_a_file_of_facts_becomes_a_message_in_each_readers_language(
    worse: Chat, robots: FakeRobots
) -> None:
    assert await tick(worse.store, worse) == 2
    rows = await worse.outbox("warning")
    assert {(row.contract_id, row.place) for row in rows} == {
        (1, LILEI), (1, EAST), (1, "robot:east"), (3, ADA), (3, EAST), (3, "robot:east"),
    }  # fmt: skip
    post = Post(worse)
    keys = {name: SecretStr(key) for name, key in ROBOTS.items()}
    robot = WecomRobots(keys, api_url=robots.url, timeout_s=5)
    try:
        adapters = Adapters([robot, *post.boxes])
        await deliver_all(replace(post.courier(), adapters=adapters))
    finally:
        await robot.close()

    chinese = "\n".join(post.at(LILEI))
    assert f"{HUAWEI} · 平台版：流失风险高：38 天后到期，使用量下降 " in chinese
    for part in ("3 个工单未解决", "有账单已逾期 41 天", "打法：", "健康", "年费"):
        assert part in chinese
    assert YUNFAN not in chinese
    english = "\n".join(post.at(ADA))
    assert (
        f"{YUNFAN} · 平台版: high risk of churn: 23 days left to give notice, usage down by "
        in english
    )
    for part in ("3 tickets unresolved", "an invoice is 41 days overdue", "Play: ", "Health"):
        assert part in english
    group = "\n".join(taken.content for taken in robots.taken)
    assert HUAWEI in group
    assert YUNFAN in group
    assert "120" not in group
    assert {row.state for row in await worse.outbox("warning")} == {DeliveryState.SENT}


async def test_the_next_ticks_tell_nothing_new(worse: Chat) -> None:
    assert await tick(worse.store, worse) == 2
    post = Post(worse)
    await post.deliver()
    told = {place: post.at(place) for place in (LILEI, ADA, EAST)}
    for days in (0, 0, 1, 3):
        worse.later(days=days)
        async with worse.store.begin() as tx:
            await tx.health.mark_all()
        assert await tick(worse.store, worse) == 0
        await post.deliver()
    assert len(await worse.outbox("warning")) == 6
    assert {place: post.at(place)[: len(texts)] for place, texts in told.items()} == told


async def test_ticks_at_once_on_two_replicas_tell_once(worse: Chat, database_url: str) -> None:
    other = Store.open(database_url)
    try:
        counts = await asyncio.gather(
            *(tick(store, worse) for store in (worse.store, other, worse.store, other))
        )
        assert sum(counts) == 2
        assert len(await worse.outbox("warning")) == 6
        post = Post(worse)
        await asyncio.gather(*(deliver_all(post.courier(store)) for store in (worse.store, other)))
        while any(row.state is not DeliveryState.SENT for row in await worse.outbox("warning")):
            worse.later(minutes=3)
            await post.deliver()
    finally:
        await other.close()
    keys = [key for box in post.boxes for key in box.keys]
    assert len(keys) == len(set(keys))


async def killed(database_url: str, point: Point, passed: int) -> int:
    """How a scoring process ended that was to die there."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.jobs.score_process",
        database_url,
        point,
        str(passed),
        "0",
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
        stdout=subprocess.DEVNULL,
    )
    return await process.wait()


@pytest.mark.parametrize(
    ("point", "passed", "kept"),
    [(Point.COMMITTED, 0, 2), (Point.WARNED, 0, 0), (Point.WARNED, 1, 2)],
    ids=["between chunks", "before the first commit", "before the second commit"],
)
async def test_a_process_killed_while_it_scores_loses_and_doubles_no_message(
    worse: Chat, database_url: str, point: Point, passed: int, kept: int
) -> None:
    assert await killed(database_url, point, passed) == -signal.SIGKILL
    before = {row.key for row in await worse.outbox("warning")}
    assert len({key.split(":")[1] for key in before}) == kept
    async with worse.store.read() as tx:
        assert 0 < await tx.health.due_n(worse.today) <= CUSTOMERS
    assert await tick(worse.store, worse) == 2 - kept
    post = Post(worse)
    await post.deliver()
    assert await tick(worse.store, worse) == 0
    await post.deliver()
    rows = await worse.outbox("warning")
    assert {row.state for row in rows} == {DeliveryState.SENT}
    assert {key for key in before if key not in {row.key for row in rows}} == set()
    for place, name in ((LILEI, HUAWEI), (ADA, YUNFAN)):
        told = [one for one in post.at(place) if name in one and "41" in one]
        assert len(told) == 1
