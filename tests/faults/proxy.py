"""Between the replicas and PostgreSQL: a wire that loses what a COMMIT is answered with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.weather import Weather

_CHUNK = 65_536


@dataclass
class Proxy:
    """Passes everything on. At a rate a commit is done and its answer lost, or not even asked for."""

    socket: Path
    weather: Weather
    rate: float = 0.0
    port: int = 0
    _links: set[asyncio.Task[None]] = field(default_factory=set)

    def worsen(self, rate: float) -> None:
        """From now on so many commits, of all, have one of two bad fates."""
        self.rate = rate

    def calm(self) -> None:
        """From now on nothing is lost."""
        self.rate = 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        try:
            to_server = await asyncio.open_unix_connection(str(self.socket))
        except OSError:
            writer.transport.abort()
            return
        link = _Link(self, reader, writer, *to_server)
        ways = [asyncio.create_task(way) for way in (link.asked(), link.answered())]
        self._links.update(ways)
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
            self._links.discard(way)
        for end in (writer, to_server[1]):
            end.transport.abort()

    def fate(self) -> str:
        """What becomes of a commit."""
        if self.weather.dice.random() >= self.rate:
            return ""
        what = self.weather.dice.choice(["commit done, reply lost", "commit lost"])
        self.weather.count(f"database: {what}")
        return what


@dataclass
class _Link:
    proxy: Proxy
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    server_reader: asyncio.StreamReader
    server_writer: asyncio.StreamWriter
    deaf: bool = False

    async def asked(self) -> None:
        """Client to server."""
        with suppress(OSError):
            while chunk := await self.reader.read(_CHUNK):
                fate = self.proxy.fate() if b"COMMIT" in chunk else ""
                if fate == "commit lost":
                    return
                self.deaf = bool(fate)
                self.server_writer.write(chunk)
                await self.server_writer.drain()

    async def answered(self) -> None:
        """Server to client."""
        with suppress(OSError):
            while chunk := await self.server_reader.read(_CHUNK):
                if self.deaf:
                    return
                self.writer.write(chunk)
                await self.writer.drain()


@asynccontextmanager
async def proxied(socket: Path, weather: Weather) -> AsyncIterator[Proxy]:
    """A proxy on a free port of this machine."""
    proxy = Proxy(socket, weather)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
