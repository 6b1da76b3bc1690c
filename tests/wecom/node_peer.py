"""Tencent's own clients as processes beside a test (tests/node)."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "node"
SAYS_WITHIN_S = 20.0

Json = dict[str, Any]


@dataclass
class Peer:
    """The official long-connection client, told what to do line by line."""

    process: asyncio.subprocess.Process
    _unread: deque[Json] = field(default_factory=deque)

    async def until(self, what: str) -> Json:
        """The next thing of this kind that it says; others are kept for later."""
        for line in self._unread:
            if line["what"] == what:
                self._unread.remove(line)
                return line
        async with asyncio.timeout(SAYS_WITHIN_S):
            while True:
                line = await self._next()
                if line["what"] == what:
                    return line
                self._unread.append(line)

    async def act(self, act: str, **how: Any) -> Any:
        """Let it do something, and give what came back; `code` is there when it was refused."""
        stdin = self.process.stdin
        assert stdin is not None
        stdin.write(json.dumps({"act": act, **how}).encode() + b"\n")
        await stdin.drain()
        async with asyncio.timeout(SAYS_WITHIN_S):
            while True:
                line = await self._next()
                if line["what"] in ("done", "refused"):
                    assert line["act"] == act
                    return line.get("answer", line)
                self._unread.append(line)

    async def _next(self) -> Json:
        stdout = self.process.stdout
        assert stdout is not None
        line = await stdout.readline()
        assert line, "the client has ended"
        said: Json = json.loads(line)
        return said


@asynccontextmanager
async def client_of(url: str, bot_id: str, secret: str) -> AsyncIterator[Peer]:
    """The official client, connecting; ended afterwards."""
    process = await asyncio.create_subprocess_exec(
        *(_node(), "bot.mjs", url, bot_id, secret),
        cwd=FOLDER,
        env=_environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 22,
    )
    try:
        yield Peer(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def crypto(asked: Sequence[Json]) -> list[Json]:
    """What `@wecom/crypto` answers to each request."""
    process = await asyncio.create_subprocess_exec(
        *(_node(), "crypto.mjs"),
        cwd=FOLDER,
        env=_environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate(json.dumps(asked).encode())
    assert process.returncode == 0
    answers: list[Json] = json.loads(out)
    return answers


def _node() -> str:
    found = shutil.which("node")
    assert found is not None
    return found


def _environment() -> dict[str, str]:
    """Without proxies: everything is on this machine."""
    return {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
