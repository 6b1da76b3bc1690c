"""`mood`: what somebody of ours feels about a customer, kept beside the score."""

from __future__ import annotations

import pytest

from storage.store import Store
from tests.chatting import Chat
from tests.sample_book import TODAY


async def _kept(store: Store) -> list[tuple[float, str | None, str | None]]:
    async with store.read() as tx:
        view = await tx.customers.view(1, TODAY)
    mood = view.mood if view else None
    return [] if mood is None else [(mood.value, mood.note, mood.who)]


@pytest.mark.parametrize(
    ("line", "value", "note"),
    [
        ("mood 华为 worried", -1.0, None),
        ("判断 华为 有些担心 预算被砍", -1.0, "预算被砍"),
        ("mood HT-1 -2 they want to leave", -2.0, "they want to leave"),
        ("判断 华为 很好", 2.0, None),
        ("mood 华为 +1", 1.0, None),
        ("mood 华为 0", 0.0, None),
        ("感觉 华为，不太好，对接人换了", -1.0, "对接人换了"),
        ('mood A-1 mood=very_confident note="new CEO likes us"', 2.0, "new CEO likes us"),
    ],
)
async def test_an_impression_is_kept_with_its_reason(
    store: Store, chat: Chat, line: str, value: float, note: str | None
) -> None:
    reply = await chat(line)
    assert not reply.refused, reply.text
    assert await _kept(store) == [(value, note, "李雷")]


async def test_the_card_tells_whose_impression_it_is(chat: Chat) -> None:
    await chat("判断 华为 有些担心 预算被砍")
    assert "有些担心（李雷，11月23日）：预算被砍" in await chat("show 华为")
    assert "预算被砍" not in await chat("show 华为", place="channel")
    seen = await chat("show HT-1", as_="Vera Lind")
    assert "Worried (李雷, Nov 23)" in seen
    assert "预算被砍" not in seen


async def test_a_later_impression_of_the_day_replaces_the_first(store: Store, chat: Chat) -> None:
    await chat("mood 华为 worried budget")
    await chat("mood 华为 confident", as_="Ada Park")
    assert await _kept(store) == [(1.0, None, "Ada Park")]


async def test_taking_it_back_restores_what_was_there(store: Store, chat: Chat) -> None:
    await chat("mood 华为 worried budget", as_="Ada Park")
    said = await chat("mood 华为 confident")
    assert "已撤销" in await chat(said.line("undo"))
    assert await _kept(store) == [(-1.0, "budget", "Ada Park")]


async def test_the_first_one_is_taken_back_to_nothing(store: Store, chat: Chat) -> None:
    said = await chat("mood 华为 confident")
    await chat(said.line("undo"))
    assert await _kept(store) == []


async def test_what_somebody_said_since_is_not_taken_back(store: Store, chat: Chat) -> None:
    said = await chat("mood 华为 confident")
    await chat("mood 华为 worried", as_="Ada Park")
    assert (await chat(said.line("undo"))).refused
    assert await _kept(store) == [(-1.0, None, "Ada Park")]


async def test_the_customer_is_scored_again(store: Store, chat: Chat) -> None:
    await chat("mood 华为 worried")
    async with store.begin() as tx:
        assert 1 in await tx.health.take_due(10, chat.today)


async def test_words_that_are_no_impression_are_refused_with_the_choices(chat: Chat) -> None:
    reply = await chat("mood 华为 purple", as_="Ada Park")
    assert reply.refused
    assert "Worried" in reply


async def test_without_an_impression_it_is_asked_for(chat: Chat) -> None:
    reply = await chat("判断 华为")
    form = reply.message.form
    assert form is not None
    assert form.fields[0].choices[0].label == "很有信心"


async def test_the_source_of_a_file_is_no_colleague(store: Store, chat: Chat) -> None:
    async with store.begin() as tx:
        row = {"account_id": 1, "signal": "sentiment", "observed_on": TODAY, "value": -1.0}
        await tx.facts.add("signals", [{**row, "source": "crm", "note": None}])
    reply = await chat("show 华为")
    assert "有些担心（11月23日）" in reply
    assert "crm" not in reply
