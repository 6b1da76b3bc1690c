"""A backup that is restored is the book again; the one before it is kept, and nothing is half."""

# ruff: noqa: ASYNC240 - nobody else waits for the event loop of a test

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text

from handlers.coming_back import Restored, restore_book
from scoring.errors import Refused
from storage.copying.backup import back_up
from storage.copying.doors import file_of, reading, writing
from storage.copying.layout import layouts
from storage.copying.proof import Proof, prove
from storage.engine import parse_url
from storage.schema import lay
from storage.store import Store
from storage.wakeups import hearing_puts
from tests.sample_book import MONDAY, RULES, fill

LATER = MONDAY + timedelta(hours=1)
BOOK = ("people", "accounts", "account_keys", "contacts", "arr_steps")
"""What no tick changes."""


def held(url: str) -> tuple[Proof, list[Any]]:
    with reading(parse_url(url)) as connection:
        terms = text("SELECT contract_no, arr, owner_id, revision FROM contracts ORDER BY id")
        rows = [tuple(row) for row in connection.execute(terms)]
        return prove(connection, layouts(connection, only=BOOK)), rows


async def restored(url: str, file: Path, **more: Any) -> Restored:
    return await restore_book(url, file, RULES, more.pop("now", LATER), **more)


@pytest.fixture
async def backed_up(database_url: str, backup_file: Path) -> Any:
    """A book of which there is a backup."""
    store = Store.open(database_url)
    await fill(store)
    await store.close()
    await back_up(database_url, backup_file, MONDAY)
    return held(database_url)


async def test_a_lost_book_comes_back(backed_up: Any, empty_url: str, backup_file: Path) -> None:
    done = await restored(empty_url, backup_file)
    assert held(empty_url) == backed_up
    assert (done.taken_at, done.proven, done.aside) == (MONDAY, True, None)


async def test_a_backup_comes_back_in_the_other_database(
    backed_up: Any, other_url: str, backup_file: Path
) -> None:
    await restored(other_url, backup_file)
    assert held(other_url) == backed_up


async def test_what_the_clock_would_tell_by_now_is_doubted_before_anybody_can_send_it(
    backed_up: Any, empty_url: str, backup_file: Path
) -> None:
    done = await restored(empty_url, backup_file)
    assert done.epoch.suspect > 0
    with reading(parse_url(empty_url)) as book:
        doubted = "SELECT count(*) FROM deliveries WHERE suspect_since IS NOT NULL"
        assert book.scalar(text(doubted)) == done.epoch.suspect


async def test_a_book_that_goes_on_after_the_backup_is_only_replaced_when_told_so_and_is_kept(
    backed_up: Any, database_url: str, backup_file: Path
) -> None:
    _rename_somebody(database_url)
    changed = held(database_url)
    with pytest.raises(Refused, match="goes_on"):
        await restored(database_url, backup_file)
    assert held(database_url) == changed
    done = await restored(database_url, backup_file, force=True)
    assert held(database_url) == backed_up
    assert done.aside is not None
    if file_of(make_url(database_url)) is not None:
        assert held(f"sqlite:///{done.aside}") == changed
    else:
        with reading(parse_url(database_url)) as book:
            name = f"SELECT name FROM {done.aside}.people WHERE id = 1"  # noqa: S608
            assert book.scalar(text(name)) == "Somebody Else"


def _rename_somebody(url: str) -> None:
    with writing(parse_url(url)) as book:
        book.execute(text("UPDATE people SET name = 'Somebody Else' WHERE id = 1"))
        book.execute(
            text(
                "INSERT INTO clock_marks (name, rev, at) VALUES ('later', 0, '2026-11-23 01:37:00')"
            )
        )


async def test_a_restored_server_takes_the_same_restore_again(
    backed_up: Any, empty_url: str, backup_file: Path
) -> None:
    for _ in range(2):
        await restored(empty_url, backup_file, force=True)
        assert held(empty_url) == backed_up


async def test_a_book_in_use_is_not_taken_away(
    backed_up: Any, database_url: str, backup_file: Path
) -> None:
    store = Store.open(database_url)
    async with store.read() as tx:
        await tx.ledger.rows(None)
    try:
        with pytest.raises(Refused, match="in_use"):
            await restored(database_url, backup_file)
        if store.dialect == "sqlite":
            with pytest.raises(Refused, match="in_use"):
                await restored(database_url, backup_file, force=True)
    finally:
        await store.close()
    assert held(database_url) == backed_up


async def test_a_book_is_not_taken_from_under_a_service_by_any_means(
    backed_up: Any, postgres: Any, backup_file: Path
) -> None:
    heard = asyncio.Event()
    with postgres.fresh() as url:
        async with hearing_puts(parse_url(url), heard.set):
            await asyncio.wait_for(heard.wait(), 10)
            with pytest.raises(Refused, match="in_use"):
                await restored(url, backup_file)
            with pytest.raises(Refused, match="service_runs"):
                await restored(url, backup_file, force=True)


async def test_a_log_that_a_lost_book_left_behind_is_not_taken_for_the_new_books(
    backed_up: Any, sqlite_files: Any, backup_file: Path
) -> None:
    with sqlite_files.fresh() as url:
        book = Path(parse_url(url).database or "")
        with closing(sqlite3.connect(book, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("INSERT INTO settings VALUES ('a', '1', '2026-01-01 00:00:00')")
            log = Path(f"{book}-wal").read_bytes()
        book.unlink()
        Path(f"{book}-wal").write_bytes(log)
        done = await restored(url, backup_file)
        assert held(url) == backed_up
        assert done.aside is not None
        assert Path(f"{done.aside}-wal").read_bytes() == log
        with reading(parse_url(url)) as now:
            assert now.scalar(text("SELECT count(*) FROM settings WHERE key = 'a'")) == 0


async def test_a_book_that_cannot_be_read_any_more_is_replaced_and_kept(
    backed_up: Any, sqlite_files: Any, backup_file: Path
) -> None:
    with sqlite_files.empty() as url:
        book = Path(parse_url(url).database or "")
        book.write_bytes(b"what is left of it" * 500)
        done = await restored(url, backup_file)
        assert held(url) == backed_up
        assert done.aside is not None
        assert Path(done.aside).read_bytes() == b"what is left of it" * 500


async def test_the_new_book_belongs_to_whom_the_former_one_belonged(
    backed_up: Any, sqlite_files: Any, backup_file: Path
) -> None:
    with sqlite_files.fresh() as url:
        book = Path(parse_url(url).database or "")
        book.chmod(0o660)
        await restored(url, backup_file)
        assert book.stat().st_mode & 0o777 == 0o660


async def test_an_older_backup_is_brought_to_the_present_schema(
    dialect: str, empty_url: str, sqlite_files: Any, backup_file: Path
) -> None:
    with sqlite_files.empty() as old:
        with writing(parse_url(old)) as book:
            lay(book, "0003")
            book.execute(
                text(
                    "INSERT INTO accounts (id, name, name_key, segment, aliases, custom, created_at) "
                    "VALUES (7, 'Acme', 'acme', 'core', '[]', '{}', '2026-01-01 00:00:00')"
                )
            )
        await back_up(old, backup_file, MONDAY)
    await restored(empty_url, backup_file)
    with reading(parse_url(empty_url)) as book:
        assert book.scalar(text("SELECT count(*) FROM health_due")) is not None
        assert book.scalar(text("SELECT name FROM accounts WHERE id = 7")) == "Acme"


async def test_a_plain_copy_of_the_file_is_taken_with_a_word_about_it(
    sqlite_files: Any, empty_url: str, backup_file: Path
) -> None:
    with sqlite_files.fresh() as url:
        store = Store.open(url)
        await fill(store)
        await store.close()
        backup_file.write_bytes(Path(parse_url(url).database or "").read_bytes())
        done = await restored(empty_url, backup_file)
        assert (done.proven, held(empty_url)) == (False, held(url))
        assert done.taken_at <= LATER


def _flip(file: Path) -> None:
    with closing(sqlite3.connect(file)) as copy, copy:
        copy.execute("UPDATE people SET role = 'admin' WHERE id = 1")


def _newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as copy, copy:
        copy.execute("UPDATE alembic_version SET version_num = '9999'")


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


@pytest.mark.parametrize(
    ("spoil", "key"),
    [
        (_flip, "damaged"),
        (_cut, "damaged"),
        (_newer, "newer_backup"),
        (Path.unlink, "no_such_backup"),
        (lambda file: file.write_text("text"), "no_backup"),
        (lambda file: file.write_bytes(b""), "no_backup"),
    ],
)
async def test_what_is_no_whole_backup_changes_nothing(
    backed_up: Any, database_url: str, backup_file: Path, spoil: Any, key: str
) -> None:
    spoil(backup_file)
    with pytest.raises(Refused, match=key):
        await restored(database_url, backup_file, force=True)
    assert held(database_url) == backed_up


async def test_a_backup_from_tomorrow_makes_the_clock_doubtful(
    backed_up: Any, database_url: str, backup_file: Path
) -> None:
    with pytest.raises(Refused, match="taken_later"):
        await restored(database_url, backup_file, now=MONDAY - timedelta(days=1))
    assert held(database_url) == backed_up


async def test_of_a_backup_from_tomorrow_everything_is_doubted_also_what_waits_for_its_hours(
    backed_up: Any, empty_url: str, backup_file: Path
) -> None:
    done = await restored(empty_url, backup_file, now=MONDAY - timedelta(days=1), force=True)
    assert done.epoch.put > 0
    with reading(parse_url(empty_url)) as book:
        sure = "SELECT count(*) FROM deliveries WHERE suspect_since IS NULL"
        assert book.scalar(text(sure)) == 0
