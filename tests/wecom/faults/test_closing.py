"""Closing that is broken off leaves nothing open behind it."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import SecretStr

from bot.dialing import open_http
from bot.wecom.connection import Login, Socket, Tempo
from tests.fakes.aibot_peer import BOT, SECRET, AibotPeer


@pytest.mark.parametrize("steps", range(6))
async def test_a_socket_is_closed_however_its_closing_is_broken_off(
    peer: AibotPeer, steps: int
) -> None:
    login, tempo = Login(BOT, SecretStr(SECRET)), Tempo(close_s=0.05)
    async with open_http() as http:
        socket = await Socket.open(http, peer.url, login, lambda _callback: None, tempo)
        closing = asyncio.create_task(socket.close())
        for _ in range(steps):
            await asyncio.sleep(0)
        closing.cancel()
        await asyncio.gather(closing, return_exceptions=True)
        if not steps:  # it never began
            await socket.close()
        await peer.until(lambda: peer.sessions[-1].over)
