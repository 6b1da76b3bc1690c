"""Replicas: `renewals run` in processes of their own, to be killed, stopped and started again."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bot.delivery.checkpoints import Point
from tests.processes import READY, READY_WITHIN_S, ROOT

START_AGAIN_S = 0.5
_QUIET = {"PYTHONWARNINGS": "ignore", "OPENBLAS_NUM_THREADS": "1"}


@dataclass
class Replica:
    """One of them. `died` counts ends that nobody had asked for."""

    folder: Path
    number: int
    config: str
    database_url: str
    clock: Callable[[], datetime]
    address: str = ""
    died: list[int] = field(default_factory=list)
    doomed: bool = False
    ready: bool = False
    _process: asyncio.subprocess.Process | None = None

    @property
    def alive(self) -> bool:
        """Whether there is a process."""
        return self._process is not None and self._process.returncode is None

    async def start(self, crash_at: Point | None = None) -> None:
        """Start it; when it is ready it has an address. It may die on the way there."""
        self.doomed, self.ready = crash_at is not None, False
        path = self.folder / f"replica{self.number}.toml"
        path.write_text(self.config, encoding="utf-8")
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("RENEWALS_", "PORT"))}
        crash = {"RENEWALS_TEST_CRASH_AT": str(crash_at)} if crash_at else {}
        with (self.folder / f"replica{self.number}.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "bot", "run", "--config", str(path), "--db", self.database_url),
                *("--now", self.clock().isoformat(timespec="milliseconds")),
                cwd=self.folder,
                env={**clean, **_QUIET, **crash, "PYTHONPATH": str(ROOT)},
                stdout=subprocess.PIPE,
                stderr=log,
            )
        assert self._process.stdout is not None
        with suppress(TimeoutError):
            async with asyncio.timeout(READY_WITHIN_S):
                async for line in self._process.stdout:
                    if line.startswith(READY.encode()):
                        self.ready = True
                        self.address = line.decode().removeprefix(READY).strip()
                        return
                # It said no more: it is at its end.
                await self._process.wait()
                return
        await self.kill()

    async def kill(self) -> None:
        """kill -9."""
        await self._end(signal.SIGKILL)

    async def leave(self) -> int | None:
        """End it as an init system does; its exit code."""
        return await self._end(signal.SIGTERM)

    async def stand_still(self, seconds: float) -> None:
        """SIGSTOP, for so long, then SIGCONT: for itself no time has passed."""
        if self._process is None or not self.alive:
            return
        self._signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        self._signal(signal.SIGCONT)

    async def dead_within(self, seconds: float) -> bool:
        """Whether it ends by itself in time."""
        if self._process is None:
            return True
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._process.wait()
        return not self.alive

    async def wake(self) -> None:
        """Let it go on or start it, whatever befell it last, and without a point to die at."""
        if self.doomed:
            await self.kill()
        self._signal(signal.SIGCONT)
        await self.keep_alive()

    async def peace(self, seconds: float) -> None:
        """Let it work for so long, started again whenever it is gone."""
        over_at = time.monotonic() + seconds
        while time.monotonic() < over_at:
            await self.keep_alive()
            await asyncio.sleep(START_AGAIN_S)

    async def keep_alive(self) -> None:
        """Start it again when it is gone, as an init system does."""
        if self.alive:
            return
        ended = None if self._process is None else self._process.returncode
        # One that finds no database when it starts says so and ends: that is for the init system.
        if self.ready and ended not in (None, 0, -signal.SIGKILL):
            self.died.append(int(ended or 0))
        while not self.alive:
            await asyncio.sleep(START_AGAIN_S)
            await self.start()

    async def _end(self, how: signal.Signals) -> int | None:
        if self._process is None:
            return None
        self._signal(how)
        return await self._process.wait()

    def _signal(self, how: signal.Signals) -> None:
        """Not by the process object: when it has just ended, that takes its exit code away."""
        with suppress(ProcessLookupError):
            if self._process is not None and self.alive:
                os.kill(self._process.pid, how)
