"""Connections that never finish asking are ended, and nobody who asks is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from bot.web.server import serving, web_app

HEAD_S = 0.3
WHOLE = b"GET /ok HTTP/1.1\r\nHost: x\r\n\r\n"


class _Door:
    def add_to(self, app: web.Application) -> None:
        async def ok(_request: web.Request) -> web.Response:
            return web.Response(text="ok")

        async def long(_request: web.Request) -> web.Response:
            await asyncio.sleep(4 * HEAD_S)
            return web.Response(text="ok")

        app.router.add_get("/ok", ok)
        app.router.add_get("/long", long)


@asynccontextmanager
async def connection() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    async with serving(web_app([_Door()], head_s=HEAD_S), "127.0.0.1", 0) as address:
        where = urlsplit(address)
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        try:
            yield reader, writer
        finally:
            writer.close()


@pytest.mark.parametrize("sent", [b"", b"GET /ok HTTP/1.1\r\nHost: x\r\nX-A: "])
async def test_a_head_that_trickles_in_is_not_waited_for(sent: bytes) -> None:
    async with connection() as (reader, writer):

        async def trickle() -> None:
            writer.write(sent)
            while sent:
                writer.write(b"a")
                await asyncio.sleep(HEAD_S / 10)

        trickling = asyncio.create_task(trickle())
        async with asyncio.timeout(10 * HEAD_S):
            with suppress(ConnectionResetError):
                assert await reader.read() == b""
        trickling.cancel()


async def test_who_has_asked_keeps_the_connection_and_may_ask_again() -> None:
    async with connection() as (reader, writer):
        for _ in range(2):
            writer.write(WHOLE)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200")
            assert await reader.readexactly(2) == b"ok"
            await asyncio.sleep(2 * HEAD_S)


async def test_an_answer_may_take_as_long_as_it_takes() -> None:
    async with connection() as (reader, writer):
        writer.write(WHOLE.replace(b"/ok", b"/long"))
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
