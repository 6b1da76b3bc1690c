"""Edit and add: the book is corrected by hand, after a look."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from scoring.model import Locale
from tests.chatting import Chat


async def test_an_edit_shows_before_and_after_and_waits_for_a_yes(chat: Chat) -> None:
    reply = await chat("edit HT-1 ends_on=2027-01-10 arr=150万 auto_renew=yes", as_="Ada Park")
    for part in ("Dec 31, 2026", "Jan 10, 2027", "CN¥1,200,000.00", "CN¥1,500,000.00", "yes"):
        assert part in reply
    async with chat.store.read() as tx:
        contract = await tx.contracts.get(1)
    assert contract is not None
    assert contract.ends_on == date(2026, 12, 31)
    done = await chat(reply.lines[0], as_="Ada Park")
    assert not done.refused, done.text
    async with chat.store.read() as tx:
        contract = await tx.contracts.get(1)
    assert contract is not None
    assert (contract.ends_on, contract.arr, contract.auto_renew) == (
        date(2027, 1, 10),
        Decimal(1_500_000),
        True,
    )


async def test_the_confirming_button_carries_no_customer_text(chat: Chat) -> None:
    reply = await chat("修改 华为 owner=韩梅梅", as_="Ada Park")
    assert reply.lines == ["edit C#1 owner=P-2 revision=0 confirm=yes"]


async def test_a_yes_to_an_old_preview_changes_nothing(chat: Chat) -> None:
    preview = await chat("edit HT-1 notice_days=30", as_="Ada Park")
    await chat("edit HT-1 notice_days=60 confirm=yes", as_="Ada Park")
    reply = await chat(preview.lines[0], as_="Ada Park")
    assert reply.refused
    async with chat.store.read() as tx:
        contract = await tx.contracts.get(1)
    assert contract is not None
    assert contract.notice_days == 60
    assert contract.cancel_by_on == date(2026, 11, 1)


async def test_of_many_confirmations_at_once_one_counts(chat: Chat) -> None:
    preview = await chat("edit HT-1 seats=12500", as_="Ada Park")
    replies = await asyncio.gather(*(chat(preview.lines[0], as_="Ada Park") for _ in range(10)))
    assert sum(not reply.refused for reply in replies) == 1


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("edit HT-1 starts_on=2027-02-01 confirm=yes", "cannot end"),
        ("edit HT-1 notice_days=999 confirm=yes", "730"),
        ("edit HT-1 arr=abc confirm=yes", "abc"),
        ("edit HT-1 arr=USD12k confirm=yes", "CNY"),
        ("edit HT-1 product=平台版 confirm=yes", "Nothing to change"),
        ("edit HT-7 seats=3 confirm=yes", "another team"),
        ("edit HT-99 seats=3 confirm=yes", "HT-99"),
    ],
)
async def test_an_edit_that_cannot_be_is_refused(chat: Chat, line: str, says: str) -> None:
    reply = await chat(line, as_="Ada Park")
    assert reply.refused
    assert says in reply


async def test_an_edit_of_nothing_asks_with_a_form(chat: Chat) -> None:
    reply = await chat("edit HT-1", as_="Ada Park")
    form = reply.message.form
    assert form is not None
    names = [field.name for field in form.fields]
    assert {"ends_on", "arr", "owner", "notice_days", "auto_renew"} <= set(names)
    assert "revision" not in names


async def test_a_new_owner_is_told_and_the_renewal_follows(chat: Chat) -> None:
    await chat.tick()
    await chat("edit HT-1 owner=韩梅梅 confirm=yes", as_="Ada Park")
    assert (await chat.opportunity("HT-1")).owner_id == chat.book.people["韩梅梅"]
    told = {row.place for row in await chat.outbox("followup") if row.facts["what"] == "edited"}
    assert told == {"user:lilei", "user:hanmeimei"}


async def test_an_amount_is_not_shown_in_a_channel(chat: Chat) -> None:
    reply = await chat("edit HT-1 arr=150万", as_="Ada Park", place="channel")
    assert "1,200,000" not in reply
    assert "1,500,000" not in reply


@pytest.mark.parametrize(
    ("line", "locale"),
    [
        ("新增 星河科技有限公司 ends_on=2027-03-31 arr=12万 product=数据版", Locale.ZH),
        ("add 星河科技有限公司 ends_on=2027-03-31 arr=120000 product=数据版", Locale.EN),
        ("add A-2 ends_on=2027-03-31 arr=120000 product=数据版", Locale.EN),
    ],
)
async def test_a_contract_of_a_known_customer_is_written_at_once(
    chat: Chat, line: str, locale: Locale
) -> None:
    reply = await chat(line, as_="Ada Park", locale=locale)
    assert not reply.refused, reply.text
    async with chat.store.read() as tx:
        contract = (await tx.contracts.of_account(2))[0]
    assert (contract.ends_on, contract.arr, contract.product) == (
        date(2027, 3, 31),
        Decimal(120_000),
        "数据版",
    )
    assert contract.contract_no.startswith("AUTO-")
    assert contract.team == "华东"


async def test_a_new_customer_is_asked_about_first(chat: Chat) -> None:
    asked = await chat("add 新星科技 ends_on=2027-03-31 arr=USD12k", as_="Ada Park")
    async with chat.store.read() as tx:
        assert await tx.accounts.count() == 9
    assert all("新星" not in line for line in asked.lines)
    done = await chat(asked.lines[0], as_="Ada Park")
    assert not done.refused, done.text
    async with chat.store.read() as tx:
        account = (await tx.accounts.by_names(["新星科技"]))["新星科技"]
        contract = (await tx.contracts.of_account(account.id))[0]
    assert account.team == "华东"
    assert (contract.ends_on, contract.arr, contract.currency) == (
        date(2027, 3, 31),
        Decimal(12_000),
        "USD",
    )
    again = await chat(asked.lines[0], as_="Ada Park")
    assert again.refused


async def test_the_customer_that_was_meant_is_offered(chat: Chat) -> None:
    asked = await chat("add 星河科技 ends_on=2027-03-31", as_="Ada Park")
    done = await chat(asked.lines[1], as_="Ada Park")
    assert "星河科技有限公司" in done
    async with chat.store.read() as tx:
        assert await tx.accounts.count() == 9
        assert len(await tx.contracts.of_account(2)) == 2


async def test_a_draft_is_its_authors_and_ends_after_an_hour(chat: Chat) -> None:
    asked = await chat("add 新星科技 ends_on=2027-03-31", as_="Ada Park")
    assert (await chat(asked.lines[0], as_="Root Chen")).refused
    chat.later(hours=2)
    assert (await chat(asked.lines[0], as_="Ada Park")).refused


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("add 星河科技有限公司 number=HT-1 ends_on=2027-03-31", "HT-1"),
        ("add 星河科技有限公司 starts_on=2027-04-01 ends_on=2027-03-31", "cannot end"),
        ("add 燕山石化有限公司 ends_on=2027-03-31", "another team"),
    ],
)
async def test_a_contract_that_cannot_be_is_refused(chat: Chat, line: str, says: str) -> None:
    reply = await chat(line, as_="Ada Park")
    assert reply.refused
    assert says in reply


async def test_a_contract_added_by_hand_is_announced_by_the_next_tick(chat: Chat) -> None:
    await chat.tick()
    ends_on = (chat.today + timedelta(days=25)).isoformat()
    await chat(f"add 星河科技有限公司 ends_on={ends_on} product=数据版", as_="Ada Park")
    assert (await chat.tick()).due == 1


@pytest.mark.parametrize("owner", ["王北", "Finn Ora", "Vera Lind"])
@pytest.mark.parametrize(
    "line",
    [
        "edit HT-1 owner={}",
        "edit HT-1 owner={} confirm=yes",
        "add A-1 owner={}",
        "add 新客户 owner={}",
    ],
)
async def test_nobody_owns_what_they_may_not_work_on(chat: Chat, owner: str, line: str) -> None:
    reply = await chat(line.format(f'"{owner}"'), as_="Ada Park")
    assert reply.refused
    assert owner in reply.text


async def test_a_segment_for_a_known_customer_is_said_to_stay(chat: Chat) -> None:
    kept = await chat("add A-1 ends_on=2027-03-31 segment=strategic product=新", as_="Ada Park")
    assert "华为技术有限公司 is in the book as" in kept
    same = await chat("add A-6 ends_on=2027-03-31 segment=strategic product=新", as_="Ada Park")
    assert not same.refused
    assert "is in the book as" not in same
