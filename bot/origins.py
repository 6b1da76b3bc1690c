"""One id from what began some work to every log line of it and every alert it puts."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cache

import structlog

from storage.origin import current_origin, origin_is


class Begun(StrEnum):
    """What work can begin with; the id starts with it."""

    LINE = "line"
    TICK = "tick"
    API = "api"
    WEB = "web"
    CLI = "cli"


@cache
def command_origin() -> str:
    """The id of all that the command does for which this process was started."""
    return _new(Begun.CLI)


@contextmanager
def beginning(begun: Begun, *, former: str | None = None) -> Iterator[str]:
    """Give the work inside an id of its own, or leave it the one it has: gives that id.

    `former`: the id of what has ended and is told about only now.
    """
    known = current_origin()
    if known is not None:
        yield known
        return
    origin = former or _new(begun)
    with origin_is(origin), structlog.contextvars.bound_contextvars(origin=origin):
        yield origin


def _new(begun: Begun) -> str:
    return f"{begun}-{secrets.token_hex(6)}"
