"""Of two that make the same file, neither takes what the other one has made or is making."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scoring.errors import Refused
from storage.copying.files import part_of, put_new

_AT_THE_LOCK: list[Callable[[], None]] = []


def _hook(event: str, _given: tuple[Any, ...]) -> None:
    if event == "fcntl.flock" and _AT_THE_LOCK:
        _AT_THE_LOCK.pop()()


sys.addaudithook(_hook)


def test_who_was_first_leaves_the_file_of_the_next_one(backup_file: Path) -> None:
    first = part_of(backup_file)
    put_new(first.__enter__(), backup_file, over=True)
    with part_of(backup_file) as part:
        first.__exit__(None, None, None)
        assert part.exists()
    assert not part.exists()


def test_a_file_that_got_its_name_meanwhile_is_not_emptied(backup_file: Path) -> None:
    first = part_of(backup_file)
    part = first.__enter__()
    part.write_bytes(b"a whole backup")

    def first_is_done() -> None:
        put_new(part, backup_file, over=True)
        first.__exit__(None, None, None)

    _AT_THE_LOCK.append(first_is_done)
    with pytest.raises(Refused, match="being_made"), part_of(backup_file):
        pass
    assert backup_file.read_bytes() == b"a whole backup"
