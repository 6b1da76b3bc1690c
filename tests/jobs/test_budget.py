"""A person's day: so many messages with alerts, what cannot wait, and the digest of the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from handlers.budget import day_of, next_digest
from handlers.rules import AlertRules
from scoring.model import DeliveryState, Person, Platform, Role
from scoring.workdays import QuietHours
from storage.outbox import Delivery
from tests.chatting import Chat
from tests.jobs.alerting import EAST, HMM, LILEI, Post, alert, worry
from tests.sample_book import MONDAY, RULES, ZONE

CONTRACTS = (1, 2, 3, 4, 6, 7, 9)
"""Those of the sample whose alerts can wait for days."""


async def one_by_one(
    chat: Chat, post: Post, contracts: tuple[int, ...], name: str = "李雷"
) -> None:
    """An alert every few minutes, each sent before the next one comes."""
    for contract in contracts:
        await alert(chat, name, contract, f"k{chat.now:%d%H%M}")
        await post.deliver()
        chat.later(minutes=5)


async def states(chat: Chat) -> dict[DeliveryState, int]:
    rows = await chat.outbox()
    return {state: sum(row.state is state for row in rows) for state in {r.state for r in rows}}


async def test_the_sixth_message_of_a_day_waits_for_the_morning(chat: Chat) -> None:
    post = Post(chat)
    await one_by_one(chat, post, CONTRACTS, "Ada Park")
    assert len(post.at("U3ADA")) == 5
    held = [row for row in await chat.outbox() if row.state is DeliveryState.WAITING]
    assert [row.contract_id for row in held] == [7, 9]
    assert {row.due_at for row in held} == {datetime(2026, 11, 24, 9, 30, tzinfo=ZONE)}


async def test_the_digest_tells_them_together_the_next_morning_and_once(chat: Chat) -> None:
    post = Post(chat)
    await one_by_one(chat, post, CONTRACTS, "Ada Park")
    chat.at(datetime(2026, 11, 24, 9, 29, tzinfo=ZONE))
    await post.deliver()
    assert len(post.at("U3ADA")) == 5
    for minute in (30, 31, 45):
        chat.at(datetime(2026, 11, 24, 9, minute, tzinfo=ZONE))
        await post.deliver()
    digest = post.at("U3ADA")[5:]
    assert len(digest) == 1
    assert "以下 2 条提醒未即时打扰您" in digest[0]
    assert "燕山石化" in digest[0]
    assert "清泉水务" in digest[0]
    assert await states(chat) == {DeliveryState.SENT: 7}


async def test_the_digest_does_not_count_against_the_new_day(chat: Chat) -> None:
    post = Post(chat)
    await one_by_one(chat, post, CONTRACTS[:6], "Ada Park")
    chat.at(datetime(2026, 11, 24, 9, 35, tzinfo=ZONE))
    await post.deliver()
    await one_by_one(chat, post, CONTRACTS[:6], "Ada Park")
    assert len(post.at("U3ADA")) == 5 + 1 + 5


async def test_alerts_that_come_together_are_one_interruption(chat: Chat) -> None:
    post = Post(chat)
    for contract in CONTRACTS:
        await alert(chat, "Ada Park", contract, "k")
    await post.deliver()
    await one_by_one(chat, post, (1, 2, 3, 4), "Ada Park")
    assert len(post.at("U3ADA")) == 5
    assert await states(chat) == {DeliveryState.SENT: 11}


async def test_what_may_not_wait_comes_at_once_and_takes_the_others_along(chat: Chat) -> None:
    post = Post(chat)
    await one_by_one(chat, post, CONTRACTS[:6], "Ada Park")
    await alert(chat, "Ada Park", 9, "calm", limit_on=date(2026, 11, 25))
    await post.deliver()
    assert len(post.at("U3ADA")) == 5
    # Its last day is the day of the digest: it would be told then for the first time.
    await alert(chat, "Ada Park", 1, "last", limit_on=date(2026, 11, 24))
    await alert(chat, "Ada Park", 2, "with")
    await post.deliver()
    assert len(post.at("U3ADA")) == 6
    sent = [row.key for row in await chat.outbox() if row.state is DeliveryState.SENT]
    assert sent[-2:] == ["milestone:1:1:end:last", "milestone:2:1:end:with"]


async def test_all_kinds_share_the_budget(chat: Chat) -> None:
    post = Post(chat)
    await one_by_one(chat, post, (1, 2), "Ada Park")
    for contract in (3, 4):
        await alert(chat, "Ada Park", contract, "e", kind="escalation")
        await post.deliver()
        chat.later(minutes=5)
    await worry(chat, 9)
    await post.deliver()
    assert len(post.at("U3ADA")) == 5
    await alert(chat, "Ada Park", 6, "one too many")
    await post.deliver()
    assert len(post.at("U3ADA")) == 5


async def test_what_people_do_is_told_whatever_the_day_was_like(chat: Chat) -> None:
    await chat.tick()
    post = Post(chat)
    await post.deliver()
    await one_by_one(chat, post, (1, 4, 5, 1, 4, 5))
    before = len(post.at(LILEI))
    await chat("claim HT-1", as_="韩梅梅")
    await post.deliver()
    assert len(post.at(LILEI)) == before + 1


async def test_others_and_channels_have_their_own_day(chat: Chat) -> None:
    post = Post(chat)
    await one_by_one(chat, post, CONTRACTS[:6], "Ada Park")
    await worry(chat, 3)
    await post.deliver()
    assert len(post.at(HMM)) == len(post.at(EAST)) == 1


async def test_what_was_settled_over_night_is_not_in_the_digest(chat: Chat) -> None:
    await chat.tick()
    post = Post(chat)
    chat.rules = replace(RULES, alerts=AlertRules(per_day=0))
    await post.deliver()
    assert post.at(HMM) == []
    await chat("lost HT-3 price", as_="韩梅梅")
    chat.at(datetime(2026, 11, 24, 9, 45, tzinfo=ZONE))
    await post.deliver()
    (digest,) = [said for said in post.at(HMM) if "摘要" in said]
    assert "云帆网络" not in digest
    assert "长江电力" in digest


async def test_no_digest_comes_when_nothing_is_left_to_tell(chat: Chat) -> None:
    post = Post(chat)
    chat.rules = replace(RULES, alerts=AlertRules(per_day=0))
    await chat.tick()
    await alert(chat, "韩梅梅", 3, "held")
    chat.later(minutes=1)
    await worry(chat, 3)
    await post.deliver()
    for contract_no in ("HT-3", "HT-6"):
        assert not (await chat(f"lost {contract_no} price", as_="韩梅梅")).refused
    chat.at(datetime(2026, 11, 24, 9, 45, tzinfo=ZONE))
    await post.deliver()
    assert [said for said in post.at(HMM) if "摘要" in said] == []


async def test_a_digest_has_ten_lines_at_most_and_counts_the_rest(chat: Chat) -> None:
    post = Post(chat)
    chat.rules = replace(RULES, alerts=AlertRules(per_day=0))
    for kind in ("milestone", "escalation"):
        for contract in (1, 2, 3, 4, 5, 6, 9):
            await alert(chat, "Ada Park", contract, f"{kind}", kind=kind)
    await post.deliver()
    assert post.at("U3ADA") == []
    chat.later(hours=1)
    await post.deliver()
    (digest,) = post.at("U3ADA")
    assert "以下 14 条提醒" in digest
    assert "另有 4 条" in digest
    assert sum(line.lstrip().startswith(("•", "-", "·")) for line in digest.splitlines()) == 10


async def test_a_person_has_one_digest_a_day_however_much_waits(chat: Chat) -> None:
    post = Post(chat)
    chat.rules = replace(RULES, alerts=AlertRules(per_day=0))
    await alert(chat, "Ada Park", 1, "first", alone=True)
    await alert(chat, "Ada Park", 2, "second", alone=True)
    await post.deliver()
    chat.later(hours=1)
    await post.deliver()
    assert len(post.at("U3ADA")) == 1
    chat.later(days=1)
    await post.deliver()
    assert len(post.at("U3ADA")) == 2
    assert await states(chat) == {DeliveryState.SENT: 2}


async def test_the_day_and_the_morning_are_those_of_the_reader(chat: Chat) -> None:
    async with chat.store.begin() as tx:
        await tx.connection.execute(
            text("UPDATE people SET time_zone = 'America/New_York' WHERE name = 'Ada Park'")
        )
    post = Post(chat)
    chat.at(datetime(2026, 11, 24, 4, 0, tzinfo=ZONE))  # 15:00 of the 23rd in New York
    await one_by_one(chat, post, CONTRACTS[:6], "Ada Park")
    (held,) = [row for row in await chat.outbox() if row.state is DeliveryState.WAITING]
    assert held.due_at.isoformat() == "2026-11-24T14:30:00+00:00"


ZONES = ("Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca")


def row_of(person: Person) -> Delivery:
    at = datetime(2026, 1, 1, tzinfo=ZONE)
    return Delivery(
        1, "k", "milestone", Platform.WECOM, "user:x", person.id, 1, None, {},
        DeliveryState.LEASED, at, None, 0, None, None, None, None, None, None, at,
    )  # fmt: skip


@given(
    after=st.timedeltas(timedelta(days=-300), timedelta(days=300)),
    zone=st.sampled_from(ZONES),
    hour=st.integers(0, 23),
)
def test_the_next_digest_is_ahead_in_the_readers_hours_and_within_days(
    after: timedelta, zone: str, hour: int
) -> None:
    at = MONDAY + after
    person = Person(1, "x", Role.REP, time_zone=zone)
    rules = replace(RULES, alerts=AlertRules(digest_at=time(hour, 30)))
    found = next_digest(row_of(person), person, rules, at)
    local = found.astimezone(rules.zone_of(person))
    assert at < found < at + timedelta(days=5)
    assert QuietHours().allow(local)
    assert RULES.calendar.is_working_day(local.date())
    start, end = day_of(person, rules, at)
    assert start <= at < end


@pytest.mark.parametrize("per_day", [0, 1, 3])
async def test_the_budget_is_a_matter_of_configuration(chat: Chat, per_day: int) -> None:
    post = Post(chat)
    chat.rules = replace(RULES, alerts=AlertRules(per_day=per_day, digest_at=RULES.hours.start))
    await one_by_one(chat, post, CONTRACTS[:5], "Ada Park")
    assert len(post.at("U3ADA")) == per_day
