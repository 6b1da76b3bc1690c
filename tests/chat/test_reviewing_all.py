"""A lead decides at once about everything that a restore left in review."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from scoring.model import Locale
from tests.chat.test_proving import set_states
from tests.chatting import Chat


async def states(chat: Chat) -> dict[int | None, set[str]]:
    """The states of milestones by contract."""
    found: dict[int | None, set[str]] = {}
    for row in await chat.outbox():
        if row.kind == "milestone":
            found.setdefault(row.contract_id, set()).add(row.state)
    return found


async def in_review(chat: Chat) -> None:
    """All that was put is in review, but one that failed."""
    await chat.tick()
    async with chat.store.begin() as tx:
        await tx.connection.execute(text("UPDATE deliveries SET state = 'review'"))
    await set_states(chat, "HT-2", "failed")


@pytest.mark.parametrize(
    ("step", "word", "locale", "state"),
    [
        ("resend", "all", Locale.EN, "waiting"),
        ("drop", "all", Locale.EN, "sent"),
        ("重发", "全部", Locale.ZH, "waiting"),
        ("关闭", "所有", Locale.ZH, "sent"),
    ],
)
async def test_all_in_review_are_counted_and_then_decided(
    chat: Chat, step: str, word: str, locale: Locale, state: str
) -> None:
    await in_review(chat)
    counted = await chat(f"delivery {step} {word}", as_="Root Chen", locale=locale)
    assert set().union(*(await states(chat)).values()) == {"review", "failed"}
    line = counted.line("delivery")
    done = await chat(line, event="once", as_="Root Chen", locale=locale)
    assert not done.refused
    failed = chat.book.contracts["HT-2"]
    assert {
        number: found for number, found in (await states(chat)).items() if number != failed
    } == {number: {state} for number in await states(chat) if number != failed}
    # What failed was certainly not told: nobody can close it by the dozen.
    assert (await states(chat))[failed] == {"failed"}
    # The platform repeats the event: the same answer, and nothing is done again.
    assert (await chat(line, event="once", as_="Root Chen", locale=locale)).message == done.message
    assert (await chat(f"delivery {step} {word}", as_="Root Chen", locale=locale)).refused


async def test_another_number_is_counted_anew(chat: Chat) -> None:
    await in_review(chat)
    stale = await chat("delivery drop all-1", as_="Root Chen", locale=Locale.EN)
    assert not stale.refused
    assert "sent" not in set().union(*(await states(chat)).values())
    assert stale.line("delivery drop all-") != "delivery drop all-1"


async def test_a_lead_decides_about_their_own_customers_alone(chat: Chat) -> None:
    await in_review(chat)
    line = (await chat("delivery drop all", as_="Ada Park", locale=Locale.EN)).line("delivery drop")
    assert not (await chat(line, as_="Ada Park", locale=Locale.EN)).refused
    found = await states(chat)
    assert found[chat.book.contracts["HT-7"]] == {"review"}
    assert found[chat.book.contracts["HT-1"]] == {"sent"}


@pytest.mark.parametrize("who", ["李雷", "Vera Lind"])
async def test_others_decide_about_nothing(chat: Chat, who: str) -> None:
    await in_review(chat)
    assert (await chat("delivery drop all-1", as_=who)).refused
    assert "sent" not in set().union(*(await states(chat)).values())


async def test_the_list_offers_it_when_there_are_many(chat: Chat) -> None:
    await in_review(chat)
    reply = await chat("delivery", as_="Root Chen", locale=Locale.EN)
    assert reply.line("delivery resend all") == "delivery resend all"
    assert reply.line("delivery drop all") == "delivery drop all"


async def test_every_decision_is_in_the_audit(chat: Chat) -> None:
    await in_review(chat)
    line = (await chat("delivery drop all", as_="Root Chen")).line("delivery drop")
    await chat(line, as_="Root Chen")
    async with chat.store.read() as tx:
        for row in await chat.outbox():
            entries = await tx.audit.of_subject("delivery", row.id)
            failed = row.contract_id == chat.book.contracts["HT-2"]
            assert [entry.change.action for entry in entries] == ["delivery.drop"] * (not failed)
