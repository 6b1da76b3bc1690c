"""What the work under way was begun by: the id that the log and the rows it puts are found by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ORIGIN: ContextVar[str | None] = ContextVar("origin", default=None)


def current_origin() -> str | None:
    """The id of the line, tick or request that is worked on here; None outside of all."""
    return _ORIGIN.get()


@contextmanager
def origin_is(origin: str | None) -> Iterator[None]:
    """Let everything that is put meanwhile, in this task and those it starts, come from there."""
    token = _ORIGIN.set(origin)
    try:
        yield
    finally:
        _ORIGIN.reset(token)
