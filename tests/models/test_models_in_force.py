"""Models in force: previewed without a trace, stored with who did it, medians of the book."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from handlers.jobs import health, references
from handlers.jobs.tick import tick_once
from handlers.models import file_in_force, model_in_force, text_of
from handlers.models.activating import ACTIVATED, Activated, activate
from handlers.models.in_force import NOT_STORED
from handlers.models.medians import medians_of_book
from handlers.models.previewing import Preview, preview
from handlers.models.reading import file_of
from handlers.models.telling import preview_document, preview_lines
from messages.i18n import Phrasebook
from scoring.errors import ModelRefused
from scoring.health.default import DEFAULT_MODEL
from scoring.health.model import Band
from scoring.model import Locale, Segment
from storage.store import Store
from tests.health_book import (
    NOW,
    RULES,
    TODAY,
    add_accounts,
    connect,
    everything,
    observe,
    term,
    use_weekly,
)

SHIPPED = text_of(DEFAULT_MODEL)

USE_ALONE = """
name = "use alone"
[signals.active_ratio_30d]
dimension = "usage"
weight = 100
bad = 0
good = 1
reference = 0.5
measure = "active_ratio"
"""

SEMINARS = """
name = "seminars"
[signals.seminars]
dimension = "relationship"
weight = 100
bad = 0
good = 10
reference = 0.5
"""

ALL_TABLES = (
    "health_scores", "health_history", "risk_warnings", "deliveries", "health_due",
    "health_models", "audit", "settings", "clock_marks",
)  # fmt: skip


@pytest.fixture
async def book(store: Store) -> Store:
    """Forty core customers, the higher the number the better used, and one strategic; scored."""
    async with store.begin() as tx:
        await tx.marks.next_rev()
        await add_accounts(tx, *[Segment.CORE] * 40, Segment.STRATEGIC)
        await tx.contracts.add_many([term(number, number) for number in range(1, 42)])
        await connect(tx, "signals")
        for number in range(1, 42):
            await use_weekly(tx, number, number * 2)
    await health.run(store, RULES, NOW)
    return store


async def previewed(store: Store, text: str | None) -> Preview:
    async with store.read() as tx:
        return await preview(tx, RULES, text, NOW)


async def test_a_book_that_only_reads_uses_the_shipped_model_and_stores_nothing(
    store: Store,
) -> None:
    async with store.read() as tx:
        assert await model_in_force(tx) == (NOT_STORED, DEFAULT_MODEL)
    assert await everything(store, "health_models") == []


async def test_the_shipped_model_is_stored_once_by_whoever_writes_first(store: Store) -> None:
    async def write() -> int:
        async with store.begin() as tx:
            model_id, model = await model_in_force(tx, NOW)
        assert model == DEFAULT_MODEL
        return model_id

    ids = await asyncio.gather(*[write() for _ in range(4)])
    assert len(set(ids)) == len(await everything(store, "health_models")) == 1
    async with store.read() as tx:
        assert (await model_in_force(tx))[0] == ids[0]


async def test_a_preview_says_who_would_move_and_writes_nothing(book: Store) -> None:
    before = {table: await everything(book, table) for table in ALL_TABLES}
    found = await previewed(book, USE_ALONE)
    assert {table: await everything(book, table) for table in ALL_TABLES} == before
    assert found.customers == 41
    assert found.moved_n == len(found.moved) > 10
    assert sum(found.bands_from.values()) == sum(found.bands_to.values()) == 41
    assert sum(n for _, _, n in found.moves) == found.moved_n
    worst = found.moved[0]
    assert worst.band_to is Band.CRITICAL
    assert worst.warned
    assert found.warnings >= sum(moved.warned for moved in found.moved) > 0


async def test_what_was_previewed_is_what_happens(book: Store) -> None:
    found = await previewed(book, USE_ALONE)
    await activate(book, RULES, USE_ALONE, NOW, by="Ada Park")
    did = await health.run(book, RULES, NOW)
    assert did.scored == 41
    async with book.read() as tx:
        standings = await tx.health.standings(range(1, 42))
    counts = {band: sum(each.band is band for each in standings.values()) for band in (*Band, None)}
    assert counts == found.bands_to
    assert did.warnings <= found.warnings


async def test_the_model_in_force_changes_nobody(book: Store) -> None:
    found = await previewed(book, SHIPPED + "\n[references]\nmedians = false\n")
    assert (found.moved_n, found.moved, found.warnings) == (0, (), 0)


@pytest.mark.parametrize("locale", Locale)
async def test_a_preview_reads_well_in_both_languages(book: Store, locale: Locale) -> None:
    found = await previewed(book, USE_ALONE)
    lines = list(preview_lines(found, Phrasebook(locale), 3))
    assert any(found.moved[0].account in line for line in lines)
    assert str(found.moved_n - 3) in lines[-1]
    assert not [line for line in lines if "model." in line or "%(" in line]
    document = preview_document(found)
    assert document["moved"] == len(document["changes"]) == found.moved_n


async def test_activation_keeps_who_did_it_and_has_everybody_scored_anew(book: Store) -> None:
    async with book.read() as tx:
        before_id, _ = await model_in_force(tx)
    done = await activate(book, RULES, USE_ALONE, NOW, by="Ada Park")
    assert (done.changed, done.name, done.customers) == (True, "use alone", 41)
    async with book.read() as tx:
        assert (await model_in_force(tx))[0] == done.model_id
        standing = await tx.health.standing(1)
        earlier = await tx.health_models.of(before_id)
        now = await tx.health_models.of(done.model_id)
    assert standing is not None
    assert standing.model_id == before_id  # until it is scored again, a score keeps its version
    assert earlier is not None
    assert earlier.retired_at == NOW
    assert now is not None
    assert (now.activated_by, now.retired_at) == ("Ada Park", None)
    audit = await everything(book, "audit")
    assert [(row["actor"], row["subject_id"]) for row in audit if row["action"] == ACTIVATED] == [
        ("Ada Park", done.model_id)
    ]
    await health.run(book, RULES, NOW)
    history = await everything(book, "health_history")
    async with book.read() as tx:
        standing = await tx.health.standing(1)
    assert standing is not None
    assert standing.model_id == done.model_id
    assert len(history) >= 41


async def test_activating_the_same_again_changes_nothing(book: Store) -> None:
    first = await activate(book, RULES, USE_ALONE, NOW, by="Ada Park")
    again = await activate(book, RULES, USE_ALONE, NOW + timedelta(days=1), by="Root Chen")
    assert again == Activated(first.model_id, "use alone", changed=False, customers=0)


async def test_a_refused_file_leaves_everything_as_it_was(book: Store) -> None:
    before = {table: await everything(book, table) for table in ALL_TABLES}
    with pytest.raises(ModelRefused):
        await activate(book, RULES, USE_ALONE.replace("100", "105"), NOW, by="Ada Park")
    with pytest.raises(ModelRefused):
        await previewed(book, "[bands]\nsteady = [1, 2]")
    assert {table: await everything(book, table) for table in ALL_TABLES} == before


async def test_a_signal_by_its_name_is_scored_without_code(book: Store) -> None:
    async with book.begin() as tx:
        await observe(tx, 1, "seminars", {0: 9.0})
        await observe(tx, 2, "seminars", {0: 1.0})
    await activate(book, RULES, SEMINARS, NOW, by="operator")
    await health.run(book, RULES, NOW)
    async with book.read() as tx:
        standings = await tx.health.standings([1, 2, 3])
    assert [round(standings[number].score) for number in (1, 2, 3)] == [90, 10, 50]
    assert [standings[number].band for number in (1, 2, 3)] == [Band.HEALTHY, Band.CRITICAL, None]


async def test_medians_of_large_segments_are_references_of_what_is_unknown(book: Store) -> None:
    await activate(book, RULES, USE_ALONE, NOW, by="operator")
    async with book.read() as tx:
        _, file = await file_in_force(tx)
    # Forty customers use 2, 4 … 80 of 100 seats; of the strategic one there are too few.
    assert set(file.measured) == {Segment.CORE}
    assert file.measured[Segment.CORE]["active_ratio_30d"] == pytest.approx(0.41, abs=0.02)
    assert file.model.for_segment(Segment.STRATEGIC)[0].reference == 0.5


async def test_the_clock_adds_missing_medians_once_and_never_moves_one(book: Store) -> None:
    assert await references.run(book, RULES, NOW)
    async with book.read() as tx:
        model_id, file = await file_in_force(tx)
        stored = await tx.health_models.of(model_id)
    assert stored is not None
    assert stored.activated_by == "clock"
    first = dict(file.measured[Segment.CORE])
    assert "active_ratio_30d" in first
    async with book.begin() as tx:
        for number in range(1, 42):
            await observe(tx, number, "active_users", {-8: 100.0})
            await observe(tx, number, "features_used", {-8: 3.0})
            await observe(tx, number, "features_available", {-8: 10.0})
    assert not await references.run(book, RULES, NOW + timedelta(days=6))
    assert await references.run(book, RULES, NOW + timedelta(days=8))
    async with book.read() as tx:
        _, file = await file_in_force(tx)
    later = dict(file.measured[Segment.CORE])
    assert later.items() >= first.items()
    assert set(later) - set(first) == {"feature_breadth"}
    assert not await references.run(book, RULES, NOW + timedelta(days=16))


async def test_a_model_put_in_force_meanwhile_is_not_replaced_by_the_clock(book: Store) -> None:
    first, second = await asyncio.gather(
        references.run(book, RULES, NOW), references.run(book, RULES, NOW)
    )
    assert first or second
    async with book.read() as tx:
        versions = await tx.health_models.every()
    assert len(versions) == 2
    assert [each.retired_at is None for each in versions] == [True, False]


async def test_a_stored_document_reads_back_with_the_author_s_own_words(book: Store) -> None:
    own = "# ours, since the offsite in Suzhou\n" + USE_ALONE.lstrip()
    done = await activate(book, RULES, own, NOW, by="operator")
    async with book.read() as tx:
        stored = await tx.health_models.of(done.model_id)
    assert stored is not None
    assert stored.document.startswith("# ours, since the offsite in Suzhou\n")
    assert f"medians of the book on {TODAY}" in stored.document
    assert file_of(stored.document).measured
    measured_again = await activate(book, RULES, None, NOW, by="operator")
    assert not measured_again.changed


async def test_a_tick_measures_a_new_book_before_it_scores_it(book: Store) -> None:
    await tick_once(book, RULES, NOW)
    async with book.read() as tx:
        model_id, file = await file_in_force(tx)
        standing = await tx.health.standing(1)
    assert file.measured
    assert standing is not None
    assert standing.model_id == model_id


async def test_of_a_large_segment_a_sample_is_measured(book: Store) -> None:
    file = file_of(f"{USE_ALONE}\n[references]\nleast_customers = 20\n")
    async with book.read() as tx:
        medians = await medians_of_book(tx, RULES, file, TODAY, most=20)
        none = await medians_of_book(tx, RULES, file, TODAY, most=19)
    # Every second of forty customers uses 4, 8 … 80 of 100 seats; every third are too few.
    assert medians == {Segment.CORE: {"active_ratio_30d": 0.42}}
    assert none == {}
