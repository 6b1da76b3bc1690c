"""Questions: one a person and place, answered once, whoever else answers at the same moment."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from storage.questions import Question
from storage.store import Store

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ASKED = Question("wecom", "user:lilei", "lilei", "log R-1", "text", NOON, NOON)


async def test_a_new_question_replaces_the_old_one_of_that_person_there(store: Store) -> None:
    later = replace(ASKED, line="lost R-1", field="reason", said_at=None)
    elsewhere = replace(ASKED, place="group:g1")
    async with store.begin() as tx:
        for question in (ASKED, elsewhere, later):
            await tx.questions.put(question)
    async with store.read() as tx:
        assert await tx.questions.open("wecom", "user:lilei", "lilei", since=NOON) == later
        assert await tx.questions.open("wecom", "group:g1", "lilei", since=NOON) == elsewhere
        assert await tx.questions.open("wecom", "group:g1", "hanmeimei", since=NOON) is None


async def test_an_old_question_is_not_open(store: Store) -> None:
    async with store.begin() as tx:
        await tx.questions.put(ASKED)
        since = NOON + timedelta(seconds=1)
        assert await tx.questions.open("wecom", "user:lilei", "lilei", since=since) is None


async def test_of_several_answers_at_once_one_gets_the_question(store: Store) -> None:
    async with store.begin() as tx:
        await tx.questions.put(ASKED)

    async def take() -> bool:
        async with store.begin() as tx:
            return await tx.questions.take(ASKED)

    taken = await asyncio.gather(*(take() for _ in range(4)))
    assert sorted(taken) == [False, False, False, True]


async def test_a_question_asked_anew_meanwhile_is_not_taken(store: Store) -> None:
    async with store.begin() as tx:
        await tx.questions.put(replace(ASKED, asked_at=NOON + timedelta(seconds=1)))
        assert not await tx.questions.take(ASKED)
        assert await tx.questions.drop("wecom", "user:lilei", "lilei")
        assert not await tx.questions.drop("wecom", "user:lilei", "lilei")


async def test_what_nobody_answers_is_swept_away(store: Store) -> None:
    async with store.begin() as tx:
        await tx.questions.put(ASKED)
        await tx.questions.forget_before(NOON)
        assert await tx.questions.open("wecom", "user:lilei", "lilei", since=NOON) == ASKED
        await tx.questions.forget_before(NOON + timedelta(seconds=1))
        assert await tx.questions.open("wecom", "user:lilei", "lilei", since=NOON) is None
