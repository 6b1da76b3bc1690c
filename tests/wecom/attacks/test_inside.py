"""Addresses of files that only look public lead nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.wecom.files import Files
from bot.wecom.heard import RemoteFile
from scoring.errors import Refused


@asynccontextmanager
async def port_of_ours() -> AsyncIterator[tuple[int, list[str]]]:
    """A port on this machine, and who came."""
    came: list[str] = []

    def met(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append("somebody")
        writer.close()

    server = await asyncio.start_server(met, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], came
    finally:
        server.close()
        await server.wait_closed()


@pytest.mark.parametrize(
    "host",
    [
        "127。0。0。1",  # dots and digits that become ASCII ones on their way
        "１２７.0.0.1",
        "①②⑦.0.0.1",
        "127%2e0.0.1",
        "%31%32%37.0.0.1",
        "127.1",
        "2130706433",
        "017700000001",
        "0x7f000001",
        "127.0.0.1.",
        "0",
        "localhost",
        "localhost.",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[::127.0.0.1]",
        "user@127.1",
    ],
)
async def test_no_spelling_of_this_machine_is_asked(host: str) -> None:
    files = Files(None, api_url="https://qyapi.weixin.qq.com")
    async with port_of_ours() as (port, came):
        with pytest.raises(Refused):
            await files.fetch(RemoteFile(url=f"https://{host}:{port}/secret"))
    await files.close()
    assert came == []


async def test_another_port_of_a_trusted_name_inside_is_not_asked() -> None:
    async with port_of_ours() as (port, came):
        files = Files(None, api_url="http://localhost:1")
        with pytest.raises(Refused):
            await files.fetch(RemoteFile(url=f"https://localhost:{port}/secret"))
        await files.close()
    assert came == []
