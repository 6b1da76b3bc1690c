"""How long somebody waits for the first sign of life."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.timing import median, stopwatch

READY = "renewals: ready"


def measure(directory: Path, runs: int) -> list[Figure]:
    """Fresh processes, compiled once before."""
    help_s = [_run("-m", "bot", "--help") for _ in range(3 * runs + 1)][1:]
    import_s = [_run("-c", "import bot.cli") for _ in range(3 * runs + 1)][1:]
    bare_s = [_run("-c", "pass") for _ in range(3 * runs + 1)][1:]
    demo_s = [_demo(directory) for _ in range(runs + 1)][1:]
    python = f"a bare interpreter takes {median(bare_s) * 1000:.0f} ms of it"
    return [
        Figure("start", "", "renewals --help", median(help_s), "s", goal=0.4, note=python),
        Figure("start", "", "import bot.cli", median(import_s), "s"),
        Figure("start", "", "renewals demo, until it is ready", median(demo_s), "s", goal=5),
    ]


def _environment() -> dict[str, str]:
    # Where this is set every start compiles everything again; an installation does not.
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def _run(*arguments: str) -> float:
    with stopwatch() as watch:
        subprocess.run(
            [sys.executable, *arguments],
            stdout=subprocess.DEVNULL,
            check=True,
            env=_environment(),
            cwd=Path(__file__).parents[1],
        )
    return watch.seconds


def _demo(directory: Path) -> float:
    start = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "demo", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**_environment(), "PYTHONPATH": str(Path(__file__).parents[1])},
        cwd=directory,
    ) as demo:
        try:
            line = demo.stdout.readline() if demo.stdout else ""
            seconds = time.perf_counter() - start
        finally:
            demo.terminate()
    assert line.startswith(READY), f"the demo said {line!r}"
    return seconds
