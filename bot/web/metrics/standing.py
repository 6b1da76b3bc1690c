"""Gauges of how the book stands: the same at every replica, read when Prometheus asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge

from bot.outside_time.verdict import Reading
from handlers.audit_record import AuditRecord
from scoring.health.model import Band
from scoring.model import Platform
from storage.audit_chain import Seal
from storage.sealing import Tail
from storage.views.outstanding import Outstanding

STATES = ("waiting", "leased", "ambiguous", "failed", "review")
"""States whose rows are few or move on; what was sent is counted as it happens."""

OTHER = "other"
"""The label of a platform that this version does not know."""

NO_BAND = "unknown"
"""The label of customers of whom too little is known for a band."""

UNKNOWN = float("nan")

_KNOWN = frozenset(Platform)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a look into the book fills."""

    database: Gauge
    deliveries: Gauge
    waiting: Gauge
    due: Gauge
    oldest: Gauge
    leases: Gauge
    paused: Gauge
    connections: Gauge
    audit_age: Gauge
    audit_findings: Gauge
    audit_clean: Gauge
    unsealed: Gauge
    unsealed_for: Gauge
    last_seal: Gauge
    bands: Gauge
    clock_trusted: Gauge
    clock_ahead: Gauge

    @classmethod
    def new(cls, registry: CollectorRegistry) -> Standing:
        """Gauges without values."""

        def gauge(name: str, what: str, *labels: str) -> Gauge:
            return Gauge(f"renewals_{name}", what, labels, registry=registry)

        made = cls(
            database=gauge("database_up", "Whether the book could be read: 1 or 0."),
            deliveries=gauge("deliveries", "Rows of the outbox by state, without ends.", "state"),
            waiting=gauge("deliveries_waiting", "Rows that wait, by platform.", "platform"),
            due=gauge("deliveries_due", "Rows that wait and could go out.", "platform"),
            oldest=gauge(
                "oldest_due_seconds", "For how long the oldest due row has waited.", "platform"
            ),
            leases=gauge("leases", "Rows in a worker's hands: held, or expired.", "state"),
            paused=gauge("places_paused", "Places that rest after faults or limits.", "platform"),
            connections=gauge(
                "connection_held", "Whether a replica has the one connection.", "connection"
            ),
            audit_age=gauge("audit_age_seconds", "Seconds since the last audit of the outbox."),
            audit_findings=gauge("audit_findings", "What the last audit found."),
            audit_clean=gauge("audit_clean", "Whether the last audit found nothing to look at."),
            unsealed=gauge("trail_unsealed", "Entries of the audit trail without a seal."),
            unsealed_for=gauge(
                "trail_unsealed_seconds", "For how long the first of them has had none."
            ),
            last_seal=gauge("trail_last_seal", "The number of the last seal."),
            bands=gauge("customers", "Customers by the band of their health.", "band"),
            clock_trusted=gauge("clock_trusted", "Whether other clocks agree: 1 or 0."),
            clock_ahead=gauge(
                "clock_ahead_seconds", "How far this machine's clock is ahead of.", "source"
            ),
        )
        # Until they are known they are not 0, which would be an alarm.
        for one in (made.audit_age, made.audit_findings, made.audit_clean, made.clock_trusted):
            one.set(UNKNOWN)
        return made

    def fill(self, found: Outstanding, audit: AuditRecord | None, now: datetime) -> None:
        """Show what was read."""
        self.database.set(1)
        queues = {queue.platform: queue for queue in found.queues if queue.platform in _KNOWN}
        others = [queue for queue in found.queues if queue.platform not in _KNOWN]
        for platform in (Platform.SLACK, Platform.WECOM):
            queue = queues.get(platform)
            self.waiting.labels(platform).set(queue.waiting if queue else 0)
            self.due.labels(platform).set(queue.due if queue else 0)
            oldest = queue.oldest_due_at if queue else None
            self.oldest.labels(platform).set((now - oldest).total_seconds() if oldest else 0)
            self.paused.labels(platform).set(found.paused.get(platform, 0))
        self.waiting.labels(OTHER).set(sum(queue.waiting for queue in others))
        waiting = sum(queue.waiting for queue in found.queues)
        counts = (waiting, found.leased, found.ambiguous, found.failed, found.review)
        for state, count in zip(STATES, counts, strict=True):
            self.deliveries.labels(state).set(count)
        self.leases.labels("held").set(found.leased - found.expired)
        self.leases.labels("expired").set(found.expired)
        # One that was taken out of the configuration is not lost.
        self.connections.clear()
        for name, held in found.connections.items():
            self.connections.labels(name).set(held)
        if audit is not None:
            self.audit_age.set((now - audit.at).total_seconds())
            self.audit_findings.set(audit.total)
            self.audit_clean.set(audit.clean)

    def sealed(self, tail: Tail, last: Seal | None, now: datetime) -> None:
        """Show how far the audit trail is sealed."""
        self.unsealed.set(tail.entries)
        waits = 0.0 if tail.since is None else (now - tail.since).total_seconds()
        self.unsealed_for.set(max(0.0, waits))
        self.last_seal.set(0 if last is None else last.no)

    def scored(self, bands: Mapping[str | None, int]) -> None:
        """Show how healthy the customers are."""
        for band in Band:
            self.bands.labels(band).set(bands.get(band, 0))
        self.bands.labels(NO_BAND).set(bands.get(None, 0))

    def lost(self) -> None:
        """Nothing can be read: no figure of before is shown as if it were of now."""
        self.database.set(0)
        for state in STATES:
            self.deliveries.labels(state).set(UNKNOWN)
        for platform in (Platform.SLACK, Platform.WECOM):
            for one in (self.waiting, self.due, self.oldest, self.paused):
                one.labels(platform).set(UNKNOWN)
        for state in ("held", "expired"):
            self.leases.labels(state).set(UNKNOWN)
        self.waiting.labels(OTHER).set(UNKNOWN)
        for band in (*Band, NO_BAND):
            self.bands.labels(band).set(UNKNOWN)
        for gauge in (
            self.audit_age,
            self.audit_findings,
            self.audit_clean,
            self.unsealed,
            self.unsealed_for,
            self.last_seal,
        ):
            gauge.set(UNKNOWN)
        # Which there are, only the book knows.
        self.connections.clear()

    def compare(self, readings: tuple[Reading, ...], doubt: str) -> None:
        """Show how the clocks compare."""
        self.clock_trusted.set(not doubt)
        # A clock that was not heard of for a day is not as far apart as it was then.
        self.clock_ahead.clear()
        for reading in readings:
            self.clock_ahead.labels(reading.source).set(reading.ahead_s)
