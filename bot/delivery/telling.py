"""What the log says of a message: which deliveries it tells, and what they were put by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from storage.dispatches import Lease
from storage.origin import current_origin, origin_is

SHOWN = 10
"""Of the deliveries and origins of one message in a log line; all of them share its batch."""

log = structlog.get_logger()


@contextmanager
def telling(lease: Lease) -> Iterator[None]:
    """Name the deliveries and their origins in every log line meanwhile.

    What is put because of them, such as an alert for somebody else, has the same origin.
    """
    origins = sorted({row.origin for row in lease.rows if row.origin})
    only = origins[0] if len(origins) == 1 else current_origin()
    with (
        origin_is(only),
        structlog.contextvars.bound_contextvars(
            deliveries=[f"D-{row.id}" for row in lease.rows[:SHOWN]],
            rows=len(lease.rows),
            origins=origins[:SHOWN],
        ),
    ):
        yield


def log_taken(lease: Lease, message_id: str, *, part: int, parts: int, sent: int) -> None:
    """A platform has a part of a message; `sent` deliveries are told with it as a whole."""
    log.info(
        "told",
        platform=lease.place.platform,
        place=lease.place.place,
        message_id=message_id,
        part=part,
        parts=parts,
        sent=sent,
    )
