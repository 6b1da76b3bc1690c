"""The service's life: from its start to SIGTERM, through every change of its configuration.

A changed configuration (a rotated secret) comes into force without a restart: a second bot starts
beside the first, on the same port and the same book, as a second replica would; then the first
finishes what it has under way and goes. No request and no delivery falls between the two.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from bot.app import Prepare, Running, running
from bot.clock import Clock
from bot.config import Config
from bot.departing import Departure
from bot.logs import set_up_logs
from bot.watching import Watch
from bot.web.health import Figures
from bot.web.listening import Listener, listening
from scoring.errors import ConfigError, StoreUnavailable

log = structlog.get_logger()

LOOK_EVERY_S = 15.0
"""How often files of the configuration are looked at; SIGHUP asks for it at once."""

AGAIN_EVERY_S = 5.0
"""How often a change is tried again that the book, which was away, kept from being taken up."""

Load = Callable[[], Config]
"""Reads the configuration anew; ConfigError when it is not right."""


@dataclass(slots=True)
class Shift:
    """One bot from its start until it is asked to leave."""

    config: Config
    work: asyncio.Task[None]
    leave: asyncio.Event
    begun: asyncio.Future[Running]

    async def end(self) -> None:
        """Let it finish what it has under way; raises what it ended by."""
        self.leave.set()
        await self.work


@dataclass(slots=True)
class Shifts:
    """Who is on duty. `figures` and `listener` are handed from one to the next."""

    clock: Clock
    listener: Listener
    departing: asyncio.Event = field(default_factory=asyncio.Event)
    figures: Figures = field(default_factory=Figures.new)
    on_duty: Shift | None = None

    async def take_over(self, config: Config, *, prepare: Prepare | None = None) -> Shift:
        """Start a bot with this configuration, then end the one before it.

        Raises what keeps it from starting; the one before then stays on duty.
        """
        begun: asyncio.Future[Running] = asyncio.get_running_loop().create_future()
        leave = asyncio.Event()
        work = asyncio.create_task(self._work(config, begun, leave, prepare))
        waiting: set[asyncio.Future[Any]] = {begun, work}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if not begun.done():
            await work
        before, self.on_duty = self.on_duty, Shift(config, work, leave, begun)
        if before is not None:
            log.info("the parts of the former configuration end; the service goes on")
            await before.end()
        return self.on_duty

    @property
    def present(self) -> Shift:
        """Who is on duty; there is somebody from the first `take_over` on."""
        assert self.on_duty is not None  # noqa: S101 - never empty again
        return self.on_duty

    def on_duty_with(self, config: Config) -> bool:
        """Whether the bot on duty has that configuration."""
        return self.on_duty is not None and self.on_duty.config is config

    async def _work(
        self,
        config: Config,
        begun: asyncio.Future[Running],
        leave: asyncio.Event,
        prepare: Prepare | None,
    ) -> None:
        async with running(
            config,
            self.clock,
            prepare=prepare,
            figures=self.figures,
            listener=self.listener,
            departing=self.departing,
        ) as bot:
            begun.set_result(bot)
            leaving = asyncio.create_task(leave.wait())
            await asyncio.wait({leaving, bot.delivery}, return_when=asyncio.FIRST_COMPLETED)
            leaving.cancel()
            if bot.delivery.done():
                # It only ends by a bug; running on without delivering would hide it.
                bot.delivery.result()


async def serve(
    config: Config,
    clock: Clock,
    ready: Callable[[str], None],
    *,
    prepare: Prepare | None = None,
    load: Load | None = None,
    files: tuple[Path, ...] = (),
    look_every_s: float = LOOK_EVERY_S,
) -> None:
    """Run until SIGTERM or Ctrl-C; `ready` is told the address once everything answers. Told to
    stop, it says so at /readyz, takes no new requests, and finishes (`bot.departing`).

    With `load` the configuration is read again on SIGHUP and when one of `files` has changed.
    """
    departure, again = Departure(), asyncio.Event()
    stop = departure.asked
    if load is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, again.set)
    http = config.http
    with (
        departure.heeding(),
        listening(http.host, http.port, monitoring=http.monitoring_at) as listener,
    ):
        shifts = Shifts(clock, listener, stop)
        # Before a start that may take minutes: what changes meanwhile is taken up afterwards.
        watch = Watch(files if load is not None else ())
        await shifts.take_over(config, prepare=prepare)
        ready(listener.address)
        taking_up: asyncio.Task[bool] | None = None
        done = True
        while not stop.is_set():
            on_duty = shifts.present
            asked = {asyncio.create_task(one.wait()) for one in (stop, again)}
            await asyncio.wait(
                {*asked, on_duty.work},
                timeout=look_every_s if done else AGAIN_EVERY_S,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for one in asked:
                one.cancel()
            if on_duty.work.done():
                break
            changed = watch.changed()
            if load is not None and (changed or again.is_set() or not done) and not stop.is_set():
                if changed and not again.is_set():
                    await watch.settled(lambda seconds: _either(seconds, stop, again))
                again.clear()
                taking_up = asyncio.create_task(_reload(shifts, on_duty.config, load))
                stopped = asyncio.create_task(stop.wait())
                await asyncio.wait({taking_up, stopped}, return_when=asyncio.FIRST_COMPLETED)
                stopped.cancel()
                done = not taking_up.done() or taking_up.result()
        with departure.at_most(shifts.present.config.stop_within_s):
            await departure.linger(shifts.present.config.http.leaving_s)
            if taking_up is not None:
                # Told to stop in the middle of it: a bot that begins is ended like any other.
                await taking_up
            log.info("stopping")
            listener.close()
            await shifts.present.end()


async def _either(seconds: float, *asked: asyncio.Event) -> None:
    """So many seconds, or until one of the events."""
    waiting = {asyncio.create_task(one.wait()) for one in asked}
    await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for one in waiting:
        one.cancel()


async def _reload(shifts: Shifts, before: Config, load: Load) -> bool:
    """Take up the configuration as it is now; one that is not right changes nothing.

    False when the same would be worth another try: the book could not be reached.
    """
    try:
        config = load()
    except ConfigError as fault:
        log.error("the changed configuration is not taken up", faults=fault.faults)
        return True
    if config == before:
        log.info("the configuration is what it was")
        return True
    if fixed := _needs_restart(before, config):
        log.error("the changed configuration needs a restart", keys=fixed)
        return True
    log.info("taking up a changed configuration")
    level = logging.getLogger().level
    # Its secrets are kept out from here on; the rest of it holds once it is in force.
    set_up_logs(before, level=level, former=config)
    reached = True
    try:
        await shifts.take_over(config)
    except ConfigError as fault:
        log.error("the changed configuration is not taken up", faults=fault.faults)
    except StoreUnavailable as fault:
        reached = False
        log.error("the changed configuration is not taken up yet", reason=fault.reason)
    except Exception:
        # An edge: a bug in a bot that begins or goes must not end the one that is on duty.
        log.exception("taking over went wrong", taken_up=shifts.on_duty_with(config))
    else:
        log.info("the changed configuration is in force")
    if shifts.on_duty_with(config):
        set_up_logs(config, level=level, former=before)
        return True
    return reached


def _needs_restart(before: Config, after: Config) -> list[str]:
    """What belongs to the process itself and cannot be handed over."""
    fixed = {
        "database_url": before.database_url != after.database_url,
        "http.host": before.http.host != after.http.host,
        "http.port": before.http.port != after.http.port,
        "http.monitoring": before.http.monitoring != after.http.monitoring,
        "playground": before.playground != after.playground,
    }
    return [key for key, changed in fixed.items() if changed]
