"""A backup that somebody made to do harm: nothing of it is run, and nothing beside it is touched."""

# ruff: noqa: ASYNC240 - nobody else waits for the event loop of a test

from __future__ import annotations

import os
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from handlers.coming_back import Restored, restore_book
from scoring.errors import Refused
from storage.copying.backup import back_up
from storage.copying.doors import reading
from storage.copying.files import part_of
from storage.engine import parse_url
from storage.store import Store
from tests.sample_book import MONDAY, RULES, fill

LATER = MONDAY + timedelta(hours=1)
PAGE, SECTOR = 4096, 512
MAGIC = bytes.fromhex("d9d505f920a163d7")
MADE = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"


@pytest.fixture
def book_url(sqlite_files: Any) -> Iterator[str]:
    """A book with something in it, in a file: a server's schema is always laid by us."""
    with sqlite_files.fresh() as url:
        yield url


@pytest.fixture
async def backed_up(book_url: str, backup_file: Path) -> list[Any]:
    """What the schema of that book is; there is a backup of it."""
    store = Store.open(book_url)
    await fill(store)
    await store.close()
    await back_up(book_url, backup_file, MONDAY)
    return made_of(book_url)


def made_of(url: str) -> list[Any]:
    """All that a database is made of."""
    with reading(parse_url(url)) as book:
        return [tuple(row) for row in book.execute(text(MADE))]


def people(url: str) -> list[Any]:
    with reading(parse_url(url)) as book:
        return [tuple(row) for row in book.execute(text("SELECT id, role FROM people"))]


async def restored(url: str, file: Path) -> Restored:
    return await restore_book(url, file, RULES, LATER, force=True)


def alter(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as opened:
        opened.execute("PRAGMA writable_schema = ON")
        for statement in statements:
            opened.execute(statement)


PROMOTES = (
    "CREATE TRIGGER nice AFTER UPDATE ON deliveries BEGIN UPDATE people SET role = 'admin'; END"
)
FOREIGN = {
    "a trigger": (PROMOTES,),
    "a guard that guards nothing": (
        "DROP TRIGGER audit_stays",
        "CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT 1; END",
    ),
    "no guard": ("DROP TRIGGER audit_stays",),
    "a view": ("CREATE VIEW nice AS SELECT * FROM people",),
    "a table": ("CREATE TABLE nice (a)", "INSERT INTO nice VALUES (1)"),
    "no index": ("DROP INDEX ix_audit_unsealed",),
}


@pytest.mark.parametrize("how", FOREIGN)
@pytest.mark.parametrize("stamped", [True, False])
async def test_of_a_foreign_schema_only_the_rows_are_taken(
    backed_up: list[Any], book_url: str, backup_file: Path, how: str, stamped: bool
) -> None:
    before = people(book_url)
    alter(backup_file, *FOREIGN[how], *(() if stamped else ("DROP TABLE renewals_backup",)))
    done = await restored(book_url, backup_file)
    assert done.as_laid is False
    assert made_of(book_url) == backed_up
    assert people(book_url) == before


async def test_a_schema_of_ours_is_taken_as_it_is(
    backed_up: list[Any], book_url: str, backup_file: Path
) -> None:
    assert (await restored(book_url, backup_file)).as_laid is True


def _as_view(table: str, query: str) -> tuple[str, ...]:
    return (f"ALTER TABLE {table} RENAME TO kept", f"CREATE VIEW {table} AS {query}")


ENDLESS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS version_num FROM n"
)


def _stamp(said: str) -> tuple[str, ...]:
    return (f"UPDATE renewals_backup SET said = '{said}'",)  # noqa: S608 - of our tests


REFUSED: dict[str, tuple[str, ...]] = {
    "a trigger with a name of SQLite's own": (
        PROMOTES,
        "UPDATE sqlite_master SET name = 'sqlite_autoindex_x_1' WHERE name = 'nice'",
    ),
    "a table without its key": (
        "CREATE TABLE kept AS SELECT * FROM settings",
        "DROP TABLE settings",
        "ALTER TABLE kept RENAME TO settings",
    ),
    "rows of nobody": (
        "DROP TABLE renewals_backup",
        "DROP INDEX ix_audit_unsealed",
        "UPDATE contracts SET account_id = 987654",
    ),
    "a table without its columns": ("ALTER TABLE people DROP COLUMN locale",),
    "a table with another column": ("ALTER TABLE people ADD COLUMN nice TEXT",),
    "no such table": ("DROP TABLE renewals_backup", "DROP TABLE accounts"),
    "a view in the place of a table": _as_view("people", "SELECT * FROM kept"),
    "a view that never ends": _as_view("alembic_version", ENDLESS),
    "a virtual table": (
        "DROP TABLE settings",
        "CREATE VIRTUAL TABLE settings USING fts5(key, value, at)",
    ),
    "a version that never was": ("UPDATE alembic_version SET version_num = '0004x'",),
    "a version that is a number": ("UPDATE alembic_version SET version_num = x'00'",),
    "no version": ("DELETE FROM alembic_version",),
    "a stamp that says nothing": ("DELETE FROM renewals_backup",),
    "a stamp of other columns": (
        "DROP TABLE renewals_backup",
        "CREATE TABLE renewals_backup (nice)",
    ),
    "a stamp that is no JSON": _stamp("nonsense"),
    "a stamp that is a list": _stamp("[]"),
    "a stamp that is deep": _stamp("[" * 100_000),
    "a stamp without a zone": _stamp(
        '{"taken_at": "2026-11-23", "of": "sqlite", "schema": "0005", "proof": {}}'
    ),
    "a stamp with a strange proof": _stamp(
        '{"taken_at": "2026-11-23T01:00:00+00:00", "of": 1, "schema": 2, "proof": {"a": 7}}'
    ),
    "a time that is none": (
        "DROP TABLE renewals_backup",
        "INSERT INTO clock_marks (name, rev, at) VALUES ('x', 0, 'yesterday')",
    ),
}


@pytest.mark.parametrize("how", REFUSED)
async def test_what_is_no_book_of_ours_is_refused_in_a_sentence_and_changes_nothing(
    backed_up: list[Any], book_url: str, backup_file: Path, how: str
) -> None:
    alter(backup_file, *REFUSED[how])
    before = people(book_url)
    with pytest.raises(Refused, match="copying"):
        await restored(book_url, backup_file)
    assert people(book_url) == before


def _hot_journal(file: Path, names: Path) -> None:
    """What SQLite leaves of a transaction over several files; it deletes what the journal names."""
    name = os.fsencode(names)
    header = MAGIC + struct.pack(">IIIII", 0, 0, file.stat().st_size // PAGE, SECTOR, PAGE)
    end = struct.pack(">I", 0x40000000 // PAGE + 1) + name
    end += struct.pack(">II", len(name), sum(name) & 0xFFFFFFFF) + MAGIC
    Path(f"{file}-journal").write_bytes(header.ljust(SECTOR, b"\0") + end)


async def test_a_journal_beside_the_backup_deletes_nothing(
    backed_up: list[Any], book_url: str, backup_file: Path, tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("somebody's")
    _hot_journal(backup_file, victim)
    with pytest.raises(Refused, match="journal"):
        await restored(book_url, backup_file)
    assert victim.read_text() == "somebody's"


async def test_a_backup_is_only_read(
    backed_up: list[Any], book_url: str, backup_file: Path
) -> None:
    before = backup_file.read_bytes()
    backup_file.chmod(0o400)
    await restored(book_url, backup_file)
    assert backup_file.read_bytes() == before


def test_a_part_that_leads_to_another_file_is_not_written(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("somebody's")
    os.link(victim, tmp_path / "book.part")
    with pytest.raises(Refused), part_of(tmp_path / "book"):
        pass
    assert victim.read_text() == "somebody's"


def test_a_part_that_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "book.part")
    with pytest.raises(Refused), part_of(tmp_path / "book"):
        pass
