"""The one way to the database: `async with store.begin() as tx`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from scoring.errors import Conflict, StoreUnavailable
from storage.engine import Engines, open_engines
from storage.transaction import Tx

_REASONS = (
    ("database is locked", "locked"),
    ("database table is locked", "locked"),
    ("disk is full", "full"),
    ("no space left", "full"),
    ("readonly database", "read_only"),
    ("read-only", "read_only"),
    ("malformed", "damaged"),
    ("not a database", "damaged"),
    ("unable to open", "gone"),
    ("disk i/o error", "gone"),
    ("no such table", "empty"),
    ("does not exist", "empty"),
    ("lock timeout", "locked"),
    ("statement timeout", "slow"),
)


class Store:
    """The book. Values go in and out; no row object and no connection leaves this package."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    @classmethod
    def open(cls, url: str) -> Store:
        """A store for a database address; connects on first use."""
        return cls(open_engines(url))

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._engines.dialect

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Tx]:
        """A transaction that may write: committed at the end, rolled back on any error."""
        with_write = self._engines.writer
        try:
            async with with_write.begin() as connection:
                tx = Tx(connection)
                try:
                    yield tx
                finally:
                    await tx.end_long_statements()
        except (OperationalError, InterfaceError, PoolTimeout, DatabaseError) as fault:
            raise _unavailable(fault) from fault

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """A consistent view to read from: every statement sees the book as the first one did."""
        try:
            # The first statement begins the transaction; leaving without a commit ends it.
            async with self._engines.reader.connect() as connection:
                tx = Tx(connection)
                try:
                    yield tx
                finally:
                    await tx.end_long_statements()
        except (OperationalError, InterfaceError, PoolTimeout, DatabaseError) as fault:
            raise _unavailable(fault) from fault

    @asynccontextmanager
    async def hearing_puts(self, wake: Callable[[], None]) -> AsyncIterator[None]:
        """Call `wake` when another process put something to be sent: a hint, on PostgreSQL alone."""
        if self.dialect != "postgresql":
            yield
            return
        from storage.wakeups import hearing_puts  # the driver costs a start with SQLite its time

        async with hearing_puts(self._engines.writer.url, wake):
            yield

    async def close(self) -> None:
        """Close every connection."""
        await self._engines.dispose()


_OURS = ("no such column", "syntax error", "has no column", "ambiguous column")
"""SQLite calls our own mistakes operational too."""


_CONFLICTS = frozenset({"40001", "40P01"})
"""PostgreSQL's SQLSTATE of a serialization failure and of a deadlock."""


def _unavailable(fault: Exception) -> Exception:
    """Faults of the database become StoreUnavailable; mistakes of ours stay what they are."""
    if isinstance(fault, DBAPIError):
        if getattr(fault.orig, "sqlstate", None) in _CONFLICTS:
            return Conflict()
        text = str(fault.orig).lower()
        operational = isinstance(fault, OperationalError | InterfaceError)
        if any(mistake in text for mistake in _OURS) or not (operational or _known(text)):
            return fault
    if isinstance(fault, PoolTimeout):
        return StoreUnavailable("busy")
    return StoreUnavailable(_known(str(getattr(fault, "orig", fault))) or "gone")


def _known(text: str) -> str | None:
    lowered = text.lower()
    return next((reason for needle, reason in _REASONS if needle in lowered), None)
