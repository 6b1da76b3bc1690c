"""Until when a message may begin to go out, looked at right before its first byte does.

A process can stand still anywhere (SIGSTOP, a paused virtual machine) and notice nothing. Whoever
goes on after its lease is over must not send: somebody else may have sent it by then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from scoring.errors import Overtaken

Elapsed = Callable[[], float]
"""Seconds since any instant, also of those in which this process or machine stood still."""

_OVER: ContextVar[Callable[[], bool] | None] = ContextVar("too_late_to_send", default=None)


def elapsed_s() -> float:
    """By the clock that goes on while a machine sleeps, where there is one."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@contextmanager
def only_until(instant_s: float, elapsed: Elapsed) -> Iterator[None]:
    """What is sent inside must begin to go out by then."""
    token = _OVER.set(lambda: elapsed() >= instant_s)
    try:
        yield
    finally:
        _OVER.reset(token)


def check_last_moment() -> None:
    """Overtaken when it is too late; for whoever is about to write the first byte."""
    over = _OVER.get()
    if over is not None and over():
        raise Overtaken("its lease was nearly over before anything was sent")
