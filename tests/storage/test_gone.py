"""The database's file taken away, or a lock held, while the service runs."""

from __future__ import annotations

import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url

from scoring.errors import StoreUnavailable
from storage.store import Store
from tests.databases import SqliteFiles

NOW = datetime(2026, 3, 2, 1, 7, tzinfo=UTC)


@pytest.mark.parametrize("how", ["deleted", "moved", "replaced"])
async def test_nothing_is_written_into_a_file_that_went_away(
    sqlite_files: SqliteFiles, tmp_path: Path, how: str
) -> None:
    with sqlite_files.fresh() as url:
        store, path = Store.open(url), Path(make_url(url).database or "")
        try:
            async with store.begin() as tx:
                await tx.settings.put("a", 1, at=NOW)
            _take_away(path, tmp_path / "moved.db", how)
            with pytest.raises(StoreUnavailable, match="gone"):
                async with store.begin() as tx:
                    await tx.settings.put("a", 2, at=NOW)
            if how != "deleted":
                shutil.move(tmp_path / "moved.db", path)
                async with store.begin() as tx:
                    assert await tx.settings.get("a") == 1
        finally:
            await store.close()


async def test_of_a_book_that_cannot_be_opened_nothing_is_left_running(tmp_path: Path) -> None:
    """A thread that ends after the event loop has would tell its traceback."""
    before = set(threading.enumerate())
    store = Store.open(f"sqlite+aiosqlite:///{tmp_path / 'no' / 'where.db'}")
    with pytest.raises(StoreUnavailable, match="gone"):
        async with store.read() as tx:
            await tx.settings.get("a")
    assert set(threading.enumerate()) <= before
    await store.close()


def _take_away(path: Path, moved: Path, how: str) -> None:
    if how == "deleted":
        path.unlink()
        return
    path.rename(moved)
    if how == "replaced":
        shutil.copyfile(moved, path)


async def _put_impatiently(store: Store) -> None:
    async with store.begin() as tx:
        await tx.connection.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
        await tx.settings.put("a", 3, at=NOW)


async def test_a_lock_that_somebody_holds_is_not_waited_for_without_end(store: Store) -> None:
    if store.dialect == "sqlite":
        return  # busy_timeout, and one writer of a process at a time
    async with store.begin() as tx:
        await tx.settings.put("a", 1, at=NOW)
    async with store.begin() as holding:
        await holding.settings.put("a", 2, at=NOW)
        with pytest.raises(StoreUnavailable, match="locked"):
            await _put_impatiently(store)
    async with store.read() as tx:
        shown = await tx.connection.exec_driver_sql("SHOW lock_timeout")
        assert shown.scalar_one() == "5s"
