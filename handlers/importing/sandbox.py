"""Workbooks read in a bounded child process; nothing of what comes back is trusted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO

from handlers.importing.limits import Limits
from handlers.importing.raw import MergedRange, RawBook, RawSheet
from scoring.errors import BadArgument

_WORKER = Path(__file__).with_name("worker.py")
_REFUSALS = frozenset(
    {
        "import.file.archive",
        "import.file.bomb_entries",
        "import.file.bomb_ratio",
        "import.file.bomb_size",
        "import.file.damaged",
        "import.file.entities",
        "import.file.not_a_table",
        "import.file.password",
        "import.file.too_large_inside",
        "import.file.too_many_columns",
        "import.file.too_many_rows",
        "import.file.too_many_sheets",
        "import.file.uncalculated",
    }
)
# What a Python needs to start; no setting of the service reaches the child.
_ENVIRONMENT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")


def read_workbook(content: bytes, limits: Limits) -> RawBook:
    """All sheets of an xlsx, xls or ods. BadArgument when it is damaged, unsafe or too large."""
    with tempfile.TemporaryFile() as spool:
        spool.write(content)
        spool.seek(0)
        return _run(spool, limits)


def _run(stdin: IO[bytes], limits: Limits) -> RawBook:
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    command = [sys.executable, "-I", "-X", "utf8", str(_WORKER), json.dumps(asdict(limits))]
    with subprocess.Popen(  # noqa: S603 -- our own interpreter and file, no shell
        command,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd="/" if os.name == "posix" else None,
    ) as child:
        watch = threading.Timer(limits.wall_s, child.kill)
        watch.start()
        try:
            if child.stdout is None:
                raise BadArgument("import.file.damaged")
            book = _book(_lines(child.stdout, limits.output_bytes + 1_000))
        finally:
            child.kill()
            watch.cancel()
    if book is None:
        # Ended without an answer: out of memory, out of time, or broken by the file.
        raise BadArgument("import.file.too_large_inside")
    return book


def _lines(stream: IO[bytes], most: int) -> Iterator[object]:
    left = most
    while line := stream.readline(left + 1):
        left -= len(line)
        if left < 0 or not line.endswith(b"\n"):
            return
        yield json.loads(line)


def _book(lines: Iterator[object]) -> RawBook | None:
    """The book from the worker's lines; None when they stop before the end."""
    book = RawBook("", [])
    epoch_1904 = False
    for line in lines:
        match line:
            case {"refused": str(key), "params": dict(params)} if key in _REFUSALS:
                raise BadArgument(key, **{str(name): value for name, value in params.items()})
            case {"format": str(kind), "epoch_1904": bool(epoch)}:
                book.format, epoch_1904 = kind, epoch
            case {"hidden": str(name)}:
                book.hidden.append(name)
            case {"empty": str(name)}:
                book.empty.append(name)
            case {"sheet": str(name), "first_column": int(first), "width": int(width)}:
                columns: list[list[str | float | int]] = [[] for _ in range(width)]
                book.sheets.append(RawSheet(name, columns, first, epoch_1904=epoch_1904))
            case list(columns):
                for column, cells in zip(book.sheets[-1].columns, columns, strict=True):
                    column.extend(cells)
            case {"merged": list(areas)}:
                book.sheets[-1].merged = tuple(MergedRange(*area) for area in areas)
            case {"end": True}:
                return book
            case _:
                return None
    return None
