"""Warnings: one a customer with all its reasons, to whom it concerns, until somebody acts."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from scoring.health.model import Band
from scoring.health.worry import Concern
from storage.tables import risk_warnings
from tests.chatting import Chat
from tests.jobs.alerting import ADA, EAST, HMM, LILEI, NORTH, Post, Reasons, worry, worst


async def places(chat: Chat) -> set[tuple[int | None, str]]:
    return {(row.contract_id, row.place) for row in await chat.outbox("warning")}


async def written(chat: Chat) -> list[tuple[int, str, str | None]]:
    async with chat.store.read() as tx:
        query = select(risk_warnings).order_by(risk_warnings.c.id)
        return [(row.account_id, row.kind, row.ended) for row in await tx.connection.execute(query)]


async def test_who_works_on_it_and_the_team_hear_of_a_customer_that_became_worse(
    chat: Chat,
) -> None:
    await chat.tick()
    assert await worry(chat, 1, 3) == 2
    assert await places(chat) == {
        (1, LILEI), (1, EAST), (1, "robot:east"),
        (3, HMM), (3, EAST), (3, "robot:east"),
    }  # fmt: skip


async def test_who_claimed_it_hears_of_it_in_place_of_the_owner(chat: Chat) -> None:
    await chat.tick()
    await chat("claim HT-1", as_="韩梅梅")
    await worry(chat, 1)
    assert (1, HMM) in await places(chat)
    assert (1, LILEI) not in await places(chat)


@pytest.mark.parametrize(
    ("account", "expected"),
    [(2, {EAST, "robot:east"}), (9, {ADA}), (7, {NORTH, "user:wangbei"})],
    ids=["nobody's", "no team's either", "another team's"],
)
async def test_what_is_nobodys_goes_to_the_team_else_to_the_leads(
    chat: Chat, account: int, expected: set[str]
) -> None:
    await worry(chat, account)
    assert {place for _, place in await places(chat)} == expected


async def test_a_warning_says_all_its_reasons_the_gravest_first(chat: Chat) -> None:
    await chat.tick()
    post = Post(chat)
    await post.deliver()
    before = len(post.at(LILEI))
    reasons = worst(Concern.HIGH_RISK, Concern.OVERDUE, Concern.BAND, Concern.DROP)
    await worry(chat, 1, band=Band.CRITICAL, reasons=reasons)
    await post.deliver()
    (said,) = post.at(LILEI)[before:]
    headline, *_ = said.splitlines()
    assert headline.startswith("华为技术有限公司")
    assert "流失风险高：38 天后到期，使用量下降 40%，3 个工单未解决" in headline
    for reason in (
        "有账单已逾期 41 天",
        "健康分层由“稳定”降为“风险”",
        "健康分 7 天内下降 20 分",
        "🔴 危险 · 48 分",
    ):
        assert reason in said


async def test_a_channel_is_warned_without_amounts(chat: Chat) -> None:
    post = Post(chat)
    await worry(chat, 1)
    await post.deliver()
    (said,) = post.at(EAST)
    assert "华为" in said
    assert "年费" not in said
    assert "120" not in said
    assert "120万" in post.at(LILEI)[0]


async def test_many_warnings_of_one_place_are_one_message_of_ten_lines(chat: Chat) -> None:
    post = Post(chat)
    await worry(chat, 1, 2, 3, 4, 5, 6, 8)
    await post.deliver()
    (said,) = post.at(EAST)
    assert said.startswith("7 个客户出现流失预警")


async def test_the_same_again_is_quiet_until_it_is_graver(chat: Chat) -> None:
    assert await worry(chat, 1) == 1
    assert await worry(chat, 1) == 0  # the very same moment
    chat.later(days=3)
    assert await worry(chat, 1) == 0
    critical: Reasons = {Concern.BAND: {"from": Band.AT_RISK, "to": Band.CRITICAL}}
    assert await worry(chat, 1, band=Band.CRITICAL, reasons=critical) == 1
    chat.later(days=1)
    assert await worry(chat, 1) == 0
    assert await worry(chat, 1, reasons=worst(Concern.BAND, Concern.OVERDUE)) == 1
    chat.later(days=15)
    assert await worry(chat, 1) == 1


@pytest.mark.parametrize(("fell_to", "new"), [(50.0, 0), (36.0, 0), (35.0, 1)])
async def test_a_drop_is_told_again_only_when_it_went_on(
    chat: Chat, fell_to: float, new: int
) -> None:
    await worry(chat, 1, reasons=worst(Concern.DROP))
    chat.later(days=2)
    again: Reasons = {Concern.DROP: {"from": 66.0, "to": fell_to, "days": 7}}
    assert await worry(chat, 1, reasons=again) == new


async def test_ten_replicas_warn_once(chat: Chat) -> None:
    counts = await asyncio.gather(*(worry(chat, 1, 3) for _ in range(10)))
    assert sum(counts) == 2
    assert len(await chat.outbox("warning")) == 6


@pytest.mark.parametrize("line", ["lost HT-1 price", "won HT-1"])
async def test_what_is_decided_is_not_warned_of(chat: Chat, line: str) -> None:
    await chat.tick()
    async with chat.store.begin() as tx:
        await tx.connection.execute(text("UPDATE contracts SET status = 'lost' WHERE id = 4"))
    await chat("claim HT-1")
    assert not (await chat(line)).refused
    successors = [row for row in await written(chat) if row[0] == 1]
    assert successors == []
    assert await worry(chat, 4) == 0
    assert await worry(chat, 1) == (1 if line.startswith("won") else 0)  # of the new term


async def test_a_term_that_ended_long_ago_is_history(chat: Chat) -> None:
    assert await worry(chat, 5) == 1  # ten days over
    chat.later(days=40)
    assert await worry(chat, 5) == 0


@pytest.mark.parametrize(
    "line",
    ["claim HT-1", "stage HT-1 contacted", "snooze HT-1 2026-12-10 预算", "log 华为 打了电话"],
)
async def test_who_acted_on_it_is_not_told_any_more(chat: Chat, line: str) -> None:
    await chat.tick()
    await worry(chat, 1)
    chat.later(minutes=3)
    assert not (await chat(line)).refused
    post = Post(chat)
    await post.deliver()
    assert lines_about("健康分层", post.at(LILEI)) == []
    assert {str(row.state) for row in await chat.outbox("warning")} == {"superseded"}


async def test_what_was_taken_back_was_not_done(chat: Chat) -> None:
    await chat.tick()
    await worry(chat, 1)
    chat.later(minutes=3)
    await chat("claim HT-1")
    await chat("undo")
    post = Post(chat)
    await post.deliver()
    assert len(lines_about("健康分层", post.at(LILEI))) >= 1


async def test_what_was_done_before_does_not_count(chat: Chat) -> None:
    await chat.tick()
    await chat("claim HT-1")
    chat.later(minutes=3)
    await worry(chat, 1)
    post = Post(chat)
    await post.deliver()
    assert len(lines_about("健康分层", post.at(LILEI))) >= 1


async def test_a_customer_that_became_only_steady_waits_for_the_owners_digest(
    chat: Chat,
) -> None:
    steady: Reasons = {Concern.BAND: {"from": Band.HEALTHY, "to": Band.STEADY}}
    post = Post(chat)
    assert await worry(chat, 1, band=Band.STEADY, reasons=steady) == 1
    assert await places(chat) == {(1, LILEI)}
    await post.deliver()
    assert post.at(LILEI) == []
    chat.later(hours=1)
    await post.deliver()
    (said,) = post.at(LILEI)
    assert said.startswith("11月23日摘要")
    assert "健康分层由“健康”降为“稳定”" in said


async def test_warnings_end_as_they_did(chat: Chat) -> None:
    await chat.tick()
    await worry(chat, 1, 2, 3, 4)
    chat.later(minutes=3)
    await chat("claim HT-1")
    await chat("log Northwind called them", as_="Ada Park")
    async with chat.store.begin() as tx:
        assert (
            await tx.warnings.settle(now=chat.now, ignored_before=chat.now - timedelta(days=14))
        ) == 2
    assert [(number, ended) for number, _, ended in await written(chat)] == [
        (1, "acted"), (2, None), (3, None), (4, "touch"),
    ]  # fmt: skip
    chat.later(days=15)
    async with chat.store.begin() as tx:
        assert (
            await tx.warnings.settle(now=chat.now, ignored_before=chat.now - timedelta(days=14))
        ) == 2
    assert {ended for _, _, ended in await written(chat)} == {"acted", "touch", "ignored"}


async def test_a_customer_that_recovered_is_not_told_of_any_more(chat: Chat) -> None:
    await worry(chat, 1)
    async with chat.store.begin() as tx:
        await tx.connection.execute(
            text(
                "INSERT INTO health_models (id, name, document, digest, activated_at, "
                "activated_by) VALUES (99, 'm', '', 'x', '2026-11-01 00:00:00', 'test')"
            )
        )
        await tx.connection.execute(
            text(
                "INSERT INTO health_scores (account_id, model_id, as_of, score, coverage, band, "
                "score_band, band_since, rules, parts, due_on) VALUES (1, 99, :today, 60, 1, "
                "'steady', 'steady', :today, '', :parts, :today)"
            ),
            {"today": day(chat.today, chat), "parts": b""},
        )
    post = Post(chat)
    await post.deliver()
    assert post.at(LILEI) == []


def day(on: date, chat: Chat) -> object:
    """A day as the driver of the store takes it in bare SQL."""
    return on.isoformat() if chat.store.dialect == "sqlite" else on


def lines_about(part: str, texts: list[str]) -> list[str]:
    return [one for one in texts if part in one]
