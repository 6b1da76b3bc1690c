"""The service in a process of its own with a clock that is moved by whoever started it.

Each line of its input is an instant: the clock goes there, a tick is done, and what the process
holds is told as one line of JSON. When the input ends the service ends as it does by SIGTERM.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.book import NOW

LINE_MOST_S = 600.0
"""The first tick of a day on a large book takes long on a busy machine."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A service that was started; `address` answers."""

    process: asyncio.subprocess.Process
    address: str

    async def move_to(self, instant: datetime) -> dict[str, Any]:
        """Move its clock there and tick; what it says it holds then."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{instant.isoformat()}\n".encode())
        return await self._said()

    async def _said(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        async with asyncio.timeout(LINE_MOST_S):
            line = await self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the service ended with {await self.process.wait()}")
        said: dict[str, Any] = json.loads(line)
        return said


@asynccontextmanager
async def moved_service(directory: Path, toml: str) -> AsyncIterator[Moved]:
    """A service by this configuration, whose log is `service.log` of the directory."""
    config = directory / "service.toml"
    config.write_text(toml, encoding="utf-8")
    config.chmod(0o600)
    with (directory / "service.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "benchmarks.moved_service",
            str(config),
            cwd=Path(__file__).parents[1],
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
        try:
            moved = Moved(process, "")
            yield Moved(process, (await moved._said())["address"])
            assert process.stdin is not None
            process.stdin.close()
            async with asyncio.timeout(60):
                await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


def main() -> None:
    """The other side."""
    asyncio.run(_serve(Path(sys.argv[1])))


async def _serve(path: Path) -> None:
    # Imported here alone: whoever starts it measures its memory, not that of the benchmarks.
    from bot.clock import Clock
    from bot.config import load_config
    from bot.logs import set_up_logs
    from bot.shifts import Shifts
    from bot.web.listening import listening

    config = load_config(path)
    set_up_logs(config, level=logging.WARNING)
    clock = Clock(NOW, movable=True)
    with listening(config.http.host, config.http.port) as listener:
        shift = await Shifts(clock, listener).take_over(config)
        running = shift.begun.result()
        print(json.dumps({"address": running.address}), flush=True)
        async for line in _lines():
            clock.move_to(datetime.fromisoformat(line))
            await running.ticker.tick()
            held = {"tasks": len(asyncio.all_tasks()), "threads": threading.active_count()}
            print(json.dumps(held), flush=True)
        listener.close()
        await shift.end()


async def _lines() -> AsyncIterator[str]:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield line.decode().strip()


if __name__ == "__main__":
    main()
