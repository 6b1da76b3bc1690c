"""`show`: the customer in one card, as each reader may see it."""

from __future__ import annotations

import pytest

from storage.store import Store
from tests.chatting import Chat
from tests.sample_book import MONDAY, TODAY


async def test_the_card_has_contract_contact_and_next_step(chat: Chat) -> None:
    await chat.tick()
    reply = await chat("查看 华为")
    assert "平台版 HT-1 · 12月31日到期 · 还剩 38 天 · 年费 ¥120万 · 待跟进 · 未认领" in reply
    assert "王建国 · 决策人 · 总经理 · 13800000000 · wjg@example.com" in reply
    assert "建议下一步：请先认领" in reply
    assert reply.lines[0].startswith("claim R-")


async def test_the_next_step_names_a_fact_of_this_customer(store: Store, chat: Chat) -> None:
    await chat.tick()
    await chat("claim HT-1")
    never = await chat("show HT-1")
    assert "建议联系 王建国。" in never
    assert "一个月" not in never  # nothing was logged at all, and the card says so
    await _add(
        store,
        "tickets",
        {"id": 1, "account_id": 1, "ticket_no": "T-77", "opened_on": TODAY.replace(day=1)}
        | {"closed_on": None, "severity": "high", "subject": "报表打不开", "csat": None},
    )
    assert "先推动解决未关闭的工单（共 1 个，先处理 T-77）" in await chat("show HT-1")


async def test_both_dates_are_shown(chat: Chat) -> None:
    assert "12月16日前通知，1月15日到期" in await chat("show HT-3")
    assert "notice by Dec 16, ends Jan 15" in await chat("show HT-3", as_="Ada Park")


async def test_an_open_ended_contract_says_so(chat: Chat) -> None:
    reply = await chat("show Acme", as_="Ada Park")
    assert "open-ended" in reply
    assert "unknown a year" in reply


@pytest.mark.parametrize(
    ("who", "place", "amount", "phone"),
    [
        ("李雷", "dm", True, True),
        ("李雷", "aside", True, True),
        ("李雷", "channel", False, False),
        ("Vera Lind", "dm", False, False),
        ("Finn Ora", "dm", True, False),
        ("Root Chen", "terminal", True, True),
    ],
)
async def test_fields_are_shown_by_permission(
    chat: Chat, who: str, place: str, *, amount: bool, phone: bool
) -> None:
    reply = await chat("show HT-1", as_=who, place=place)
    assert ("1.2M" in reply or "120万" in reply) is amount
    assert ("13800000000" in reply) is phone
    assert ("Not shown here" in reply or "此处不显示" in reply) is not (amount and phone)


async def test_notes_are_kept_from_channels(chat: Chat) -> None:
    await chat.tick()
    await chat("log 华为 和王建国电话聊了, 预算砍半")
    assert "预算砍半" in await chat("show 华为")
    assert "预算砍半" not in await chat("show 华为", place="channel")


async def test_a_code_shows_its_renewal(chat: Chat) -> None:
    await chat.tick()
    code = await chat.code("HT-2")
    reply = await chat(f"show {code}")
    assert f"claim {code}" in reply.lines


async def test_finance_gets_no_buttons_that_would_be_refused(chat: Chat) -> None:
    assert (await chat("show HT-1", as_="Finn Ora")).lines == ["health A-1"]


async def test_usage_payments_surveys_and_events_are_on_the_card(store: Store, chat: Chat) -> None:
    await _add(
        store,
        "signals",
        *(
            {"account_id": 1, "signal": signal, "observed_on": on, "value": value}
            | {"source": None, "note": None}
            for signal, on, value in (
                ("active_users", TODAY.replace(month=8), 80.0),
                ("active_users", TODAY, 60.0),
                ("licensed_users", TODAY, 100.0),
            )
        ),
    )
    await _add(
        store,
        "payments",
        {"id": 1, "account_id": 1, "invoice_no": "FP-9", "due_on": TODAY.replace(month=10)}
        | {"paid_on": None, "amount": 1000, "currency": "CNY", "contract_no": None},
    )
    await _add(
        store,
        "surveys",
        {"account_id": 1, "kind": "nps", "answered_on": TODAY, "respondent": "王建国"}
        | {"score": 9.0, "comment": "好用"},
    )
    await _add(
        store,
        "events",
        {"account_id": 1, "event": "用户大会", "held_on": TODAY, "response": "attended"},
    )
    reply = await chat("show 华为")
    assert "活跃用户 60，席位 100，近三个月下降 25%" in reply
    assert "1 笔，最早的是 FP-9，已逾期 31 天（¥1,000.00）" in reply
    assert "9 分（11月23日）（好用）" in reply
    assert "用户大会：已参加" in reply


async def _add(store: Store, table: str, *rows: dict[str, object]) -> None:
    async with store.begin() as tx:
        await tx.facts.add(table, list(rows))


async def test_the_card_of_a_customer_without_contracts_is_still_a_card(
    store: Store, chat: Chat
) -> None:
    async with store.begin() as tx:
        await tx.accounts.add_many(
            [{"id": 77, "name": "新客户", "team": None}], [("新客户", 77)], now=MONDAY
        )
    reply = await chat("新客户")
    assert "还没有录入合同" in reply
    assert reply.lines == ["log A-77", "health A-77"]
