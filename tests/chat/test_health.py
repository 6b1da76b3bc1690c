"""Health in chat: the card, lists by band and probability, cards and Home that tell how it stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from handlers.commands import COMMANDS
from handlers.home import home_of
from handlers.models.activating import activate
from handlers.models.in_force import model_in_force
from handlers.models.writing import text_of
from messages.cards.home import home_page
from messages.i18n import Phrasebook
from scoring.health.default import DEFAULT_MODEL
from scoring.health.model import Dimension
from scoring.model import Locale
from scoring.offers import Offer
from storage.store import Store
from storage.tables import health_history, health_scores
from tests.chatting import Chat
from tests.sample_book import MONDAY, RULES, TODAY


async def stands(
    store: Store, account_id: int, band: str | None, p_renew: float | None, rules: str = ""
) -> None:
    """Store how a customer stands, as the nightly job does."""
    async with store.begin() as tx:
        model_id, _ = await model_in_force(tx, MONDAY)
        await tx.connection.execute(
            insert(health_scores).values(
                account_id=account_id,
                model_id=model_id,
                as_of=TODAY,
                score=41.4,
                coverage=0.7,
                band=band,
                score_band=band,
                band_since=TODAY,
                rules=rules,
                p_renew=p_renew,
                parts=b"",
                due_on=TODAY + timedelta(days=1),
            )
        )


async def add(store: Store, table: str, *rows: dict[str, Any]) -> None:
    async with store.begin() as tx:
        await tx.facts.add(table, list(rows))


def signal(name: str, value: float, days_ago: int = 0) -> dict[str, Any]:
    on = TODAY - timedelta(days=days_ago)
    return {"account_id": 1, "signal": name, "observed_on": on, "value": value} | {
        "source": None,
        "note": None,
    }


async def test_a_customer_of_whom_little_is_known_has_no_band(chat: Chat) -> None:
    reply = await chat("健康 华为")
    assert "华为技术有限公司 · ⚪ 数据不足" in reply
    assert "暂不评级" in reply
    assert "not enough data" in (await chat("health HT-1", as_="Ada Park")).message.summary


async def test_the_card_names_what_speaks_for_and_against(store: Store, chat: Chat) -> None:
    weeks = [signal("active_users", 100.0 - 4 * (13 - week), 7 * week) for week in range(14)]
    await add(store, "signals", *weeks, signal("licensed_users", 200.0, 90))
    rows = [
        {"id": n, "account_id": 1, "ticket_no": f"T-{n}", "opened_on": TODAY - timedelta(days=n)}
        | {"closed_on": None, "severity": None, "subject": None, "csat": None}
        for n in (1, 2, 3)
    ]
    await add(store, "tickets", *rows)
    async with store.begin() as tx:
        await tx.fact_sources.heard("tickets", "desk", TODAY, since=TODAY - timedelta(days=300))
    reply = await chat("health HT-1")
    assert "近三个月使用趋势" in reply
    assert "3 个" in reply
    assert "流失风险高" in reply
    assert "先处理 T-3" in reply
    assert reply.lines[-3:] == ["log A-1", "mood A-1", "show A-1"]


async def test_there_is_no_amount_on_it_for_anybody(chat: Chat) -> None:
    for who in ("李雷", "Vera Lind", "Root Chen"):
        reply = await chat("health HT-1", as_=who)
        assert "120万" not in reply
        assert "1.2M" not in reply


async def test_a_course_of_several_days_is_drawn(store: Store, chat: Chat) -> None:
    assert (await chat("health 华为")).message.attachments == ()
    await stands(store, 1, "steady", None)
    async with store.begin() as tx:
        model_id, _ = await model_in_force(tx)
        for days in (30, 20, 10):
            await tx.connection.execute(
                insert(health_history).values(
                    account_id=1,
                    on=TODAY - timedelta(days=days),
                    model_id=model_id,
                    score=50.0 + days,
                    coverage=0.7,
                    band="steady",
                    parts=b"",
                )
            )
    (picture,) = (await chat("health 华为")).message.attachments
    assert picture.content.startswith(b"\x89PNG")
    stricter = replace(DEFAULT_MODEL, edges=(90.0, 80.0, 60.0))
    await activate(store, RULES, text_of(stricter), MONDAY, by="Ada")
    (other,) = (await chat("health 华为")).message.attachments
    assert other.content != picture.content  # the bands behind it are those of the model


async def test_lists_show_band_and_probability(store: Store, chat: Chat) -> None:
    await stands(store, 1, "at_risk", 0.62)
    await stands(store, 3, None, None)
    reply = await chat("due 90d", as_="Ada Park")
    assert "🟠 At risk · 62% likely to renew" in reply
    assert "⚪ Not enough data" in reply
    assert "🟠 风险 · 续约概率 62%" in await chat("我的")


async def test_without_any_score_lists_have_no_such_column(chat: Chat) -> None:
    assert "Health" not in await chat("due 90d", as_="Ada Park")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("due 90d critical", {"星河"}),
        ("到期 90天 有风险", {"华为"}),
        ("到期 90天 流失风险", {"华为", "星河"}),
        ("due 90d at risk", {"华为"}),
        ("due 90d at risk critical", {"华为", "星河"}),
        ("due 90d healthy", {"云帆"}),
        ("due 90d <60%", {"星河"}),
        ("due 90d below 62%", {"星河"}),
        ("到期 90天 概率低于63%", {"华为", "星河"}),
        ("到期 90天 概率不低于62%", {"华为", "云帆"}),
        ("due 90d >80% healthy", {"云帆"}),
        ("due 90d steady", set()),
    ],
)
async def test_lists_keep_a_band_or_a_probability(
    store: Store, chat: Chat, line: str, found: set[str]
) -> None:
    await stands(store, 1, "at_risk", 0.62)
    await stands(store, 2, "critical", 0.2)
    await stands(store, 3, "healthy", 0.9)
    reply = await chat(line)
    assert not reply.refused, reply.text
    assert {name for name in ("华为", "星河", "云帆", "蓝海") if name in reply} == found


async def test_an_impossible_probability_is_not_understood(chat: Chat) -> None:
    assert (await chat("due <160%")).refused


async def test_the_next_page_keeps_the_filter(store: Store, chat: Chat) -> None:
    for account in (1, 2, 3):
        await stands(store, account, "critical", 0.2)
    reply = await chat("due 90d critical <50%")
    assert "（" in reply
    assert "危险" in reply
    assert "续约概率低于 50%" in reply


async def test_the_customer_card_tells_how_it_stands_and_why(store: Store, chat: Chat) -> None:
    await stands(store, 1, "critical", 0.31, "O1,R2,R4")
    reply = await chat("show 华为")
    assert "🔴 危险 · 41 分 · 续约概率 31%" in reply
    assert reply.text.index("账款逾期") < reply.text.index("有增购机会")
    assert reply.lines[-1] == "health A-1"
    assert len(reply.lines) <= 6


async def test_the_home_tells_how_the_customer_stands(store: Store, chat: Chat) -> None:
    await stands(store, 1, "critical", 0.31)
    page = await _home(store, chat, "李雷")
    assert "🔴 危险 · 41 分 · 续约概率 31%" in page


async def _home(store: Store, chat: Chat, name: str) -> str:
    person = await chat.person(name)
    async with store.read() as tx:
        view = await home_of(tx, person, RULES, MONDAY)
    page = home_page(view, Phrasebook(Locale.ZH, RULES.zone))
    return "\n".join(
        " ".join([row.title, *(span.text for span in row.line)])
        for part in page.parts
        for row in part.rows
        if part.heading.startswith("⚠️")
    )


async def test_the_home_worries_by_band_then_probability(store: Store, chat: Chat) -> None:
    await stands(store, 1, "at_risk", 0.5)
    await stands(store, 4, "at_risk", 0.4)
    await stands(store, 5, "critical", 0.9, "R3")
    lines = (await _home(store, chat, "李雷")).splitlines()
    assert [line.split()[0] for line in lines] == [
        "蓝海物流有限公司",
        "Northwind",
        "华为技术有限公司",
    ]
    assert "近期无人使用" in lines[0]


async def test_who_stands_well_is_no_worry_whatever_the_signs(store: Store, chat: Chat) -> None:
    overdue = {"id": 1, "account_id": 1, "invoice_no": "FP-9", "due_on": TODAY.replace(month=10)}
    await add(
        store,
        "payments",
        overdue | {"paid_on": None, "amount": 1000, "currency": "CNY", "contract_no": None},
    )
    assert "华为" in await _home(store, chat, "李雷")
    await stands(store, 1, "healthy", 0.9)
    assert "华为" not in await _home(store, chat, "李雷")


async def test_an_unused_feature_of_an_offer_is_the_next_step(store: Store, chat: Chat) -> None:
    board = Offer("看板工作坊", Dimension.ADOPTION, feature="看板")
    chat = Chat(store, COMMANDS, chat.book, replace(RULES, offers=(board,)))
    await add(store, "signals", signal("feature:看板", 4.0, 40), signal("feature:看板", 0.0, 2))
    await chat("log 华为 打过电话")
    reply = await chat("health 华为")
    assert "客户还没有用过“看板”，可以演示一下。可向客户推荐：看板工作坊。" in reply
