"""How the place is run: audit, settings, who hears what, files waiting for a yes."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, LargeBinary, Table, Text

from storage.columns import Instant, Json, RowId
from storage.tables.naming import metadata

# Append-only: who changed what, when, from what to what. `before`/`after` hold changed fields only.
audit = Table(
    "audit",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("person_id", ForeignKey("people.id")),
    Column("actor", Text, nullable=False),
    Column("via", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("subject_id", RowId),
    Column("before", Json),
    Column("after", Json),
    Column("undone", Boolean, nullable=False),
    Index("ix_audit_subject", "subject", "subject_id"),
    Index("ix_audit_person_at", "person_id", "at"),
)

settings = Table(
    "settings",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Json, nullable=False),
    Column("at", Instant, nullable=False),
)

# A place (channel, group) bound to a team or a customer from chat.
bindings = Table(
    "bindings",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("team", Text),
    Column("account_id", ForeignKey("accounts.id")),
    Column("bound_by_id", ForeignKey("people.id")),
    Column("at", Instant, nullable=False),
    Index("ix_bindings_team", "team"),
)

# An import that was previewed and waits for "yes"; here, so that a restart does not lose it.
# Files dropped together share a code. `outcome` says what became of them: imported or cancelled.
staged_files = Table(
    "staged_files",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("code", Text, nullable=False),
    Column("person_id", ForeignKey("people.id")),
    Column("filename", Text, nullable=False),
    Column("kind", Text),
    Column("content", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Column("done_at", Instant),
    Column("outcome", Text),
    Index("ix_staged_files_code", "code"),
)
