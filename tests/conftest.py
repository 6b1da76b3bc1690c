"""What every test may ask for: a store on each of the two databases."""

from __future__ import annotations

import gc
import logging
import math
from collections.abc import AsyncIterator, Iterator

import pytest
import structlog
from hypothesis import settings

from handlers import shared_proof
from storage.store import Store
from tests.databases import DIALECTS, PostgresDatabases, SqliteFiles, postgres_databases
from tests.longest_first import pytest_collection_modifyitems
from tests.requirements import pytest_configure, pytest_runtest_setup

__all__ = ["pytest_collection_modifyitems", "pytest_configure", "pytest_runtest_setup"]


def pytest_collection_finish() -> None:
    """Look for garbage no more among half a million objects of the collection: 7 % of a run."""
    gc.collect()
    gc.freeze()


# How long one example takes says more about the machine than about the code.
settings.register_profile("ours", deadline=None)
settings.load_profile("ours")


@pytest.fixture(autouse=True, scope="session")
def _every_book_is_small() -> None:
    """However slow the machine is, a proof is of the book as it is now."""
    shared_proof.QUICK_S = math.inf


@pytest.fixture(autouse=True)
def _logs_as_found() -> Iterator[None]:
    """A command that is called in this process sets up logging: the next test shall not notice."""
    root = logging.getLogger()
    configured, handlers, level = structlog.is_configured(), root.handlers[:], root.level
    yield
    if structlog.is_configured() and not configured:
        structlog.reset_defaults()
        for handler in root.handlers[:]:
            # pytest's own handlers come and go by themselves.
            if type(handler) is logging.StreamHandler and handler not in handlers:
                root.removeHandler(handler)
        root.setLevel(level)


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> SqliteFiles:
    """Where the SQLite databases of this run are made."""
    return SqliteFiles(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresDatabases]:
    """The PostgreSQL server of this run, started when first asked for."""
    with postgres_databases() as databases:
        yield databases


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    """`sqlite`, then `postgresql`: a test that asks for a store runs on both."""
    return str(request.param)


@pytest.fixture
def database_url(dialect: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database with the schema and no rows, of this test alone."""
    maker: SqliteFiles | PostgresDatabases = request.getfixturevalue(
        "sqlite_files" if dialect == "sqlite" else "postgres"
    )
    with maker.fresh() as url:
        yield url


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """An open store on a database of this test alone."""
    opened = Store.open(database_url)
    try:
        yield opened
    finally:
        await opened.close()
