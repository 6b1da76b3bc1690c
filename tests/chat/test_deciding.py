"""Snooze, stage, won, lost: how a renewal goes on and how it ends."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import update

from handlers.announcing import compose
from messages.lines import with_values
from scoring.model import ContractStatus, Locale, Stage
from storage.store import Store
from storage.tables import contracts
from tests.chatting import Chat


@pytest.mark.parametrize(
    "line",
    [
        "暂缓 HT-1 下周三 等客户预算",
        "暂缓 HT-1 12月2日 等客户预算",
        "snooze HT-1 until=2026-12-02 reason=等客户预算",
        'snooze HT-1 until="next Wednesday" reason="等客户预算"',
        "snooze HT-1 2026-12-02 等客户预算",
    ],
)
async def test_a_snooze_has_a_day_and_a_reason(chat: Chat, line: str) -> None:
    reply = await chat(line)
    assert not reply.refused, reply.text
    opportunity = await chat.opportunity("HT-1")
    assert opportunity.snoozed_until == date(2026, 12, 2)
    assert opportunity.snooze_reason == "等客户预算"
    assert "等客户预算" in reply


async def test_a_reason_from_a_form_keeps_its_quotes(chat: Chat) -> None:
    line = with_values("snooze HT-1", [("until", "2026-12-02"), ("reason", '他说"再等等", 等预算')])
    assert not (await chat(line)).refused
    assert (await chat.opportunity("HT-1")).snooze_reason == '他说"再等等", 等预算'


@pytest.mark.parametrize(
    ("line", "on"),
    [
        ("snooze HT-3 2026-12-17 budget", "Dec 16, 2026"),  # the cancel-by date
        ("snooze HT-1 2027-01-01 budget", "Dec 31, 2026"),  # the end date
        ("snooze HT-1 today budget", "Nov 23, 2026"),
    ],
)
async def test_a_snooze_past_the_last_moment_is_refused_with_that_day(
    chat: Chat, line: str, on: str
) -> None:
    reply = await chat(line, locale=Locale.EN)
    assert reply.refused
    assert on in reply


async def test_the_last_day_itself_may_be_waited_for(chat: Chat) -> None:
    assert not (await chat("snooze HT-3 2026-12-16 budget")).refused


@pytest.mark.parametrize("line", ["snooze HT-1", "暂缓 HT-1 下周三"])
async def test_a_snooze_asks_for_day_and_reason(chat: Chat, line: str) -> None:
    reply = await chat(line)
    assert reply.refused
    assert reply.message.form is not None
    assert "reason" in [field.name for field in reply.message.form.fields]


@pytest.mark.parametrize(
    ("line", "stage"),
    [
        ("stage HT-1 proposal", Stage.PROPOSAL),
        ("阶段 HT-1 已报价", Stage.PROPOSAL),
        ("stage HT-1 to=committed", Stage.COMMITTED),
        ("stage HT-1 已联系", Stage.CONTACTED),
    ],
)
async def test_a_stage_moves_on(chat: Chat, line: str, stage: Stage) -> None:
    reply = await chat(line)
    assert not reply.refused, reply.text
    assert (await chat.opportunity("HT-1")).stage is stage


@pytest.mark.parametrize("line", ["stage HT-1 open", "stage HT-1 lapsed", "stage HT-1 nonsense"])
async def test_a_stage_that_cannot_follow_is_refused(chat: Chat, line: str) -> None:
    await chat("stage HT-1 contacted")
    reply = await chat(line)
    assert reply.refused
    assert (await chat.opportunity("HT-1")).stage is Stage.CONTACTED


async def test_won_records_the_next_term_and_silences_the_old_one(chat: Chat) -> None:
    await chat.tick()
    code = await chat.code("HT-1")
    reply = await chat(f"won {code} 130万")
    assert not reply.refused, reply.text
    assert "HT-1-R1" in reply
    assert "1,300,000" in reply
    async with chat.store.read() as tx:
        old = await tx.contracts.by_no("HT-1")
        new = await tx.contracts.by_no("HT-1-R1")
        outcome = (await tx.facts.existing("outcomes", [1], ["outcome", "new_arr"]))[(1,)]
    assert old is not None
    assert new is not None
    assert old.status is ContractStatus.RENEWED
    assert (new.starts_on, new.ends_on) == (date(2027, 1, 1), date(2027, 12, 31))
    assert (new.arr, new.currency, new.product) == (Decimal(1_300_000), "CNY", "平台版")
    assert (new.account_id, new.owner_id, new.team) == (old.account_id, old.owner_id, old.team)
    assert (outcome["outcome"], outcome["new_arr"]) == ("expanded", Decimal(1_300_000))
    assert (await chat.opportunity("HT-1")).stage is Stage.WON


async def test_the_clock_announces_the_next_term_when_its_time_comes(chat: Chat) -> None:
    await chat("won HT-1")
    chat.later(days=320)
    await chat.tick()
    async with chat.store.read() as tx:
        new = await tx.contracts.by_no("HT-1-R1")
        assert new is not None
        assert await tx.contracts.told(new.id)
        old_told = await tx.contracts.told(1)
    assert old_told == []


@pytest.mark.parametrize(
    ("line", "ends_on", "number", "arr"),
    [
        ("won HT-1", date(2027, 12, 31), "HT-1-R1", Decimal(1_200_000)),
        ("won HT-1 until=2029-12-31", date(2029, 12, 31), "HT-1-R1", Decimal(1_200_000)),
        ("won HT-1 amount=100万 number=HT-9000", date(2027, 12, 31), "HT-9000", Decimal(1_000_000)),
        ("赢单 HT-1 90万", date(2027, 12, 31), "HT-1-R1", Decimal(900_000)),
    ],
)
async def test_amount_length_and_number_of_the_next_term_can_be_told(
    chat: Chat, line: str, ends_on: date, number: str, arr: Decimal
) -> None:
    assert not (await chat(line)).refused
    async with chat.store.read() as tx:
        new = await tx.contracts.by_no(number)
    assert new is not None
    assert (new.ends_on, new.arr) == (ends_on, arr)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("won HT-1 abc", "abc"),
        ("won HT-1 USD12k", "CNY"),
        ("won HT-1 until=2026-12-31", "Jan 1, 2027"),
        ("won HT-1 number=HT-2", "HT-2"),
    ],
)
async def test_a_next_term_that_cannot_be_is_refused_and_nothing_is_written(
    chat: Chat, line: str, says: str
) -> None:
    reply = await chat(line, locale=Locale.EN)
    assert reply.refused
    assert says in reply
    async with chat.store.read() as tx:
        contract = await tx.contracts.by_no("HT-1")
        assert await tx.opportunities.count() == 0
    assert contract is not None
    assert contract.status is ContractStatus.ACTIVE


async def test_a_lapsed_renewal_can_still_be_won(chat: Chat) -> None:
    await chat.tick()
    assert (await chat.opportunity("HT-5")).stage is Stage.LAPSED
    refused = await chat("stage HT-5 proposal")
    assert refused.refused
    reply = await chat("won HT-5")
    assert not reply.refused
    async with chat.store.read() as tx:
        new = await tx.contracts.by_no("HT-5-R1")
    assert new is not None
    assert new.starts_on == date(2026, 11, 14)


async def test_the_amount_stays_out_of_a_channel(chat: Chat) -> None:
    reply = await chat("won HT-1 130万", place="channel")
    assert not reply.refused
    assert "130" not in reply
    assert "1,300,000" not in reply


@pytest.mark.parametrize(
    "line",
    [
        "lost HT-1 budget 预算被砍",
        "丢单 HT-1 预算削减 预算被砍",
        "lost HT-1 reason=budget note=预算被砍",
    ],
)
async def test_lost_keeps_the_reason_and_what_was_said(chat: Chat, line: str) -> None:
    reply = await chat(line)
    assert not reply.refused, reply.text
    assert "预算削减" in reply
    opportunity = await chat.opportunity("HT-1")
    assert (opportunity.stage, opportunity.reason) == (Stage.LOST, "budget")
    async with chat.store.read() as tx:
        contract = await tx.contracts.by_no("HT-1")
        outcome = (await tx.facts.existing("outcomes", [1], ["outcome", "reason"]))[(1,)]
        touches = await tx.touches.of_account(1)
    assert contract is not None
    assert contract.status is ContractStatus.LOST
    assert (outcome["outcome"], outcome["reason"]) == ("churned", "budget")
    assert [touch.note for touch in touches] == ["预算被砍"]


@pytest.mark.parametrize("line", ["lost HT-1", "stage HT-1 lost"])
async def test_lost_asks_for_a_reason_from_the_list(chat: Chat, line: str) -> None:
    reply = await chat(line)
    assert reply.refused
    assert reply.message.form is not None
    reason = reply.message.form.fields[0]
    assert reason.name == "reason"
    assert "price" in [choice.value for choice in reason.choices]
    assert (await chat(f"{reply.message.form.line} reason=price")).text


async def test_stage_won_is_won(chat: Chat) -> None:
    reply = await chat("stage HT-1 won")
    assert "HT-1-R1" in reply


@pytest.mark.parametrize("verb", ["claim", "snooze", "stage", "won", "lost", "assign", "release"])
async def test_a_button_from_last_month_on_a_decided_renewal_is_harmless(
    chat: Chat, verb: str
) -> None:
    await chat.tick()
    code = await chat.code("HT-1")
    rest = {
        "snooze": " 2026-12-30 later",
        "stage": " proposal",
        "lost": " price",
        "assign": " 韩梅梅",
    }
    await chat(f"won {code}")
    chat.later(days=30)
    reply = await chat(f"{verb} {code}{rest.get(verb, '')}", as_="Ada Park")
    assert reply.refused
    assert "decided already" in reply or verb == "release"
    assert (await chat.opportunity("HT-1")).stage is Stage.WON


async def test_what_still_waits_about_a_won_renewal_is_withdrawn(chat: Chat) -> None:
    chat.at(chat.now.replace(hour=20))
    await chat.tick()
    opportunity = await chat.opportunity("HT-1")
    await chat("won HT-1")
    rows = [row for row in await chat.outbox("milestone") if row.opportunity_id == opportunity.id]
    assert rows
    async with chat.store.read() as tx:
        result = await compose(tx, rows, chat.now, chat.rules)
    assert result.superseded == tuple(row.id for row in rows)


@pytest.mark.parametrize(
    "line",
    ["claim HT-1", "snooze HT-1 tomorrow 等客户回复", "stage HT-1 contacted", "assign HT-1 韩梅梅"],
)
@pytest.mark.parametrize("opened", [True, False])
async def test_what_the_book_says_is_over_cannot_be_worked_on(
    store: Store, chat: Chat, line: str, opened: bool
) -> None:
    if opened:
        await chat("stage HT-1 contacted")
    async with store.begin() as tx:
        await tx.connection.execute(
            update(contracts).where(contracts.c.contract_no == "HT-1").values(status="cancelled")
        )
    reply = await chat(line, as_="Ada Park")
    assert reply.refused
    assert "华为" in reply.text
