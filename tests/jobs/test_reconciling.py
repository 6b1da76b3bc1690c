"""Reconcile lists what is missing or contradictory."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from handlers.reconcile import Finding, reconcile
from scoring.model import Role
from tests.chatting import Chat


async def found(chat: Chat, problem: str) -> list[Finding]:
    async with chat.store.read() as tx:
        findings = await reconcile(tx, chat.rules, chat.now)
    return [finding for finding in findings if finding.problem == problem]


async def change(chat: Chat, statement: str) -> None:
    async with chat.store.begin() as tx:
        await tx.connection.execute(text(statement))


async def test_contracts_without_owner_or_end_date(chat: Chat) -> None:
    assert [f.contract_no for f in await found(chat, "no_owner")] == ["HT-2", "HT-9"]
    assert [(f.account, f.contract_no) for f in await found(chat, "no_end_date")] == [
        ("Acme Robotics", "HT-8")
    ]


async def test_owners_that_were_only_read_in_a_file(chat: Chat) -> None:
    async with chat.store.begin() as tx:
        stranger = await tx.people.add(
            {"name": "离职同事", "role": Role.REP, "linked": False}, now=chat.now
        )
    await change(chat, f"UPDATE contracts SET owner_id = {stranger} WHERE id = 2")  # noqa: S608
    assert [(f.contract_no, f.detail) for f in await found(chat, "unlinked_owner")] == [
        ("HT-2", "离职同事")
    ]


async def test_customers_without_a_contact_or_a_signal(chat: Chat) -> None:
    assert "华为技术有限公司" not in {f.account for f in await found(chat, "no_contact")}
    assert len(await found(chat, "no_contact")) == 8
    assert len(await found(chat, "no_signal")) == 9
    async with chat.store.begin() as tx:
        await tx.facts.add(
            "signals",
            [
                {
                    "account_id": account_id,
                    "signal": "logins",
                    "observed_on": on,
                    "value": 5.0,
                    "source": None,
                    "note": None,
                }
                for account_id, on in ((1, date(2026, 11, 1)), (2, date(2026, 10, 1)))
            ],
        )
    silent = {f.account: f.detail for f in await found(chat, "no_signal")}
    assert "华为技术有限公司" not in silent
    assert silent["星河科技有限公司"] == "2026-10-01"


async def test_terms_of_one_product_at_once(chat: Chat) -> None:
    assert await found(chat, "overlap") == []
    await chat(
        "add 华为技术有限公司 product=平台版 number=HT-20 starts_on=2026-12-01 ends_on=2027-11-30",
        as_="Ada Park",
    )
    await chat(
        "add 华为技术有限公司 product=数据版 number=HT-21 starts_on=2026-12-01 ends_on=2027-11-30",
        as_="Ada Park",
    )
    assert [(f.contract_no, f.detail) for f in await found(chat, "overlap")] == [("HT-1", "HT-20")]


async def test_terms_that_ended_long_ago_undecided(chat: Chat) -> None:
    assert await found(chat, "history") == []
    chat.later(days=30)
    assert [f.contract_no for f in await found(chat, "history")] == ["HT-5"]
    await chat("lost HT-5 closed")
    assert await found(chat, "history") == []


async def test_each_kind_is_cut_at_the_limit(chat: Chat) -> None:
    async with chat.store.read() as tx:
        findings = await reconcile(tx, chat.rules, chat.now, limit=1)
    counts = [finding.problem for finding in findings]
    assert len(counts) == len(set(counts))
