"""Databases to copy from and to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import PostgresDatabases, SqliteFiles


@pytest.fixture
def empty_url(dialect: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database without any table, of the same kind as `database_url`."""
    maker: SqliteFiles | PostgresDatabases = request.getfixturevalue(
        "sqlite_files" if dialect == "sqlite" else "postgres"
    )
    with maker.empty() as url:
        yield url


@pytest.fixture
def other_url(dialect: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database without any table, of the other kind."""
    maker: SqliteFiles | PostgresDatabases = request.getfixturevalue(
        "postgres" if dialect == "sqlite" else "sqlite_files"
    )
    with maker.empty() as url:
        yield url


@pytest.fixture
def backup_file(tmp_path: Path) -> Path:
    """Where a backup goes."""
    return tmp_path / "copies" / "book.backup"


@pytest.fixture(autouse=True)
def folder_for_copies(backup_file: Path) -> None:
    """The folder of backups is there."""
    backup_file.parent.mkdir()
