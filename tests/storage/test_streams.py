from __future__ import annotations

from datetime import UTC, datetime, timedelta

from storage.store import Store

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


async def test_an_answer_is_begun_and_finished_once(store: Store) -> None:
    async with store.begin() as tx:
        begun = [
            await tx.streams.begin("s-1", place="group:wr1", sender="lilei", content="…", at=NOON)
            for _ in range(2)
        ]
    assert begun == [True, False]
    async with store.begin() as tx:
        finished = [
            await tx.streams.finish("s-1", words, {"task_id": words}) for words in ("one", "two")
        ]
    assert finished == [True, False]
    async with store.read() as tx:
        stream = await tx.streams.get("s-1")
        assert await tx.streams.get("s-2") is None
    assert stream is not None
    assert (stream.content, stream.card, stream.finished) == ("one", {"task_id": "one"}, True)
    assert (stream.place, stream.sender, stream.at) == ("group:wr1", "lilei", NOON)


async def test_an_answer_that_nobody_asks_for_any_more_is_dropped(store: Store) -> None:
    async with store.begin() as tx:
        for number, at in enumerate((NOON, NOON + timedelta(hours=1))):
            await tx.streams.begin(f"s-{number}", place="bot:a", sender="a", content="…", at=at)
        await tx.streams.forget_before(NOON + timedelta(minutes=1))
        assert await tx.streams.get("s-0") is None
        assert await tx.streams.get("s-1") is not None
        assert not await tx.streams.finish("s-0", "late", None)
