"""What this process counts as it happens, from its start on.

Label values come from lists of our own (platforms, verbs, kinds of faults), so that no name of a
customer, person or place ever becomes one.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.process_collector import ProcessCollector

from bot.delivery.stumbling import Step
from bot.delivery.summary import DeliverySummary
from bot.dispatcher import Outcome
from bot.web.metrics.loop_lag import LoopLag
from bot.web.metrics.standing import Standing
from scoring import errors
from scoring.errors import DeliveryError
from scoring.model import Platform

OUTCOMES = tuple(
    one.name for one in fields(DeliverySummary) if one.name not in ("messages", "edits")
)
"""What can become of rows that were taken in hand."""

FAULTS: tuple[type[DeliveryError], ...] = (
    errors.RateLimited,
    errors.PlatformDown,
    errors.OutcomeUnknown,
    errors.RecipientGone,
    errors.Rejected,
    errors.BadCredentials,
    errors.Retryable,
    errors.Undeliverable,
)
"""Kinds of what a platform does not take, the narrowest first."""

CHATS = (Platform.SLACK, Platform.WECOM)

ANSWER_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30)
"""Slack waits for 3 seconds, WeCom for 5."""


@dataclass(slots=True)
class Figures:
    """Counters of one process, and the gauges that say how the book stands."""

    registry: CollectorRegistry
    standing: Standing
    messages: Counter
    edits: Counter
    outcomes: Counter
    platform_errors: Counter
    lines: Counter
    commands: Histogram
    ticks: Counter
    failed_ticks: Counter
    last_tick: Gauge
    tick_seconds: Gauge
    tick_lag: Gauge
    tick_every: Gauge
    audit_every: Gauge
    notifications: Counter
    scores: Counter
    scores_left: Gauge
    findings: Counter
    stumbles: Counter
    loop_lag_gauge: Gauge
    loop_lag: LoopLag = field(default_factory=LoopLag)
    _last_done: float = field(default_factory=time.monotonic)

    @classmethod
    def new(cls) -> Figures:
        """Counters at zero, of this process alone."""
        registry = CollectorRegistry()
        ProcessCollector(registry=registry)

        def counter(name: str, what: str, *labels: str) -> Counter:
            return Counter(f"renewals_{name}", what, labels, registry=registry)

        def gauge(name: str, what: str) -> Gauge:
            return Gauge(f"renewals_{name}", what, registry=registry)

        made = cls(
            registry=registry,
            standing=Standing.new(registry),
            messages=counter("messages_sent", "Messages a platform took."),
            edits=counter("messages_edited", "Edits a platform took."),
            outcomes=counter("outcomes", "What became of rows taken in hand.", "outcome"),
            platform_errors=counter(
                "platform_errors", "What a platform did not take.", "platform", "kind"
            ),
            lines=counter("lines", "Chat lines by how they ended.", "platform", "outcome"),
            commands=Histogram(
                "renewals_command_seconds",
                "How long the answer to a line took, without the way there and back.",
                ("verb", "platform"),
                buckets=ANSWER_BUCKETS,
                registry=registry,
            ),
            ticks=counter("ticks", "Ticks that were done."),
            failed_ticks=counter("ticks_failed", "Ticks that ended in an error or were held back."),
            last_tick=gauge("last_tick_timestamp_seconds", "When the last tick was done."),
            tick_seconds=gauge("tick_duration_seconds", "How long the last tick took."),
            tick_lag=gauge("tick_lag_seconds", "Seconds since the last tick that was done."),
            tick_every=gauge("tick_every_seconds", "How often the configuration has it tick."),
            audit_every=gauge("audit_every_seconds", "How often the outbox is audited."),
            notifications=counter("notifications", "Notifications put into the outbox by ticks."),
            scores=counter("scores", "Customers scored by ticks."),
            scores_left=gauge("scores_left", "Customers whose score is still to be made."),
            findings=counter("vanished", "Rows deleted by hand, as ticks noticed them."),
            stumbles=counter(
                "delivery_bugs", "Steps of delivery that ended in a fault of the bot.", "step"
            ),
            loop_lag_gauge=gauge(
                "loop_lag_seconds", "The longest hold-up of the event loop in the last minute."
            ),
        )
        made._begin_at_zero()
        return made

    def _begin_at_zero(self) -> None:
        """A counter that first appears with its first fault shows no increase to an alert rule."""
        for outcome in OUTCOMES:
            self.outcomes.labels(outcome)
        for step in Step:
            self.stumbles.labels(step)
        for platform in CHATS:
            for ended in Outcome:
                self.lines.labels(platform, ended)
            for fault in FAULTS:
                self.platform_errors.labels(platform, fault.__name__)

    def follow(self, *, tick_every_s: int, audit_every: timedelta) -> None:
        """Show the periods of the configuration, for alert rules to compare with."""
        self.tick_every.set(tick_every_s)
        self.audit_every.set(audit_every.total_seconds())

    def delivered(self, summary: DeliverySummary) -> None:
        """Count what delivery did."""
        self.messages.inc(summary.messages)
        self.edits.inc(summary.edits)
        for outcome in OUTCOMES:
            self.outcomes.labels(outcome).inc(getattr(summary, outcome))

    def refused(self, platform: str, fault: DeliveryError) -> None:
        """Count what a platform did not take."""
        kind = next((one for one in FAULTS if isinstance(fault, one)), DeliveryError)
        self.platform_errors.labels(platform, kind.__name__).inc()

    def stumbled(self, step: str) -> None:
        """Count a bug that delivery came upon."""
        self.stumbles.labels(step).inc()

    def answered(self, verb: str, platform: str, outcome: Outcome, seconds: float) -> None:
        """Count a chat line."""
        self.lines.labels(platform, outcome).inc()
        self.commands.labels(verb, platform).observe(seconds)

    def ticked(self, done: Mapping[str, Any], seconds: float) -> None:
        """Count a tick."""
        self.ticks.inc()
        self.last_tick.set(time.time())
        self._last_done = time.monotonic()
        self.tick_seconds.set(seconds)
        self.notifications.inc(done["notifications"])
        self.scores.inc(done["scores"])
        self.scores_left.set(done["scores_left"])
        self.findings.inc(done["findings"])

    def look(self) -> None:
        """Bring up to date what changes by itself."""
        self.tick_lag.set(time.monotonic() - self._last_done)
        self.loop_lag_gauge.set(self.loop_lag.seconds)
