"""The product as users start it: `python -m bot …` in a process of its own."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[1]
READY = "renewals: ready "
READY_WITHIN_S = 60.0
"""Generous, for a busy machine; how fast it really is, the benchmarks say."""


class Started:
    """A service that said it is ready. `stop` ends it the way a terminal or an init system does."""

    def __init__(self, process: subprocess.Popen[str], address: str, errors: list[str]) -> None:
        self.process = process
        self.address = address
        self.errors = errors

    def stop(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Exit code and the seconds it took to end."""
        asked = time.monotonic()
        self.process.send_signal(how)
        code = self.process.wait(30)
        return code, time.monotonic() - asked


@contextmanager
def started(
    *arguments: str, environment: Mapping[str, str] | None = None, cwd: Path = ROOT
) -> Iterator[Started]:
    """`renewals ARGUMENTS` once it is ready; killed at the end if it still runs."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("RENEWALS_", "PORT"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", *arguments],
        cwd=cwd,
        env={**clean, "PYTHONPATH": str(ROOT), **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    said: queue.Queue[str] = queue.Queue()
    errors: list[str] = []
    readers = [
        threading.Thread(target=_pass_on, args=(process.stdout, said.put)),
        threading.Thread(target=_pass_on, args=(process.stderr, errors.append)),
    ]
    for reader in readers:
        reader.start()
    try:
        yield Started(process, _address(said, process, errors), errors)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)
        for reader in readers:
            reader.join(10)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def _pass_on(stream: IO[str] | None, take: Callable[[str], object]) -> None:
    for line in stream or ():
        take(line)


def _address(said: queue.Queue[str], process: subprocess.Popen[str], errors: list[str]) -> str:
    deadline = time.monotonic() + READY_WITHIN_S
    while process.poll() is None or not said.empty():
        try:
            line = said.get(timeout=max(0.05, min(0.5, deadline - time.monotonic())))
        except queue.Empty:
            assert time.monotonic() < deadline, f"not ready: {''.join(errors)}"
            continue
        if line.startswith(READY):
            return line.removeprefix(READY).strip()
    raise AssertionError(f"ended with {process.returncode}: {''.join(errors)}")
