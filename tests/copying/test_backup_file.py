"""What a backup is: whole, of one moment, its owner's alone, and never half there."""

# ruff: noqa: ASYNC230, ASYNC240 - nobody else waits for the event loop of a test

from __future__ import annotations

import asyncio
import fcntl
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from scoring.errors import Refused, StoreUnavailable
from storage.copying.backup import back_up
from storage.copying.doors import reading
from storage.copying.layout import layouts
from storage.copying.proof import prove
from storage.engine import open_engines, parse_url
from tests.copying.full_book import AT, fill


async def test_a_backup_holds_the_whole_book_in_one_sound_file(
    database_url: str, backup_file: Path
) -> None:
    await fill(database_url)
    made = await back_up(database_url, backup_file, AT)
    with reading(parse_url(database_url)) as book:
        assert prove(book, layouts(book)) == made.stamp.proof
    with reading(parse_url(f"sqlite:///{backup_file}")) as copy:
        assert prove(copy, layouts(copy)) == made.stamp.proof
        assert copy.scalar(text("PRAGMA integrity_check")) == "ok"
    assert stat.S_IMODE(backup_file.stat().st_mode) == 0o600
    assert [path.name for path in backup_file.parent.iterdir()] == [backup_file.name]
    assert made.size == backup_file.stat().st_size


async def test_a_backup_shows_one_moment_while_others_write(
    database_url: str, backup_file: Path
) -> None:
    """Every transaction writes a pair; a copy with half of one was not taken at one moment."""
    engines = open_engines(database_url)
    written = asyncio.Event()
    stop = asyncio.Event()

    async def write() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            async with engines.writer.begin() as connection:
                for table, where in (("pauses", "a"), ("inbox", "b")):
                    columns = (
                        "(platform, place, until, strikes, reason) VALUES (:n, 'x', :at, 1, '')"
                        if table == "pauses"
                        else "(source, event_id, reply, at) VALUES (:n, 'x', '{}', :at)"
                    )
                    at: Any = AT if engines.dialect != "sqlite" else "2026-11-23 01:07:00.000000"
                    await connection.execute(
                        text(f"INSERT INTO {table} {columns}"),
                        {"n": f"{where}{n}", "at": at},
                    )
            written.set()

    writer = asyncio.create_task(write())
    await written.wait()
    made = await back_up(database_url, backup_file, AT)
    stop.set()
    await writer
    await engines.dispose()
    proof = made.stamp.proof
    assert proof["pauses"].rows == proof["inbox"].rows >= 1


async def test_an_existing_file_is_replaced_only_when_told_so(
    database_url: str, backup_file: Path
) -> None:
    backup_file.write_text("precious")
    with pytest.raises(Refused, match="exists"):
        await back_up(database_url, backup_file, AT)
    assert backup_file.read_text() == "precious"
    await back_up(database_url, backup_file, AT, over=True)
    assert backup_file.read_bytes().startswith(b"SQLite")


async def test_what_a_killed_backup_left_is_in_nobodys_way(
    database_url: str, backup_file: Path
) -> None:
    for ending in ("", "-wal", "-journal"):
        Path(f"{backup_file}.part{ending}").write_bytes(b"half of something" * 1000)
    await back_up(database_url, backup_file, AT)
    assert [path.name for path in backup_file.parent.iterdir()] == [backup_file.name]


async def test_two_do_not_write_the_same_file_at_once(database_url: str, backup_file: Path) -> None:
    with Path(f"{backup_file}.part").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(Refused, match="being_made"):
            await back_up(database_url, backup_file, AT)
    assert not backup_file.exists()


async def test_an_older_book_is_backed_up_as_it_is(empty_url: str, backup_file: Path) -> None:
    from storage.copying.doors import writing
    from storage.schema import lay

    with writing(parse_url(empty_url)) as connection:
        lay(connection, "0003")
    made = await back_up(empty_url, backup_file, AT)
    assert made.stamp.schema == "0003"
    assert "health_scores" not in made.stamp.proof


async def test_a_place_that_cannot_be_written_is_refused_before_any_work(
    sqlite_files: Any, tmp_path: Path
) -> None:
    with sqlite_files.fresh() as url:
        book = Path(parse_url(url).database or "")
        wrong = {
            "folder": tmp_path,
            "no_folder": tmp_path / "nowhere" / "x",
            "itself": book,
            "no_file": Path("/dev/null"),
        }
        for key, file in wrong.items():
            with pytest.raises(Refused, match=f"copying.{key}"):
                await back_up(url, file, AT, over=True)
        with closing(sqlite3.connect(book)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_nothing_is_left_of_a_backup_of_a_damaged_book(
    sqlite_files: Any, backup_file: Path
) -> None:
    with sqlite_files.fresh() as url:
        await fill(url)
        book = Path(parse_url(url).database or "")
        with closing(sqlite3.connect(book)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        content = bytearray(book.read_bytes())
        content[4096 * 4 :] = b"\xa5" * (len(content) - 4096 * 4)
        book.write_bytes(content)
        with pytest.raises((Refused, StoreUnavailable)):
            await back_up(url, backup_file, AT)
        assert list(backup_file.parent.iterdir()) == []


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
async def test_a_book_in_memory_has_no_backup(url: str, backup_file: Path) -> None:
    with pytest.raises(Refused, match="in_memory"):
        await back_up(url, backup_file, AT)
