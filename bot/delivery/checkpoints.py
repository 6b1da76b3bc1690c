"""Named instants of delivery at which a test may end the process, as power cuts do."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from enum import StrEnum


class Point(StrEnum):
    """Where a process may die: `BEFORE_ACK` is inside the transaction that records the post.

    `AFTER_LOOK`: what a restored book may have told was looked for, and nothing written yet.
    """

    AFTER_LEASE = "after_lease"
    BEFORE_POST = "before_post"
    AFTER_POST = "after_post"
    BEFORE_ACK = "before_ack"
    AFTER_ACK = "after_ack"
    AFTER_LOOK = "after_look"


Checkpoint = Callable[[Point], None]
"""Called at every point; does nothing outside of tests."""


def passing(_point: Point) -> None:
    """Go on."""


def dying_at(point: Point) -> Checkpoint:
    """Kill this very process at `point`, without any farewell."""

    def check(here: Point) -> None:
        if here is point:
            os.kill(os.getpid(), signal.SIGKILL)

    return check
