"""Whoever owns the database can change the trail, but not so that nobody sees it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.audit_erasures import ERASURE, Runs, as_runs, ranges_of
from handlers.audit_verifying import Flaw, verify
from storage.audit import Change
from storage.store import Store
from tests.audit.trail import do, flaws, flaws_of, seal, sealed_days, spoil, write


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (["UPDATE audit SET actor = 'X' WHERE id = 5"], [(Flaw.CHANGED, 2, 5)]),
        (["UPDATE audit SET after = '{}' WHERE id = 5"], [(Flaw.CHANGED, 2, 5)]),
        (["UPDATE audit SET subject_id = 7 WHERE id = 9"], [(Flaw.CHANGED, 3, 9)]),
        (["UPDATE audit SET salt = 'x' WHERE id = 1"], [(Flaw.CHANGED, 1, 1)]),
        (["UPDATE audit SET digest = 'x' WHERE id = 1"], [(Flaw.CHANGED, 1, 1)]),
        (["DELETE FROM audit WHERE id = 5"], [(Flaw.COUNT, 2, None)]),
        (["UPDATE audit SET seal_no = NULL WHERE id = 5"], [(Flaw.COUNT, 2, None)]),
        (["DELETE FROM audit_seals WHERE no = 3"], [(Flaw.SEAL_MISSING, 3, None)]),
        (
            ["DELETE FROM audit_seals WHERE no = 2"],
            [(Flaw.SEAL_MISSING, 2, None), (Flaw.STRAY, 2, 4)],
        ),
        (
            ["DELETE FROM audit_seals WHERE no = 2", "DELETE FROM audit WHERE seal_no = 2"],
            [(Flaw.SEAL_MISSING, 2, None)],
        ),
        (["UPDATE audit_seals SET hash = 'x' WHERE no = 3"], [(Flaw.SEAL_CHANGED, 3, None)]),
        (["UPDATE audit_seals SET no = 4 WHERE no = 3"], [(Flaw.SEAL_MISSING, 3, None)]),
        (
            ["UPDATE audit_seals SET at = '2020-01-01 00:00:00.000000' WHERE no = 3"],
            [(Flaw.SEAL_CHANGED, 3, None)],
        ),
        (
            ["UPDATE audit_seals SET hash = 'x' WHERE no = 1"],
            [(Flaw.SEAL_CHANGED, 1, None), (Flaw.CHAIN_BROKEN, 2, None)],
        ),
        (
            [
                "UPDATE audit SET actor = '', before = NULL, after = NULL, salt = NULL "
                "WHERE id IN (4, 5)"
            ],
            [(Flaw.UNEXPLAINED, None, 4), (Flaw.UNEXPLAINED, None, 5)],
        ),
    ],
)
async def test_it_is_said_what_is_wrong_where(
    store: Store, statements: list[str], found: list[tuple[Flaw, int | None, int | None]]
) -> None:
    await sealed_days(store)
    await spoil(store, *statements)
    told = await flaws_of(store)
    assert [each for each in told if each in found] == found
    # A seal without its entries or its number has no right hash either; nothing else is accused.
    rest = {flaw for flaw, seal, _ in told} - {flaw for flaw, _, _ in found}
    assert rest <= {Flaw.STRAY, Flaw.SEAL_CHANGED, Flaw.COUNT}


async def test_a_chain_that_was_cut_short_is_found_by_a_hash_of_the_log(store: Store) -> None:
    seals = await sealed_days(store)
    await spoil(
        store, "DELETE FROM audit_seals WHERE no = 3", "DELETE FROM audit WHERE seal_no = 3"
    )
    assert await flaws_of(store) == []
    assert await flaws_of(store, head=seals[1].hash) == []
    assert await flaws_of(store, head=seals[2].hash) == [(Flaw.HEAD_UNKNOWN, None, None)]


async def test_a_chain_that_was_made_anew_is_found_by_a_hash_of_the_log(store: Store) -> None:
    seals = await sealed_days(store, days=1)
    await spoil(
        store,
        "DELETE FROM audit_seals",
        "UPDATE audit SET actor = 'X', seal_no = NULL, salt = NULL, digest = NULL WHERE id = 2",
        "UPDATE audit SET seal_no = NULL",
    )
    await seal(store)
    assert await flaws_of(store) == []
    assert (await flaws_of(store, head=seals[0].hash))[0][0] is Flaw.HEAD_UNKNOWN


async def test_a_trail_of_nothing_but_flaws_is_told_in_bounds(store: Store) -> None:
    await sealed_days(store, days=1, changes=300)
    await spoil(store, "UPDATE audit SET actor = 'X'")
    found = await verify(store)
    assert (len(found.flaws), flaws(found)[0]) == (100, (Flaw.CHANGED, 1, 1))


@pytest.mark.parametrize("seal_no", [0, -1])
async def test_an_entry_that_claims_a_seal_before_the_first_is_found(
    store: Store, seal_no: int
) -> None:
    await sealed_days(store, days=1)
    await do(
        store,
        "INSERT INTO audit (at, via, action, subject, subject_id, actor, undone, seal_no, salt, "
        "digest) VALUES ('2026-11-20 01:00:00.000000', 'cli', 'edit', 'contract', 1, 'Ada Park', "
        "FALSE, :no, 'x', 'y')",
        no=seal_no,
    )
    assert await flaws_of(store) == [(Flaw.STRAY, seal_no, 4)]


async def test_an_erasure_that_names_more_entries_than_there_can_be_costs_nothing(
    store: Store,
) -> None:
    made_up = Change(ERASURE, "person", None, None, {"erased": "1-999999999999999999"})
    await write(store, made_up)
    await seal(store)
    assert await flaws_of(store) == []


@given(st.sets(st.integers(1, 10**15), max_size=40) | st.sets(st.integers(1, 60)))
def test_runs_of_ids_read_back(ids: set[int]) -> None:
    runs = Runs.of(ranges_of({"erased": as_runs(ids)}))
    near = {one + by for one in ids for by in (-1, 0, 1)}
    assert {one for one in near if one in runs} == ids


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30))))
def test_ranges_may_overlap_and_come_in_any_order(ranges: list[tuple[int, int]]) -> None:
    runs = Runs.of(ranges)
    for one in range(-1, 32):
        assert (one in runs) == any(first <= one <= last for first, last in ranges)


@pytest.mark.parametrize("document", [None, {}, {"erased": "x"}, {"erased": "-3"}, {"n": "1-2"}])
def test_what_is_no_erasure_names_no_entries(document: dict[str, object] | None) -> None:
    assert list(ranges_of(document)) == []
