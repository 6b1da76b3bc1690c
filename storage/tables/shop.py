"""How the place is run: audit, settings, who hears what, files waiting for a yes."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, text

from storage.columns import Instant, Json, RowId
from storage.tables.naming import metadata

# Append-only: who changed what, when, from what to what. `before`/`after` hold changed fields only.
# A sealed entry belongs to a batch of `audit_seals`. Its names and values (`actor`, `before`, `after`)
# are in the chain only as a salted digest, so that they can be erased and the chain still holds.
# `undone` is no part of it: that something was taken back is an entry of its own. Triggers keep
# sealed entries as they are (migration 0005).
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
    Column("seal_no", Integer),
    Column("salt", Text),
    Column("digest", Text),
    Column("erased_at", Instant),
    Index(
        "ix_audit_unsealed",
        "id",
        sqlite_where=text("seal_no IS NULL"),
        postgresql_where=text("seal_no IS NULL"),
    ),
    Index("ix_audit_seal_no", "seal_no"),
    Index("ix_audit_subject", "subject", "subject_id"),
    Index("ix_audit_person_at", "person_id", "at"),
)

# A batch of the audit trail, bound to the one before it by its hash. Numbered without a gap.
audit_seals = Table(
    "audit_seals",
    metadata,
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("first_id", RowId, nullable=False),
    Column("last_id", RowId, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("at", Instant, nullable=False),
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
