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
from collections.abc import Mapping
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.processes import ROOT

ENGLISH = "en_US.UTF-8"
_WITHIN_S = 60.0
_FORKS = get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        "alembic.command",
        "bot.__main__",
        "bot.cli",
        "bot.config",
        "bot.logs",
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
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("RENEWALS_", "PORT"))}
    given = {**clean, "PYTHONPATH": str(ROOT), "LC_ALL": ENGLISH, **(environment or {})}
    with TemporaryDirectory() as kept:
        streams = [Path(kept) / name for name in ("in", "out", "err")]
        streams[0].write_text(typed, encoding="utf-8")
        process = _FORKS.Process(target=_type, args=(words, folder, given, streams))
        process.start()
        process.join(within_s)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(words, within_s)
        out, err = (stream.read_text(encoding="utf-8") for stream in streams[1:])
        code = process.exitcode
        process.close()
    assert "Traceback" not in err + out
    return subprocess.CompletedProcess(words, code, out, err)


async def renewals_beside(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The same, while the loop of the test goes on serving what the command asks."""
    return await asyncio.to_thread(renewals, folder, *words)


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
