"""What is written to the audit trail is sealed by the tick and stays as it is."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DatabaseError

from handlers.audit_verifying import verify
from handlers.jobs import sealing
from handlers.jobs.tick import tick_once
from handlers.rules import Rules
from scoring.errors import StoreUnavailable
from storage.audit import Change
from storage.audit_chain import FIRST
from storage.store import Store
from tests.audit.trail import do, flaws_of, seal, sealed_days, unguarded, write
from tests.sample_book import MONDAY


async def test_a_tick_seals_what_was_written_since_the_last_one(store: Store) -> None:
    await write(store, Change("claim", "opportunity", 1, None, {"who": "李雷"}))
    first = (await tick_once(store, Rules(), MONDAY))["sealed"]
    again = (await tick_once(store, Rules(), MONDAY))["sealed"]
    await write(store, Change("undo", "opportunity", 1, {"who": "李雷"}, None))
    second = (await tick_once(store, Rules(), MONDAY, only="sealing"))["sealed"]
    assert [(one["seal"], one["entries"]) for one in (*first, *again, *second)] == [(1, 1), (2, 1)]
    found = await verify(store, head=first[0]["hash"])
    assert (found.seals, found.entries, found.unsealed, found.head_no) == (2, 2, 0, 1)
    assert (found.flaws, found.head) == ([], second[0]["hash"])


async def test_an_empty_trail_holds(store: Store) -> None:
    found = await verify(store)
    assert (found.seals, found.flaws, found.head) == (0, [], FIRST)


async def test_what_is_not_sealed_yet_is_counted(store: Store) -> None:
    await sealed_days(store, days=1)
    await write(store, Change("edit", "contract", 1), Change("edit", "contract", 2), at=7)
    found = await verify(store)
    assert (found.unsealed, found.unsealed_since) == (2, MONDAY + timedelta(minutes=7))
    assert found.flaws == []


async def test_many_entries_become_seals_of_bounded_size(store: Store) -> None:
    await write(store, *(Change("add", "contract", n, None, {"no": n}) for n in range(2_500)))
    seals = await seal(store)
    assert [one.entries for one in seals] == [1_000, 1_000, 500]
    assert [one.previous for one in seals] == [FIRST, seals[0].hash, seals[1].hash]
    assert await flaws_of(store) == []


async def test_replicas_that_seal_at_once_make_one_chain(store: Store) -> None:
    for round_no in range(6):
        await write(store, *(Change("edit", "contract", n) for n in range(50)), at=round_no)
        await asyncio.gather(*(sealing.run(store, MONDAY) for _ in range(4)))
        await sealing.run(store, MONDAY)
    found = await verify(store)
    assert (found.entries, found.unsealed, found.flaws) == (300, 0, [])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'Somebody Else'",
        "UPDATE audit SET action = 'nothing'",
        "UPDATE audit SET person_id = NULL, at = at, subject_id = 7",
        "UPDATE audit SET after = NULL",
        "UPDATE audit SET salt = NULL",
        "UPDATE audit SET seal_no = NULL",
        "UPDATE audit SET digest = 'x'",
        "DELETE FROM audit",
        "UPDATE audit_seals SET hash = 'x'",
        "DELETE FROM audit_seals",
        "TRUNCATE audit",
        "TRUNCATE audit_seals",
    ],
)
async def test_nobody_changes_what_is_sealed(store: Store, statement: str) -> None:
    await sealed_days(store)
    if store.dialect == "sqlite":
        statement = statement.replace("TRUNCATE", "DELETE FROM")
    with pytest.raises((DatabaseError, StoreUnavailable)):
        await do(store, statement)
    assert await flaws_of(store) == []


async def test_that_something_was_taken_back_may_still_be_noted(store: Store) -> None:
    await sealed_days(store)
    async with store.begin() as tx:
        assert await tx.audit.mark_undone(1)
    assert await flaws_of(store) == []


@pytest.mark.parametrize(
    "document",
    [
        {"n": 2.0, "deep": {"list": [1.0, 1e20, 0.1, -0.0], "none": None}},
        {"text": '华为 “引号” \\ " \t é 😀', "true": True, "empty": {}, "list": []},
        {"tiny": 1.5e-7, "large": 123456789012345678901234567890, "z": 1, "a": 2},
    ],
)
async def test_any_document_reads_back_as_it_was_sealed(
    store: Store, document: dict[str, Any]
) -> None:
    await write(store, Change("edit", "account", 1, document, None), actor="李雷 \u202e😀")
    await seal(store)
    assert await flaws_of(store) == []


async def test_the_triggers_are_there_again_after_the_attack(store: Store) -> None:
    async with unguarded(store):
        assert [flaw[0] for flaw in await flaws_of(store)] == ["unguarded"]
    assert await flaws_of(store) == []
