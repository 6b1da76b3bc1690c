"""What the product logs, as values, with what is bound to the work it is logged in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog


@contextmanager
def logged() -> Iterator[list[dict[str, Any]]]:
    """Every event of our own loggers meanwhile; nothing is written."""
    seen: list[dict[str, Any]] = []

    def keep(_logger: object, _method: str, event: Any) -> Any:
        seen.append(dict(event))
        raise structlog.DropEvent

    structlog.configure(processors=[structlog.contextvars.merge_contextvars, keep])
    try:
        yield seen
    finally:
        structlog.reset_defaults()


def only(events: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """The one event of that name."""
    (found,) = [event for event in events if event["event"] == name]
    return found
