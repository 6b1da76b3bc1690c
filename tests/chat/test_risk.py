"""`risk`: who may leave, why, and what the house does about it, the most urgent first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.commands import COMMANDS
from handlers.jobs import health
from handlers.models import text_of
from handlers.models.activating import activate
from scoring.health.default import DEFAULT_MODEL
from tests.chatting import Chat
from tests.sample_book import MONDAY, RULES, TERMS, TODAY

NUMBERS = {term.account: number for number, term in enumerate(TERMS, start=1)}

WELL, BADLY = 90, 12

USE = {
    "华为技术有限公司": BADLY,
    "星河科技有限公司": BADLY,
    "Northwind Traders": WELL,
    "云帆网络股份有限公司": BADLY,
    "燕山石化有限公司": BADLY,
    "长江电力集团": 80,
    "Acme Robotics": BADLY,
}


@pytest.fixture
async def scored(chat: Chat) -> Chat:
    """Use of the sample's customers, falling where it is bad; 华为 has tickets too."""
    async with chat.store.begin() as tx:
        for kind in ("signals", "tickets"):
            await tx.fact_sources.heard(kind, "test", TODAY, since=TODAY - timedelta(days=400))
        await tx.facts.add(
            "signals",
            [
                {
                    "account_id": NUMBERS[account],
                    "signal": signal,
                    "observed_on": TODAY - timedelta(days=7 * week),
                    "value": value,
                }
                for account, active in USE.items()
                for week in range(13)
                for signal, value in (
                    ("active_users", active + 6 * week * (active == BADLY)),
                    ("licensed_users", 100),
                    ("features_used", active / 10),
                    ("features_available", 10),
                )
            ],
        )
        await tx.facts.add(
            "tickets",
            [
                {
                    "account_id": NUMBERS["华为技术有限公司"],
                    "ticket_no": f"T-{number}",
                    "opened_on": TODAY - timedelta(days=9),
                    "closed_on": None,
                }
                for number in range(6)
            ],
        )
        await tx.health.mark_all()
    await health.run(chat.store, RULES, MONDAY)
    return chat


async def test_a_week_begins_with_the_customers_at_risk_and_why(scored: Chat) -> None:
    reply = await scored("risk", as_="Ada Park")
    first, second = reply.text.index("华为技术有限公司"), reply.text.index("星河科技有限公司")
    assert first < second  # ten times the value
    assert "Northwind Traders" not in reply
    assert "燕山石化有限公司" not in reply  # the other team's
    assert "Why: " in reply
    assert "Active users (−" in reply
    assert "Do: " in reply
    assert "working days" in reply or "at once" in reply


async def test_a_customer_without_an_end_date_comes_last(scored: Chat) -> None:
    reply = await scored("risk", as_="Ada Park")
    assert "no end date" in reply
    assert reply.text.index("Acme Robotics") > reply.text.index("云帆网络股份有限公司")
    assert "Acme Robotics" in (await scored("risk mine", as_="韩梅梅"))
    assert "Acme Robotics" not in (await scored("risk 90d", as_="Ada Park"))


async def test_it_reads_chinese_in_chinese(scored: Chat) -> None:
    reply = await scored("风险 我的")
    assert "风险客户 · 我的" in reply
    assert "原因：" in reply
    assert "活跃" in reply
    assert "打法：" in reply
    assert "云帆网络股份有限公司" not in reply
    assert reply.text == (await scored("流失风险 mine")).text


@pytest.mark.parametrize("place", ["dm", "aside", "channel", "wecom", "bot", "group"])
async def test_it_is_readable_in_every_place(scored: Chat, place: str) -> None:
    reply = await scored("风险", place=place)
    assert "华为技术有限公司" in reply
    assert ("¥120万" in reply) == (place not in ("channel", "group"))


async def test_buttons_claim_and_turn_the_page(scored: Chat) -> None:
    two = Chat(scored.store, COMMANDS, scored.book, replace(RULES, page_size=2))
    first = await two("risk segment standard", as_="Root Chen")
    assert first.line("claim ")
    assert first.line("risk segment standard mine")
    second = await two(first.line("risk segment standard page=2"), as_="Root Chen")
    last = await two(second.line("risk segment standard page=3"), as_="Root Chen")
    told = [name for reply in (first, second, last) for name in USE if name in reply]
    assert sorted(told) == sorted(name for name, active in USE.items() if active == BADLY)
    assert "page=4" not in " ".join(last.lines)


async def test_nobody_at_risk_is_said_with_what_is_left_out(chat: Chat) -> None:
    reply = await chat("risk", as_="Ada Park")
    assert "Nobody here is at risk" in reply
    assert "too little is known" in reply
    assert "没有" in await chat("风险")


async def test_a_band_narrows_the_list(scored: Chat) -> None:
    reply = await scored("risk critical", as_="Ada Park")
    assert "华为技术有限公司" in reply
    assert "星河科技有限公司" not in reply
    assert "ritical" in reply.text.splitlines()[0]


async def test_somebody_without_the_right_is_refused(scored: Chat) -> None:
    assert (await scored("risk", as_="nobody")).refused


async def test_the_house_s_own_play_is_the_one_named(scored: Chat) -> None:
    own = (
        text_of(DEFAULT_MODEL)
        + '\n[plays.critical]\nall = { en = "Call the CEO", zh = "董事长致电", days = 1 }\n'
        + '[plays.at_risk]\nall = { en = "Call the CEO", zh = "董事长致电", days = 1 }\n'
    )
    await activate(scored.store, RULES, own, MONDAY, by="operator")
    reply = await scored("risk", as_="Ada Park")  # the scores are still of the version before
    assert "Call the CEO" in reply
    assert "Active users (−" in reply
    assert "董事长致电" in await scored("风险")
