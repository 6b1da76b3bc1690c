"""`renewals …` as somebody types it: in a process of its own, with its exit code and what it said.

Tests type hundreds of commands, and loading the product takes a second each time: the processes are
forked from one that has loaded it (multiprocessing's fork server). What a start itself does is
tested with `tests.processes`.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.processes import READY, READY_WITHIN_S, ROOT

ENGLISH = "en_US.UTF-8"
_WITHIN_S = 60.0
_FORKS = get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        "alembic.command",
        "bot.__main__",
        "bot.app",
        "bot.cli",
        "bot.config",
        "bot.logs",
        "bot.loopback.slack.cloud",
        "bot.loopback.wecom.cloud",
        "bot.web.playground",
        "handlers.importing.bringing",
        "handlers.jobs.tick",
        "messages.i18n",
        "sqlalchemy.dialects.sqlite.aiosqlite",
        "storage.schema",
        "storage.store",
    ]
)


def renewals(
    folder: Path,
    *words: str,
    typed: str = "",
    environment: Mapping[str, str] | None = None,
    within_s: float = _WITHIN_S,
) -> subprocess.CompletedProcess[str]:
    """The command, typed in a folder; nobody ever sees a traceback. Raises `TimeoutExpired`."""
    with _begun(folder, words, typed, environment or {}) as begun:
        begun.process.join(within_s)
        code = begun.process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired(words, within_s)
        out, err = begun.out.read_text(encoding="utf-8"), begun.err.read_text(encoding="utf-8")
    assert "Traceback" not in err + out
    return subprocess.CompletedProcess(words, code, out, err)


@contextmanager
def serving(folder: Path, *words: str) -> Iterator[str]:
    """The address of a service, from when it says that it is ready until the block ends."""
    with _begun(folder, words, "", {}) as begun:
        deadline = time.monotonic() + READY_WITHIN_S
        while READY not in (said := begun.out.read_text(encoding="utf-8")):
            begun.process.join(0.05)
            alive = begun.process.exitcode is None and time.monotonic() < deadline
            assert alive, begun.err.read_text(encoding="utf-8")
        yield said.partition(READY)[2].split()[0]
        begun.process.terminate()
        begun.process.join(_WITHIN_S)


async def renewals_beside(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The same, while the loop of the test goes on serving what the command asks."""
    return await asyncio.to_thread(renewals, folder, *words)


@dataclass(frozen=True, slots=True)
class _Begun:
    process: ForkServerProcess
    out: Path
    err: Path


@contextmanager
def _begun(
    folder: Path, words: tuple[str, ...], typed: str, environment: Mapping[str, str]
) -> Iterator[_Begun]:
    """A process that types the words; killed at the end if it still runs."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("RENEWALS_", "PORT"))}
    given = {**clean, "PYTHONPATH": str(ROOT), "LC_ALL": ENGLISH, **environment}
    with TemporaryDirectory() as kept:
        streams = [Path(kept) / name for name in ("in", "out", "err")]
        for stream in streams:
            stream.write_text(typed if stream is streams[0] else "", encoding="utf-8")
        process = _FORKS.Process(target=_type, args=(words, folder, given, streams))
        process.start()
        try:
            yield _Begun(process, *streams[1:])
        finally:
            if process.exitcode is None:
                process.kill()
            process.join()
            process.close()


def _type(
    words: tuple[str, ...], folder: Path, environment: dict[str, str], streams: list[Path]
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    modes = (os.O_RDONLY, os.O_WRONLY | os.O_CREAT, os.O_WRONLY | os.O_CREAT)
    for number, (stream, mode) in enumerate(zip(streams, modes, strict=True)):
        os.dup2(os.open(stream, mode, 0o600), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - until the end
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115
    sys.argv = ["renewals", *words]
    from bot.__main__ import main

    main()
