"""F9: no room on the disk, a file that cannot be written, a lock that is held, a log that grows."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url

from scoring.errors import StoreUnavailable
from storage.store import Store
from tests.databases import SqliteFiles
from tests.delivery.world import START
from tests.processes import ROOT

HELD_S = 10.0
LOG_MOST = 16 * 1024 * 1024
CONTRACTS = 1_000
SHEET = "account,contract_no,ends_on\n" + "".join(
    f"Customer {n},A-{n},2026-12-{n % 28 + 1:02}\n" for n in range(CONTRACTS)
)


def renewals(
    folder: Path, *words: str, blocks: int | None = None
) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "bot", *words]
    if blocks is not None:
        # SIGXFSZ ignored, a write beyond so many KiB fails as on a full disk.
        line = ["bash", "-c", f'ulimit -f {blocks}; trap "" XFSZ; exec "$@"', "-", *line]
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("RENEWALS_", "PORT"))}
    return subprocess.run(
        line,
        cwd=folder,
        env={**clean, "PYTHONPATH": str(ROOT), "LC_ALL": "en_US.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def count(book: Path, table: str) -> int:
    with closing(sqlite3.connect(book)) as session:
        assert session.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return int(session.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


def test_a_full_disk_writes_all_of_a_file_or_nothing_and_says_so(
    sqlite_files: SqliteFiles, tmp_path: Path
) -> None:
    (tmp_path / "book.csv").write_text(SHEET)
    with sqlite_files.fresh() as url:
        words = ("import", "book.csv", "--db", url)
        refused = renewals(tmp_path, *words, blocks=200)
        assert refused.returncode == 1
        assert "Traceback" not in refused.stderr
        book = Path(make_url(url).database or "")
        assert count(book, "contracts") == 0
        assert renewals(tmp_path, *words).returncode == 0
        assert count(book, "contracts") == CONTRACTS


async def test_a_book_that_cannot_be_written_is_still_read(
    sqlite_files: SqliteFiles,
) -> None:
    with sqlite_files.fresh() as url:
        store = Store.open(url)
        try:
            async with store.begin() as tx:
                await tx.settings.put("a", 1, at=START)
                await tx.connection.exec_driver_sql("PRAGMA query_only = 1")
            with pytest.raises(StoreUnavailable, match="read_only"):
                async with store.begin() as tx:
                    await tx.settings.put("a", 2, at=START)
            async with store.read() as tx:
                assert await tx.settings.get("a") == 1
        finally:
            await store.close()


async def test_a_write_lock_that_another_process_holds_is_a_refusal_and_not_a_hang(
    sqlite_files: SqliteFiles, tmp_path: Path
) -> None:
    with sqlite_files.fresh() as url:
        path = make_url(url).database or ""
        code = (
            "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
            "c.execute('BEGIN IMMEDIATE'); print('held', flush=True); sys.stdin.read()"
        )
        other = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", code, path),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert other.stdout is not None
        assert other.stdin is not None
        await other.stdout.readline()
        store = Store.open(url)
        begun = time.monotonic()
        with pytest.raises(StoreUnavailable, match="locked"):
            async with store.begin() as tx:
                await tx.settings.put("a", 1, at=START)
        assert time.monotonic() - begun < HELD_S
        async with store.read() as tx:  # readers go on
            assert await tx.settings.get("a") is None
        other.stdin.close()
        await other.wait()
        async with store.begin() as tx:
            await tx.settings.put("a", 1, at=START)
        await store.close()


async def test_the_log_of_a_book_that_is_written_and_read_stays_small(
    sqlite_files: SqliteFiles,
) -> None:
    with sqlite_files.fresh() as url:
        store, path = Store.open(url), make_url(url).database or ""
        largest = 0
        for n in range(400):
            async with store.begin() as tx:
                await tx.settings.put(f"a{n % 7}", "x" * 100_000, at=START)
            if n % 10 == 0:
                async with store.read() as tx:
                    await tx.settings.get("a1")
                largest = max(largest, Path(f"{path}-wal").stat().st_size)  # noqa: ASYNC240
        await store.close()
    assert 0 < largest < LOG_MOST
