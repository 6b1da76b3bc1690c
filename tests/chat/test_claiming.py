"""Claim, release, assign: one person works on a renewal, and everybody knows who."""

from __future__ import annotations

import asyncio

import pytest

from handlers.announcing import compose
from scoring.model import Locale, Role
from tests.chatting import Chat
from tests.sample_book import EAST


@pytest.mark.parametrize("line", ["claim HT-1", "认领 HT-1", "认领HT-1", "/renewals claim ht-1"])
async def test_a_claim_says_whose_it_is_and_what_comes_next(chat: Chat, line: str) -> None:
    await chat.tick()
    reply = await chat(line)
    assert not reply.refused
    assert "华为技术有限公司" in reply
    assert "2026年12月31日" in reply
    code = await chat.code("HT-1")
    assert reply.lines[:2] == [f"log {code}", f"show {code}"]
    assert (await chat.opportunity("HT-1")).claimed_by_id == chat.book.people["李雷"]


async def test_a_claim_opens_the_renewal_where_the_clock_has_not_yet(chat: Chat) -> None:
    reply = await chat("claim HT-2", locale=Locale.EN)
    assert "星河科技有限公司 (R-1) is yours" in reply


async def test_the_second_to_claim_is_told_who_has_it_and_since_when(chat: Chat) -> None:
    await chat("claim HT-1", as_="韩梅梅")
    reply = await chat("claim HT-1", as_="李雷")
    assert reply.refused
    assert "韩梅梅" in reply
    assert "2026年11月23日 09:07" in reply


async def test_a_double_click_gets_the_same_reply_and_acts_once(chat: Chat) -> None:
    first = await chat("claim HT-1", event="click-1")
    second = await chat("claim HT-1", event="click-1")
    assert second.text == first.text
    again = await chat("claim HT-1", event="click-2")
    assert again.refused
    assert "已经由您认领" in again or "您" in again


async def test_fifty_at_once_and_exactly_one_has_it(chat: Chat) -> None:
    await chat.tick()
    names = [f"竞争者{number}" for number in range(50)]
    async with chat.store.begin() as tx:
        for name in names:
            await tx.people.add(
                {"name": name, "role": Role.REP, "team": EAST, "slack_id": f"stranger-{name}"},
                now=chat.now,
            )
    replies = await asyncio.gather(*(chat("claim HT-1", as_=name) for name in names))
    winners = [name for name, reply in zip(names, replies, strict=True) if not reply.refused]
    assert len(winners) == 1
    losers = [reply for reply in replies if reply.refused]
    assert all(winners[0] in reply for reply in losers)
    opportunity = await chat.opportunity("HT-1")
    assert opportunity.claimed_by_id == (await chat.person(winners[0])).id
    assert opportunity.version == 1


async def test_fifty_at_once_open_one_renewal(chat: Chat) -> None:
    replies = await asyncio.gather(
        *(chat("claim HT-2", as_="李雷" if turn % 2 else "韩梅梅") for turn in range(50))
    )
    assert sum(not reply.refused for reply in replies) == 1
    async with chat.store.read() as tx:
        assert await tx.opportunities.count() == 1


async def test_the_owner_hears_that_somebody_else_claimed(chat: Chat) -> None:
    await chat.tick()
    await chat("claim HT-1", as_="韩梅梅")
    told = [row for row in await chat.outbox("followup") if row.facts["what"] == "claimed"]
    assert [(row.place, row.facts["who"]) for row in told] == [("user:lilei", "韩梅梅")]


async def test_only_who_has_it_gives_it_back(chat: Chat) -> None:
    await chat("claim HT-1", as_="李雷")
    refused = await chat("release HT-1", as_="韩梅梅")
    assert refused.refused
    reply = await chat("释放 HT-1", as_="李雷")
    assert not reply.refused
    code = await chat.code("HT-1")
    assert f"claim {code}" in reply.lines
    assert (await chat.opportunity("HT-1")).claimed_by_id is None


@pytest.mark.parametrize(
    "line",
    [
        "assign HT-1 韩梅梅",
        "指派 HT-1 韩梅梅",
        "assign HT-1 hanmeimei",
        "assign HT-1 person=韩梅梅",
    ],
)
async def test_a_lead_says_who_works_on_it(chat: Chat, line: str) -> None:
    await chat("claim HT-1", as_="李雷")
    reply = await chat(line, as_="Ada Park")
    assert not reply.refused, reply.text
    assert "韩梅梅" in reply
    assert (await chat.opportunity("HT-1")).claimed_by_id == chat.book.people["韩梅梅"]
    told = {row.place for row in await chat.outbox("followup") if row.facts["what"] == "assigned"}
    assert told == {"user:lilei", "user:hanmeimei"}


async def test_who_is_told_of_an_assignment_hears_who_has_it_now(chat: Chat) -> None:
    await chat("assign HT-1 韩梅梅", as_="Ada Park")
    rows = await chat.outbox("followup")
    row = next(row for row in rows if row.facts["what"] == "assigned")
    async with chat.store.read() as tx:
        composed = await compose(tx, [row], chat.now, chat.rules)
    assert composed.message is not None
    assert composed.message.summary.startswith("Ada Park 已将 华为技术有限公司")
    assert composed.message.summary.endswith("指派给韩梅梅。")


async def test_assigning_asks_for_what_is_missing_with_a_form(chat: Chat) -> None:
    reply = await chat("assign HT-1", as_="Ada Park")
    assert reply.message.form is not None
    assert [field.name for field in reply.message.form.fields] == ["person"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("assign HT-1 王北", "may not work on"),
        ("assign HT-1 Vera", "may not work on"),
        ("assign HT-1 nobody", "nobody called"),
        ("assign HT-7 李雷", "another team"),
    ],
)
async def test_nobody_is_assigned_who_could_not_work_on_it(
    chat: Chat, line: str, says: str
) -> None:
    reply = await chat(line, as_="Ada Park")
    assert reply.refused
    assert says in reply


async def test_assigning_twice_changes_nothing(chat: Chat) -> None:
    await chat("assign HT-1 李雷", as_="Ada Park")
    reply = await chat("assign HT-1 李雷", as_="Ada Park")
    assert reply.refused
    assert "already" in reply


async def test_every_change_leaves_its_author_before_and_after(chat: Chat) -> None:
    await chat("claim HT-1", as_="李雷")
    await chat("assign HT-1 韩梅梅", as_="Ada Park")
    opportunity = await chat.opportunity("HT-1")
    async with chat.store.read() as tx:
        entries = await tx.audit.of_subject("opportunity", opportunity.id)
    people = chat.book.people
    assert [(e.actor, e.change.action, e.via) for e in entries] == [
        ("Ada Park", "assign", "slack"),
        ("李雷", "claim", "slack"),
    ]
    assert entries[0].change.before is not None
    assert entries[0].change.before["claimed_by_id"] == people["李雷"]
    assert entries[0].change.after is not None
    assert entries[0].change.after["claimed_by_id"] == people["韩梅梅"]


async def test_the_command_line_claims_for_nobody(chat: Chat) -> None:
    reply = await chat("claim HT-1", as_="operator", place="terminal", operator=True)
    assert reply.refused
    assert "--as" in reply
