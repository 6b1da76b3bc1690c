"""`due` and `mine`: windows, filters in any order, pages, and what each reader may see."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from scoring.model import ContractStatus, Segment
from storage.store import Store
from tests.chatting import Chat
from tests.sample_book import EAST, MONDAY, TODAY

LATE, YUNFAN, NORTHWIND = "蓝海物流有限公司", "云帆网络股份有限公司", "Northwind Traders"
HUAWEI, XINGHE, YANSHAN = "华为技术有限公司", "星河科技有限公司", "燕山石化有限公司"
WATER, POWER = "清泉水务有限公司", "长江电力集团"


def listed(text: str) -> list[str]:
    """Customers of a list, in order."""
    names = (LATE, YUNFAN, NORTHWIND, HUAWEI, XINGHE, YANSHAN, WATER, POWER)
    rows = [line for line in text.splitlines() if not line.startswith("[")]
    return [name for row in rows for name in names if row.startswith(name)]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("due", [LATE, YUNFAN, NORTHWIND]),
        ("到期", [LATE, YUNFAN, NORTHWIND]),
        ("due 40", [HUAWEI, LATE, YUNFAN, NORTHWIND]),
        ("到期 40天", [HUAWEI, LATE, YUNFAN, NORTHWIND]),
        ("到期40天", [HUAWEI, LATE, YUNFAN, NORTHWIND]),
        ("due in 40 days mine", [HUAWEI, LATE, NORTHWIND]),
        ("到期 40天 我的", [HUAWEI, LATE, NORTHWIND]),
        ("到期 我的 40天", [HUAWEI, LATE, NORTHWIND]),
        ("到期40天我的", [HUAWEI, LATE, NORTHWIND]),
        ("due 40d @韩梅梅", [YUNFAN]),
        ("到期 40天 韩梅梅", [YUNFAN]),
        ("due 40d >50万", [HUAWEI]),
        ("到期 40天 50万以上", [HUAWEI]),
        ("到期 40天 超过50万", [HUAWEI]),
        ("due over USD 10k 40d", [NORTHWIND]),
        ("due 180d segment strategic", [POWER]),
        ("到期 180天 战略客户", [POWER]),
        ("到期 180天 战略", [POWER]),
        ("due team 40d", [HUAWEI, LATE, YUNFAN, NORTHWIND]),
        ("due 12月", [HUAWEI, YUNFAN, NORTHWIND]),
        ("due this quarter", [HUAWEI, LATE, YUNFAN, NORTHWIND]),
        ("到期 上月", []),
        ("due 90d product=平台", [HUAWEI, LATE, YUNFAN, XINGHE, NORTHWIND, WATER]),
        ("due 90d product=数据", []),
    ],
)
async def test_a_list_has(chat: Chat, line: str, names: list[str]) -> None:
    reply = await chat(line)
    assert not reply.refused, reply.text
    assert listed(reply.text) == names


async def test_unclaimed_leaves_out_what_was_claimed(chat: Chat) -> None:
    await chat.tick()
    await chat("claim HT-1")
    assert HUAWEI not in listed((await chat("due 40d 未认领")).text)
    assert HUAWEI in listed((await chat("due 40d")).text)


async def test_a_claimed_renewal_of_somebody_else_is_mine(chat: Chat) -> None:
    await chat.tick()
    await chat("claim HT-3")
    assert YUNFAN in listed((await chat("我的")).text)


async def test_what_was_assigned_by_turns_is_mine(chat: Chat) -> None:
    await chat.tick()
    owner = (await chat.opportunity("HT-2")).owner_id
    name = next(name for name, number in chat.book.people.items() if number == owner)
    assert XINGHE in listed((await chat("mine", as_=name)).text)


async def test_decided_renewals_are_not_listed(chat: Chat) -> None:
    await chat.tick()
    await chat("lost HT-1 price too dear")
    assert HUAWEI not in listed((await chat("due 40d")).text)


@pytest.mark.parametrize(
    ("who", "sees", "amounts"),
    [
        ("王北", [YANSHAN], True),
        ("Vera Lind", [HUAWEI, LATE, YUNFAN, NORTHWIND], False),
        ("Finn Ora", [HUAWEI, LATE, YUNFAN, YANSHAN, NORTHWIND], True),
        ("Root Chen", [HUAWEI, LATE, YUNFAN, YANSHAN, NORTHWIND], True),
    ],
)
async def test_each_reader_sees_their_reach(
    chat: Chat, who: str, sees: list[str], amounts: bool
) -> None:
    reply = await chat("due 40d", as_=who)
    assert listed(reply.text) == sees
    assert ("¥" in reply.text) is amounts


async def test_a_channel_sees_no_amounts(chat: Chat) -> None:
    assert "¥" in (await chat("due 40d", place="aside")).text
    assert "¥" not in (await chat("due 40d", place="channel")).text


async def test_who_may_not_claim_gets_no_claim_buttons(chat: Chat) -> None:
    assert any(line.startswith("claim") for line in (await chat("due")).lines)
    assert not any(line.startswith("claim") for line in (await chat("due", as_="Finn Ora")).lines)


async def test_mine_is_one_tap_away_and_back(chat: Chat) -> None:
    reply = await chat("due 40d")
    assert "due 40d mine" in reply.lines
    assert "due" in (await chat("due 40d mine")).lines


async def test_a_word_that_means_nothing_is_named(chat: Chat) -> None:
    reply = await chat("到期 胡言乱语")
    assert reply.refused
    assert "没看懂“胡言乱语”" in reply


async def test_pages_follow_and_counting_stops_at_a_hundred(store: Store, chat: Chat) -> None:
    await _many(store, 130)
    first = await chat("due 60d product=批量")
    assert "第 1–10 条，共 99+ 条" in first
    more = first.line("due 60d product=批量 page=")
    second = await chat(more)
    assert "第 11–20 条" in second
    last = await chat("due 60d product=批量 page=13")
    assert "第 121–130 条，共 130 条" in last
    assert "没有更多" in await chat("due 60d product=批量 page=14")


async def test_the_order_is_value_by_time(store: Store, chat: Chat) -> None:
    await _many(store, 30)
    text = (await chat("due 60d product=批量")).text
    rows = [line.split()[0] for line in text.splitlines() if line.startswith("客户批")]
    # One worth twice as much weighs as much as one due a month earlier; here value decides.
    assert rows == [f"客户批{number:03}有限公司" for number in range(29, 19, -1)]


async def test_promised_steps_head_my_list(chat: Chat) -> None:
    await chat.tick()
    await chat("log 华为 和王建国电话聊了, 预算Q3定, 明天跟进")
    reply = await chat("我的")
    assert "约好的下一步" in reply
    assert "明天 · 华为技术有限公司" in reply
    await chat("log 华为 给王建国发了邮件")
    chat.later(hours=1)
    await chat("log 华为 又和王建国电话聊了")
    assert "约好的下一步" not in await chat("我的")


async def _many(store: Store, count: int) -> None:
    """Customers whose value doubles from one to the next, ending within the same month."""
    async with store.begin() as tx:
        rev = await tx.marks.next_rev()
        numbers = range(1000, 1000 + count)
        await tx.accounts.add_many(
            [{"id": n, "name": f"客户批{n - 1000:03}有限公司", "team": EAST} for n in numbers],
            [],
            now=MONDAY,
        )
        await tx.contracts.add_many(
            [
                {
                    "id": n,
                    "account_id": n,
                    "contract_no": f"P-{n}",
                    "product": "批量版",
                    "starts_on": None,
                    "ends_on": _end(n),
                    "arr": Decimal(10) * 2 ** min(n - 1000, 40),
                    "currency": "CNY",
                    "owner_id": None,
                    "team": EAST,
                    "segment": Segment.STANDARD,
                    "auto_renew": False,
                    "notice_days": None,
                    "known_on": TODAY,
                    "clock_rev": rev,
                    "status": ContractStatus.ACTIVE,
                    "custom": {},
                    "created_at": MONDAY,
                }
                for n in numbers
            ]
        )


def _end(number: int) -> date:
    return TODAY + timedelta(days=5 + number % 25)


async def test_a_product_with_a_quotation_mark_is_repeated_as_it_was_typed(
    store: Store, chat: Chat
) -> None:
    async with store.begin() as tx:
        row = await tx.contracts.row(1)
        await tx.contracts.add_many(
            [
                {**row, "id": 100 + number, "contract_no": f"Q-{number}", "product": '7" Panel'}
                for number in range(12)
            ]
        )
    first = await chat('due 90d product="7\\" Panel"')
    more = first.line("due 90d product=")
    second = await chat(more)
    assert not second.refused
    assert "7" in second.text
    assert second.text.count(HUAWEI) >= 2
