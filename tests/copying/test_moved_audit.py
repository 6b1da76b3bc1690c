"""The audit trail is as sealed in the database that a book was moved to, and goes on there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from handlers.audit_erasing import Erasable, erase
from handlers.audit_verifying import Verdict, verify
from handlers.jobs import sealing
from storage.audit import Change
from storage.copying.moving import move_book
from storage.store import Store
from tests.copying.full_book import AT

VALUES: tuple[Any, ...] = (
    1.0, 0.1, -0.0, 1e22, 1e23, 1e300, 1.5e-300, 2**53 + 1, 10**30, "12.50", "客户 ’“𠮷\r\n", True,
    None, ["x", {}, {"z": {"y": 2.0, "x": [1e23]}}],
)  # fmt: skip
"""What the two databases keep differently in a document."""


async def write(url: str) -> Verdict:
    store = Store.open(url)
    try:
        for n, value in enumerate((*VALUES, *VALUES)):
            async with store.begin() as tx:
                await tx.audit.record(
                    [Change("edit", "contract", n, {"was": value}, {"客": value, "b": n})],
                    person_id=None,
                    actor="Ada Park" if n % 5 else "李雷",
                    via="slack",
                    at=AT + timedelta(microseconds=n),
                )
            if n % 10 == 9:
                await sealing.run(store, AT, for_s=None)
        await erase(store, Erasable.PERSON, "李雷", AT, actor="Root Chen")
        return await verify(store)
    finally:
        await store.close()


async def verified(url: str, head: str) -> Verdict:
    store = Store.open(url)
    try:
        return await verify(store, head=head)
    finally:
        await store.close()


@pytest.mark.parametrize("there_and_back", [False, True])
async def test_a_moved_trail_verifies_and_can_be_sealed_on(
    database_url: str, other_url: str, empty_url: str, there_and_back: bool
) -> None:
    before = await write(database_url)
    assert (before.flaws, before.erased > 0) == ([], True)
    await move_book(database_url, other_url, AT, running=True)
    target = other_url
    if there_and_back:
        await move_book(other_url, empty_url, AT, running=True)
        target = empty_url
    after = await verified(target, before.head)
    assert (after.flaws, after.head, after.entries) == ([], before.head, before.entries)
    assert after.head_no == before.seals

    on = await write(target)
    assert on.flaws == []
    assert on.seals > before.seals
