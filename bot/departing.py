"""Leaving in order: unready first, then no new requests, then what is under way is finished.

Whoever is told twice, or takes too long, ends at once; what a kill -9 leaves behind is safe as well.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog

from bot.config import Config

log = structlog.get_logger()

_FOR_DELIVERY = 0.6
"""Of the time to leave in, for posts under way; closing connections and ticks need the rest."""


def delivery_within_s(config: Config) -> float:
    """How long messages that are under way may take to arrive when the service stops."""
    return (config.stop_within_s - config.http.leaving_s) * _FOR_DELIVERY


@dataclass(slots=True)
class Departure:
    """Whether the process is asked to leave. `end` ends it with a code, without any farewell."""

    end: Callable[[int], None] = os._exit
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    @contextmanager
    def heeding(self) -> Iterator[None]:
        """Listen to SIGTERM and Ctrl-C; the second one ends at once."""
        loop = asyncio.get_running_loop()
        names = (signal.SIGTERM, signal.SIGINT)
        for name in names:
            loop.add_signal_handler(name, self.ask, name)
        try:
            yield
        finally:
            for name in names:
                loop.remove_signal_handler(name)

    def ask(self, name: signal.Signals) -> None:
        """Leave, or if that was said before: now."""
        if self.asked.is_set():
            log.warning("told to stop again: ending at once", signal=name.name)
            self.end(128 + name)
        log.info("told to stop", signal=name.name)
        self.asked.set()

    async def linger(self, seconds: float) -> None:
        """Go on answering for a while, so that a load balancer notices that we are not ready."""
        if self.asked.is_set() and seconds:
            await asyncio.sleep(seconds)

    @contextmanager
    def at_most(self, seconds: float) -> Iterator[None]:
        """End the process when this takes longer."""
        timer = asyncio.get_running_loop().call_later(seconds, self._too_late, seconds)
        try:
            yield
        finally:
            timer.cancel()

    def _too_late(self, seconds: float) -> None:
        log.error("not everything ended in time; ending at once", within_s=seconds)
        self.end(1)
