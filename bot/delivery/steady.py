"""How delivery reads the clock that nobody can move; a test brings its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from storage.steady import steady_time
from storage.transaction import Tx

__all__ = ["SteadyClock", "steady_time"]

SteadyClock = Callable[[Tx], Awaitable[datetime]]
"""Reads the steady time within a transaction."""
