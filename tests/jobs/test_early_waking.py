"""A snoozed renewal wakes before its day when the customer gets worse, and who works on it hears why."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert

from handlers.jobs import snoozes
from handlers.models.in_force import model_in_force
from scoring.health.worry import Concern
from scoring.model import DeliveryState
from storage.tables import health_history
from tests.chatting import Chat
from tests.jobs.alerting import ADA, EAST, HMM, LILEI, Post, alert, worry, worst

UNTIL = "2026-12-10"


@pytest.fixture
def post(chat: Chat) -> Post:
    """Both platforms."""
    return Post(chat)


@pytest.fixture
async def resting(chat: Chat, post: Post) -> Chat:
    """HT-1 was announced and rests; its customer was scored before."""
    await chat.tick()
    await post.deliver()
    await scored_before(chat)
    chat.later(minutes=1)
    assert not (await chat(f"snooze HT-1 {UNTIL} 等预算")).refused
    chat.later(minutes=1)
    return chat


async def scored_before(chat: Chat, ago: int = 3) -> None:
    on = chat.today - timedelta(days=ago)
    async with chat.store.begin() as tx:
        model_id, _ = await model_in_force(tx, chat.now)
        await tx.connection.execute(
            insert(health_history).values(
                account_id=1, on=on, model_id=model_id, score=60, coverage=1, parts=b""
            )
        )


async def woke(chat: Chat) -> list[tuple[str, object]]:
    return [
        (row.place, row.facts["until"])
        for row in await chat.outbox("followup")
        if row.facts["what"] == "woke_early"
    ]


async def test_its_owner_is_told_why_in_their_language(resting: Chat, post: Post) -> None:
    assert await worry(resting, 1, reasons=worst(Concern.BAND, Concern.OVERDUE)) == 1
    assert (await resting.opportunity("HT-1")).snoozed_until is None
    assert await woke(resting) == [(LILEI, UNTIL)]
    await post.deliver()
    (said,) = [one for one in post.at(LILEI) if "暂缓" in one]
    assert (
        "华为技术有限公司 · 平台版：客户状况变差，暂缓（原定至2026年12月10日）已提前结束，请尽快跟进。"
        "原因：健康分层由“稳定”降为“风险”；有账单已逾期 41 天。"
    ) in said


async def test_who_claimed_it_is_told_in_place_of_the_owner(resting: Chat, post: Post) -> None:
    await resting("language en", as_="Ada Park")
    await resting("claim HT-1", as_="Ada Park")
    await worry(resting, 1, reasons=worst(Concern.HIGH_RISK))
    assert await woke(resting) == [(ADA, UNTIL)]
    await post.deliver()
    (said,) = [one for one in post.at(ADA) if "snooze" in one and "ends early" in one]
    assert (
        "华为技术有限公司 · 平台版: the snooze until Dec 10, 2026 ends early, the customer got worse: high "
        "risk of churn: 38 days to the end, usage down by 40%, 3 tickets unresolved."
    ) in said


async def test_it_wakes_once_and_not_again_on_its_day(resting: Chat) -> None:
    await worry(resting, 1)
    await worry(resting, 1)
    resting.later(days=30)
    async with resting.store.begin() as tx:
        assert await snoozes.run(tx, resting.rules, resting.now) == 0
    assert len(await woke(resting)) == 1


async def test_what_was_told_before_wakes_it_all_the_same(chat: Chat) -> None:
    await chat.tick()
    await worry(chat, 1)
    await scored_before(chat)
    chat.later(minutes=1)
    await chat(f"snooze HT-1 {UNTIL} 等预算")
    assert await worry(chat, 1) == 0
    assert await woke(chat) == [(LILEI, UNTIL)]


@pytest.mark.parametrize("reason", [Concern.SILENCE])
async def test_silence_is_what_a_rest_is_for(resting: Chat, reason: Concern) -> None:
    await worry(resting, 1, reasons=worst(reason))
    assert (await resting.opportunity("HT-1")).snoozed_until is not None
    assert await woke(resting) == []


async def test_who_is_seen_for_the_first_time_became_no_worse(chat: Chat) -> None:
    await chat.tick()
    await chat(f"snooze HT-1 {UNTIL} 等预算")
    await worry(chat, 1)
    assert await woke(chat) == []


async def test_other_customers_and_expansions_sleep_on(resting: Chat) -> None:
    await resting(f"snooze HT-3 {UNTIL} 等预算", as_="韩梅梅")
    await worry(resting, 1)
    assert (await resting.opportunity("HT-3")).snoozed_until is not None
    assert HMM not in {place for place, _ in await woke(resting)}


async def test_an_alert_that_waited_for_the_day_goes_out(resting: Chat, post: Post) -> None:
    opportunity = await resting.opportunity("HT-1")
    await alert(resting, "李雷", 1, "late", opportunity_id=opportunity.id)
    await post.deliver()
    (row,) = [one for one in await resting.outbox() if one.key.endswith(":late")]
    assert row.state is DeliveryState.WAITING
    assert row.due_at > resting.now + timedelta(days=14)
    await worry(resting, 1)
    resting.later(minutes=2)
    await post.deliver()
    (row,) = [one for one in await resting.outbox() if one.key.endswith(":late")]
    assert row.state is DeliveryState.SENT


async def test_cards_show_that_it_is_awake(resting: Chat, post: Post) -> None:
    await post.deliver()
    before = len(await resting.outbox("repaint"))
    await worry(resting, 1)
    repaints = (await resting.outbox("repaint"))[before:]
    assert EAST in {row.place for row in repaints}
    await post.deliver()
    told = [row.facts["what"] for row in await resting.outbox("history")]
    assert told[-1] == "woke_early"
