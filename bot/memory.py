"""Keeping a service small at rest, whatever it has worked on."""

from __future__ import annotations

import ctypes
import gc
import os
from functools import cache
from typing import Any

_ARENA_MAX = -8
"""glibc's `M_ARENA_MAX`, from its malloc.h."""


def keep_one_heap() -> None:
    """Let all threads of this process allocate from one heap; to be called before they start.

    glibc gives each thread one of its own, of which it keeps a part for good: 3 MB for the few
    threads that wait for a database. They hardly ever allocate at the same time. Whoever sets
    MALLOC_ARENA_MAX gets what they set.
    """
    option = _of_glibc("mallopt")
    if option is not None and "MALLOC_ARENA_MAX" not in os.environ:
        option(_ARENA_MAX, 1)


def keep_for_good() -> None:
    """Let the garbage collector pass over everything that is loaded by now.

    Going through all modules takes it 0.2 s, for which the event loop stands still; what comes
    afterwards takes 15 ms.
    """
    gc.collect()
    gc.freeze()


def give_memory_back() -> None:
    """Return what is free to the machine after work on the whole book.

    glibc keeps what was freed, in small pieces, until it is told; others have no such call.
    """
    trim = _of_glibc("malloc_trim")
    if trim is not None:
        trim(0)


@cache
def _of_glibc(name: str) -> Any:
    """A function of glibc's; None where the C library is another."""
    try:
        return getattr(ctypes.CDLL(None), name)
    except (OSError, AttributeError, TypeError):
        return None
