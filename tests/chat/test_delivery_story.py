"""`delivery D-12` tells what became of one delivery, why it waits, and what put it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, text, update

from bot.origins import Begun, beginning
from scoring.model import Locale
from storage.posts import NewPost
from storage.steady import steady_time
from storage.tables import deliveries, pauses
from tests.chatting import Chat

EN = Locale.EN


async def put(chat: Chat, **values: object) -> str:
    """The code of a milestone's delivery, changed by hand; the origin is that of the tick."""
    with beginning(Begun.TICK):
        await chat.tick()
    async with chat.store.begin() as tx:
        found = await tx.connection.scalar(
            text("SELECT min(id) FROM deliveries WHERE contract_id = 1 AND kind = 'milestone'")
        )
        if values:
            await tx.connection.execute(
                update(deliveries).where(deliveries.c.id == found).values(**values)
            )
    return f"D-{found}"


async def row_of(chat: Chat, code: str) -> tuple[str, str, str]:
    (row,) = [row for row in await chat.outbox() if f"D-{row.id}" == code]
    assert row.origin is not None
    return row.platform, row.place, row.origin


@pytest.mark.parametrize(
    ("values", "en", "zh"),
    [
        ({}, "next round", "下一轮"),
        ({"state": "leased"}, "right now", "正在发送"),
        ({"state": "ambiguous", "error": "OutcomeUnknown 502"}, "No clear answer", "未明确答复"),
        ({"state": "failed", "error": "RecipientGone 93000"}, "cannot be reached", "无法送达"),
        (
            {"state": "waiting", "attempts": 3, "error": "delivery.error.no_adapter"},
            "3",
            "尚未配置",
        ),
    ],
)
async def test_it_says_where_a_delivery_stands_and_why(
    chat: Chat, values: dict[str, object], en: str, zh: str
) -> None:
    code = await put(chat, due_at=chat.now, **values)
    story = await chat(f"delivery {code}", as_="Ada Park", locale=EN)
    assert not story.refused
    assert en in story
    assert "华为技术有限公司" in story
    assert (await row_of(chat, code))[2] in story
    assert zh in await chat(f"送达 {code}", as_="Ada Park", locale=Locale.ZH)


async def test_what_has_nowhere_to_go_is_not_said_to_go_out(chat: Chat) -> None:
    code = await put(chat, due_at=chat.now, error="delivery.error.no_adapter")
    story = await chat(f"delivery {code}", as_="Ada Park", locale=EN)
    assert "not configured" in story
    assert "next round" not in story


async def test_what_is_not_due_says_when_it_goes_out(chat: Chat) -> None:
    code = await put(chat, due_at=chat.now + timedelta(hours=2))
    assert "Its time comes at" in await chat(f"delivery {code}", as_="Ada Park", locale=EN)


@pytest.mark.parametrize(
    ("left_s", "said"),
    [(60, ("rests", "The platform asked for a pause")), (-1, ("next round",))],
)
async def test_what_waits_for_a_place_that_rests_says_why_until_it_is_over(
    chat: Chat, left_s: int, said: tuple[str, ...]
) -> None:
    code = await put(chat, due_at=chat.now)
    platform, place, _ = await row_of(chat, code)
    async with chat.store.begin() as tx:
        until = await steady_time(tx) + timedelta(seconds=left_s)
        pause = {"until": until, "strikes": 2, "reason": "RateLimited 45009"}
        await tx.connection.execute(insert(pauses).values(platform=platform, place=place, **pause))
    story = await chat(f"delivery {code}", as_="Ada Park", locale=EN)
    assert [words for words in said if words not in story] == []
    assert ("rests" in story) is (left_s > 0)


async def test_what_was_sent_names_its_posts_and_who_decided(chat: Chat) -> None:
    code = await put(chat, state="review", batch="b-1")
    platform, place, _ = await row_of(chat, code)
    async with chat.store.begin() as tx:
        for part in (0, 1):
            facts = {"part": part, "parts": 2}
            await tx.posts.add(
                NewPost(platform, place, f"m-{part}", "list", chat.now, batch="b-1", facts=facts)
            )
    assert f"delivery resend {code}" in (await chat(f"delivery {code}", as_="Ada Park")).lines
    await chat(f"delivery drop {code}", as_="Ada Park")
    story = await chat(f"delivery {code}", as_="Ada Park", locale=EN)
    assert "Message m-1, part 2 of 2" in story
    assert "Ada Park: drop" in story
    assert story.lines == ["delivery"]


async def test_what_a_restored_book_may_have_told_says_so(chat: Chat) -> None:
    code = await put(chat, due_at=chat.now, suspect_since=chat.now)
    assert "restored from a backup" in await chat(f"delivery {code}", as_="Ada Park", locale=EN)


@pytest.mark.parametrize("code", ["D-999999", "nonsense", "D-", "D-99999999999999999999", "D-0"])
async def test_an_unknown_code_is_a_sentence(chat: Chat, code: str) -> None:
    reply = await chat(f"delivery {code}", as_="Root Chen", locale=EN)
    assert reply.refused
    assert "There is no delivery" in reply


async def test_nobody_reads_the_story_of_another_teams_delivery(chat: Chat) -> None:
    await chat.tick()
    async with chat.store.read() as tx:
        other = await tx.connection.scalar(
            text(
                "SELECT min(d.id) FROM deliveries d JOIN contracts c ON c.id = d.contract_id "
                "WHERE c.contract_no = 'HT-7'"
            )
        )
    assert (await chat(f"delivery D-{other}", as_="Ada Park", locale=EN)).refused
    assert "燕山" in await chat(f"delivery D-{other}", as_="Root Chen", locale=EN)
    assert (await chat(f"delivery D-{other}", as_="李雷")).refused


async def test_a_kind_that_a_newer_version_put_is_named_as_it_is(chat: Chat) -> None:
    code = await put(chat, kind="homing_pigeon", due_at=chat.now)
    assert "homing_pigeon" in await chat(f"delivery {code}", as_="Ada Park", locale=EN)
