"""What has to be said, what was said where, and what was heard already."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, Table, Text, text

from storage.columns import Instant, Json, RowId
from storage.tables.naming import metadata

# One row per alert and recipient. `facts` are ids and dates, not text: the message is made when
# it is sent. `batch` names the message this row was merged into.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("person_id", ForeignKey("people.id")),
    Column("contract_id", ForeignKey("contracts.id")),
    Column("opportunity_id", ForeignKey("opportunities.id")),
    Column("facts", Json, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("limit_on", Date),
    Column("attempts", Integer, nullable=False),
    Column("failures_since", Instant),
    Column("lease_owner", Text),
    Column("leased_until", Instant),
    Column("attempt_key", Text),
    Column("batch", Text),
    Column("sent_at", Instant),
    Column("receipt", Text),
    Column("error", Text),
    Column("created_at", Instant, nullable=False),
    Index(
        "ix_deliveries_due",
        "platform",
        "place",
        "due_at",
        sqlite_where=text("state IN ('waiting', 'leased', 'ambiguous')"),
        postgresql_where=text("state IN ('waiting', 'leased', 'ambiguous')"),
    ),
    Index("ix_deliveries_opportunity_id", "opportunity_id"),
    Index("ix_deliveries_contract_id", "contract_id"),
)

# The registry of what hangs where: edits, threads and reconciliation stand on it.
posts = Table(
    "posts",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("contract_id", ForeignKey("contracts.id")),
    Column("opportunity_id", ForeignKey("opportunities.id")),
    Column("attempt_key", Text),
    Column("facts", Json, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("response_code", Text),
    Column("editable_until", Instant),
    Column("posted_at", Instant, nullable=False),
    Index("ix_posts_opportunity_id", "opportunity_id"),
    Index("ix_posts_attempt_key", "attempt_key", unique=True),
)

# Platforms repeat themselves: the reply to an event that changed something is kept with it.
inbox = Table(
    "inbox",
    metadata,
    Column("source", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("reply", Json, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_inbox_at", "at"),
)
