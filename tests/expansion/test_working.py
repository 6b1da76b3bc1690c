"""An expansion is claimed, staged, rested, won and lost in chat under its own code."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from handlers.jobs import snoozes
from scoring.model import ContractStatus, Stage
from storage.expansions import Expansions
from tests.chatting import Chat
from tests.expansion.growing import expansion_of, expansions_of, grow
from tests.telling import message_of, text_of

HUAWEI = "华为技术有限公司"
ACME = "Acme Robotics"


@pytest.fixture
async def code(chat: Chat) -> str:
    """The code of an expansion of 华为, whose renewal is open, too."""
    await chat.tick()
    await grow(chat, HUAWEI)
    return (await expansion_of(chat, HUAWEI)).code


async def steps_of(chat: Chat, contract_no: str) -> dict[date, Decimal]:
    async with chat.store.read() as tx:
        contract = await tx.contracts.by_no(contract_no)
        assert contract is not None
        return await Expansions(tx.connection).steps(contract.id)


async def arr_of(chat: Chat, contract_no: str) -> Decimal | None:
    async with chat.store.read() as tx:
        contract = await tx.contracts.by_no(contract_no)
    assert contract is not None
    return contract.arr


async def test_claiming_it_leaves_the_renewal_to_others(chat: Chat, code: str) -> None:
    reply = await chat(f"认领 {code}", as_="韩梅梅")
    assert not reply.refused
    assert f"（{code}）的增购已由您认领" in reply
    assert (await expansion_of(chat, HUAWEI)).claimed_by_id == chat.book.people["韩梅梅"]
    assert (await chat.opportunity("HT-1")).claimed_by_id is None
    late = await chat(f"claim {code}", as_="李雷")
    assert late.refused
    assert "韩梅梅" in late
    told = [row for row in await chat.outbox("followup") if row.facts["what"] == "claimed"]
    assert [row.place for row in told] == ["user:lilei"]
    assert "华为技术有限公司 · 平台版（增购） 已由韩梅梅认领" in await text_of(chat, told[0])


async def test_fifty_at_once_and_exactly_one_has_it(chat: Chat, code: str) -> None:
    replies = await asyncio.gather(
        *(chat(f"claim {code}", as_="李雷" if turn % 2 else "韩梅梅") for turn in range(50))
    )
    assert sum(not reply.refused for reply in replies) == 1


async def test_a_code_names_only_its_own_kind(chat: Chat, code: str) -> None:
    number = code.removeprefix("E-")
    assert (await chat(f"claim R-{number}")).refused
    renewal = (await chat.opportunity("HT-1")).code
    assert (await chat(f"claim {renewal.replace('R', 'E')}")).refused
    reply = await chat(f"claim {number}")
    assert code in reply
    assert code in (await chat(f"release e#{number}"))


async def test_a_customers_name_still_means_its_renewal(chat: Chat, code: str) -> None:
    reply = await chat("claim 华为")
    assert (await chat.code("HT-1")) in reply
    assert (await expansion_of(chat, HUAWEI)).claimed_by_id is None


async def test_a_contract_numbered_like_a_code_is_asked_about(chat: Chat, code: str) -> None:
    async with chat.store.begin() as tx:
        await tx.contracts.change(
            2,
            await tx.contracts.row(2),
            {"contract_no": code},
            clock_rev=await tx.marks.next_rev(),
            schedule=chat.rules.schedule,
            today=chat.today,
        )
    reply = await chat(f"show {code}")
    assert reply.refused
    assert reply.lines == ["show C#2", f"show {code.replace('-', '#')}"]


async def test_assigning_and_releasing(chat: Chat, code: str) -> None:
    reply = await chat(f"assign {code} 韩梅梅", as_="Ada Park")
    assert not reply.refused, reply.text
    assert f"({code}) is now 韩梅梅's" in reply
    assert not (await chat(f"release {code}", as_="韩梅梅")).refused
    assert (await expansion_of(chat, HUAWEI)).claimed_by_id is None


async def test_it_goes_through_the_stages(chat: Chat, code: str) -> None:
    await chat(f"claim {code}")
    assert not (await chat(f"stage {code} proposal")).refused
    found = await expansion_of(chat, HUAWEI)
    assert found.stage is Stage.PROPOSAL
    assert (await chat.opportunity("HT-1")).stage is Stage.OPEN


async def test_it_rests_as_long_as_one_likes_and_wakes(chat: Chat, code: str) -> None:
    until = date(2027, 3, 1)  # the term ends on 2026-12-31
    await chat(f"claim {code}")
    assert not (await chat(f"snooze {code} {until} 预算要到明年")).refused
    assert (await expansion_of(chat, HUAWEI)).snoozed_until == until
    assert code not in await chat("expansion")
    assert "暂缓" in await chat("expansion mine")
    chat.later(days=(until - chat.today) / timedelta(days=1))
    async with chat.store.begin() as tx:
        await snoozes.run(tx, chat.rules, chat.now)
    assert (await expansion_of(chat, HUAWEI)).snoozed_until is None
    woke = [row for row in await chat.outbox("followup") if row.facts["what"] == "woke"]
    assert "（增购）" in await text_of(chat, woke[0])
    assert code in await chat("expansion mine")


async def test_a_win_raises_what_the_term_costs_from_today(chat: Chat, code: str) -> None:
    reply = await chat(f"won {code} 20万")
    assert not reply.refused, reply.text
    assert "扩容增购" in reply
    assert "¥1,400,000.00" in reply
    found = await expansion_of(chat, HUAWEI)
    assert (found.stage, found.amount, found.reason) == (Stage.WON, Decimal(200_000), "upsell")
    assert await arr_of(chat, "HT-1") == Decimal(1_400_000)
    assert await steps_of(chat, "HT-1") == {
        date(2026, 1, 1): Decimal(1_200_000),
        chat.today: Decimal(1_400_000),
    }
    renewal = await chat.opportunity("HT-1")
    assert (renewal.stage, renewal.amount) == (Stage.OPEN, Decimal(1_400_000))
    async with chat.store.read() as tx:
        contract = await tx.contracts.by_no("HT-1")
        outcomes = await tx.facts.existing("outcomes", [1], ["outcome"])
    assert contract is not None
    assert contract.status is ContractStatus.ACTIVE
    assert outcomes == {}


async def test_a_win_may_be_something_else_besides(chat: Chat, code: str) -> None:
    reply = await chat(f"won {code} 20万 movement=交叉销售")
    assert "交叉销售" in reply
    assert (await expansion_of(chat, HUAWEI)).reason == "cross_sell"


async def test_undo_of_a_win_brings_everything_back(chat: Chat, code: str) -> None:
    was = (await expansion_of(chat, HUAWEI), await chat.opportunity("HT-1"))
    await chat(f"won {code} 20万")
    chat.later(minutes=1)
    assert not (await chat("undo")).refused
    now = (await expansion_of(chat, HUAWEI), await chat.opportunity("HT-1"))
    for before, after in zip(was, now, strict=True):
        assert (before.stage, before.amount, before.reason, before.decided_at) == (
            after.stage,
            after.amount,
            after.reason,
            after.decided_at,
        )
    assert await arr_of(chat, "HT-1") == Decimal(1_200_000)
    assert await steps_of(chat, "HT-1") == {}


async def test_a_win_without_an_amount_asks_for_it(chat: Chat, code: str) -> None:
    reply = await chat(f"won {code}")
    assert reply.refused
    assert reply.message.form is not None
    names = [field.name for field in reply.message.form.fields]
    assert names == ["amount", "movement"]
    assert reply.message.form.fields[0].label == "每年增加的金额"
    assert reply.message.form.fields[0].initial == "228000"
    assert (await expansion_of(chat, HUAWEI)).stage is Stage.OPEN
    wecom = await chat(f"won {code}", place="wecom")
    assert "增购后每年增加多少" in wecom
    done = await chat("20万", place="wecom")
    assert not done.refused, done.text
    assert (await expansion_of(chat, HUAWEI)).amount == Decimal(200_000)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("won {code} 0", "大于 0"),
        ("won {code} -5万", "不像金额"),
        ("won {code} $5k", "CNY"),
        ("won {code} 20万 until=2027-12-31", "不改变合同期"),
        ("won {code} 20万 number=HT-9X", "不改变合同期"),
        ("won HT-1 movement=upsell", "续约"),
    ],
)
async def test_what_cannot_be_meant_is_refused(chat: Chat, code: str, line: str, says: str) -> None:
    reply = await chat(line.format(code=code))
    assert reply.refused
    assert says in reply, reply.text
    assert await arr_of(chat, "HT-1") == Decimal(1_200_000)


@pytest.mark.parametrize("place", ["dm", "wecom"])
async def test_a_question_about_a_win_asks_how_much(chat: Chat, code: str, place: str) -> None:
    reply = await chat(f"won {code} ?", place=place)
    assert "下一期合同" not in reply
    assert (await expansion_of(chat, HUAWEI)).stage is Stage.OPEN
    assert "金额" in reply
    sure = await chat(f"won {code} 20万 ?", place=place)
    assert "20万" in sure
    assert (await expansion_of(chat, HUAWEI)).stage is Stage.OPEN


async def test_a_win_where_nobody_knows_the_amount_is_kept_with_the_expansion(chat: Chat) -> None:
    await grow(chat, ACME)
    code = (await expansion_of(chat, ACME)).code
    assert not (await chat(f"won {code} 5万", as_="韩梅梅")).refused
    assert (await expansion_of(chat, ACME)).amount == Decimal(50_000)
    assert await arr_of(chat, "HT-8") is None
    assert await steps_of(chat, "HT-8") == {}


async def test_a_loss_leaves_the_contract_alone(chat: Chat, code: str) -> None:
    reply = await chat(f"lost {code} budget 明年再说")
    assert not reply.refused, reply.text
    assert "现有合同不受影响" in reply
    found = await expansion_of(chat, HUAWEI)
    assert (found.stage, found.reason) == (Stage.LOST, "budget")
    async with chat.store.read() as tx:
        contract = await tx.contracts.by_no("HT-1")
        outcomes = await tx.facts.existing("outcomes", [1], ["outcome"])
    assert contract is not None
    assert contract.status is ContractStatus.ACTIVE
    assert outcomes == {}
    again = await chat(f"claim {code}")
    assert again.refused
    assert "增购已有结果" in again


async def test_undo_of_a_loss_opens_it_again(chat: Chat, code: str) -> None:
    await chat(f"lost {code} price 太贵")
    assert not (await chat("undo")).refused
    assert (await expansion_of(chat, HUAWEI)).stage is Stage.OPEN
    assert (await chat.opportunity("HT-1")).stage is Stage.OPEN


async def test_after_a_loss_the_customer_rests(chat: Chat, code: str) -> None:
    await chat(f"lost {code} price")
    chat.later(days=chat.rules.expansion_rest_days - 1)
    async with chat.store.begin() as tx:  # the term goes on meanwhile
        await tx.contracts.change(
            1,
            await tx.contracts.row(1),
            {"ends_on": date(2028, 12, 31)},
            clock_rev=await tx.marks.next_rev(),
            schedule=chat.rules.schedule,
            today=chat.today,
        )
    assert await grow(chat, HUAWEI) == 0
    chat.later(days=2)
    assert await grow(chat, HUAWEI) == 1
    assert len(await expansions_of(chat, HUAWEI)) == 2


async def test_a_renewed_term_hands_its_expansion_on(chat: Chat, code: str) -> None:
    await chat(f"claim {code}")
    await chat("won HT-1")
    async with chat.store.read() as tx:
        successor = await tx.contracts.by_no("HT-1-R1")
    assert successor is not None
    found = await expansion_of(chat, HUAWEI)
    assert (found.contract_id, found.stage) == (successor.id, Stage.OPEN)
    assert await grow(chat, HUAWEI) == 0
    assert code in await chat("expansion mine")
    chat.later(minutes=1)
    assert not (await chat("undo")).refused
    assert (await expansion_of(chat, HUAWEI)).contract_id == 1
    async with chat.store.read() as tx:
        assert await tx.contracts.by_no("HT-1-R1") is None


async def test_a_won_expansion_of_a_term_to_come_is_part_of_its_amount(
    chat: Chat, code: str
) -> None:
    await chat("won HT-1")
    assert not (await chat(f"won {code} 10万")).refused
    assert await arr_of(chat, "HT-1-R1") == Decimal(1_300_000)
    assert await arr_of(chat, "HT-1") == Decimal(1_200_000)
    assert await steps_of(chat, "HT-1-R1") == {}


async def test_a_lost_customer_has_no_expansion_left(chat: Chat, code: str) -> None:
    await chat("lost HT-1 price")
    assert (await chat(f"claim {code}")).refused
    assert code not in await chat("expansion")
    await chat("undo")
    assert code in await chat("expansion")


async def test_a_touch_counts_where_it_belongs(chat: Chat, code: str) -> None:
    await chat(f"claim {code}")
    await chat(f"log {code} 电话聊了扩容")
    assert (await expansion_of(chat, HUAWEI)).stage is Stage.CONTACTED
    assert (await chat.opportunity("HT-1")).stage is Stage.OPEN
    await chat("undo")
    await chat("claim HT-1")
    await chat("log 华为 电话聊了续约")
    assert (await expansion_of(chat, HUAWEI)).stage is Stage.OPEN
    assert (await chat.opportunity("HT-1")).stage is Stage.CONTACTED


async def test_the_milestone_clock_does_not_touch_it(chat: Chat, code: str) -> None:
    chat.later(days=60)  # HT-1 has lapsed
    await chat.tick()
    assert (await chat.opportunity("HT-1")).stage is Stage.LAPSED
    assert (await expansion_of(chat, HUAWEI)).stage is Stage.OPEN


async def test_an_undone_claim_is_told_after_all(chat: Chat, code: str) -> None:
    row = (await chat.outbox("expansion"))[0]
    await chat(f"claim {code}")
    async with chat.store.begin() as tx:
        await tx.connection.exec_driver_sql(
            f"UPDATE deliveries SET state = 'superseded' WHERE id = {row.id}"  # noqa: S608
        )
    await chat("undo")
    row = (await chat.outbox("expansion"))[0]
    assert row.state == "waiting"
    assert await message_of(chat, row) is not None


@pytest.mark.parametrize("name", ["Vera Lind", "Finn Ora", "王北"])
async def test_who_may_not_work_on_it_does_not(chat: Chat, code: str, name: str) -> None:
    for line in ("claim {}", "won {} 5万", "lost {} price", "stage {} proposal"):
        assert (await chat(line.format(code), as_=name)).refused
    assert (await expansion_of(chat, HUAWEI)).stage is Stage.OPEN


async def test_the_card_shows_it(chat: Chat, code: str) -> None:
    reply = await chat("show 华为")
    assert f"{code} · 年费 ¥22.8万" in reply or f"{code} ·" in reply
    named = await chat(f"show {code}")
    assert "100 个席位已用 95 个" in named
    assert f"claim {code}" in named.lines
    viewer = await chat(f"show {code}", as_="Vera Lind")
    assert "228" not in viewer
    assert "22.8" not in viewer


async def test_edit_of_its_code_corrects_the_contract(chat: Chat, code: str) -> None:
    reply = await chat(f"edit {code} arr=150万 confirm=yes", as_="Ada Park")
    assert not reply.refused, reply.text
    assert await arr_of(chat, "HT-1") == Decimal(1_500_000)
    assert (await expansion_of(chat, HUAWEI)).amount == Decimal(228_000)
