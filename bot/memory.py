"""Giving memory back to the machine after work on the whole book."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any


def give_memory_back() -> None:
    """Return what is free to the machine, so that a service at rest is as small as it can be.

    glibc keeps what was freed, in small pieces, until it is told; others have no such call.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Any:
    try:
        return ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError, TypeError):
        return None
