"""What has to be said, what was said where, and what was heard already.

Leases, settling, pauses and paces are told in steady time (docs/delivery.md), which nobody can
move; everything else is told in the clock of the business.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, Table, Text, text

from storage.columns import Instant, Json, RowId
from storage.origin import current_origin
from storage.tables.naming import metadata

# One row per alert and recipient. `facts` are ids and dates, not text: the message is made when
# it is sent. `batch` names the message this row was merged into. `alone` rows are not merged:
# what they were merged into could not be made or was refused. `audience` is how many places the
# same alert was put for, so that a row that vanishes is missed by the others. `origin` is the id that
# the log gives to the line or tick it was put by. `suspect_since`: a book that this one was restored
# from may have told it since then (docs/backup.md); it is looked for before it is sent.
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
    Column("settle_until", Instant),
    Column("attempt_key", Text),
    Column("batch", Text),
    Column("alone", Boolean),
    Column("audience", Integer),
    Column("sent_at", Instant),
    Column("receipt", Text),
    Column("error", Text),
    Column("created_at", Instant, nullable=False),
    Column("origin", Text, default=current_origin),
    Column("suspect_since", Instant),
    # One index a state: SQLite uses a partial index only when its condition is there word for word.
    Index(
        "ix_deliveries_waiting",
        "platform",
        "place",
        "due_at",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "ix_deliveries_leased",
        "leased_until",
        sqlite_where=text("state = 'leased'"),
        postgresql_where=text("state = 'leased'"),
    ),
    Index(
        "ix_deliveries_ambiguous",
        "settle_until",
        sqlite_where=text("state = 'ambiguous'"),
        postgresql_where=text("state = 'ambiguous'"),
    ),
    Index(
        "ix_deliveries_ended_badly",
        "id",
        sqlite_where=text("state IN ('failed', 'review')"),
        postgresql_where=text("state IN ('failed', 'review')"),
    ),
    Index(
        "ix_deliveries_held_up",
        "due_at",
        sqlite_where=text("state = 'waiting' AND error IS NOT NULL"),
        postgresql_where=text("state = 'waiting' AND error IS NOT NULL"),
    ),
    Index(
        "ix_deliveries_last_day",
        "limit_on",
        sqlite_where=text("state = 'waiting' AND limit_on IS NOT NULL"),
        postgresql_where=text("state = 'waiting' AND limit_on IS NOT NULL"),
    ),
    Index(
        "ix_deliveries_heard",  # how often a person was interrupted on a day
        "person_id",
        "sent_at",
        sqlite_where=text("state = 'sent' AND person_id IS NOT NULL"),
        postgresql_where=text("state = 'sent' AND person_id IS NOT NULL"),
    ),
    Index("ix_deliveries_batch", "batch"),
    Index("ix_deliveries_opportunity_id", "opportunity_id"),
    Index("ix_deliveries_contract_id", "contract_id"),
)

# A message on its way: made, not yet known to have arrived in all its parts. `receipts` are those
# of the parts that did; the next part is the one that may be out there. `resumes` says that the
# rest must go as it is (half of it hangs there already, the platform drops identical repeats, or it
# refused what would be made anew); `doubtful` is the part that will be repeated, marked as such.
# `begun_steady` is `begun_at` in steady time. `versions` are those of the renewals it shows: what
# changed since is to be repainted. Gone when the message is sent.
parcels = Table(
    "parcels",
    metadata,
    Column("key", Text, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("payloads", Json, nullable=False),
    Column("receipts", Json, nullable=False),
    Column("resumes", Boolean, nullable=False),
    Column("doubtful", Integer),
    Column("begun_at", Instant, nullable=False),
    Column("begun_steady", Instant),
    Column("versions", Json, nullable=False),
)

# Nothing is sent to a place (a wide scope, or with an empty place a platform) until then. `strikes`
# counts the faults in a row, for the back-off.
pauses = Table(
    "pauses",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("until", Instant, nullable=False),
    Column("strikes", Integer, nullable=False),
    Column("reason", Text, nullable=False),
)

# What was posted lately in a place, or in a wide scope such as a corp, in steady seconds: `posted`
# are instants for the small windows of its rate limits, `counted` numbers for the large ones.
paces = Table(
    "paces",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("posted", Json, nullable=False),
    Column("counted", Json),
)

# The registry of what hangs where: edits, threads and reconciliation stand on it. `batch` is that
# of the deliveries the post tells.
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
    Column("batch", Text),
    Column("facts", Json, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("response_code", Text),
    Column("editable_until", Instant),
    Column("posted_at", Instant, nullable=False),
    Index("ix_posts_opportunity_id", "opportunity_id"),
    Index("ix_posts_contract_id", "contract_id"),
    Index("ix_posts_batch", "batch"),
    Index("ix_posts_message", "platform", "place", "message_id"),
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

# What was deleted by hand from tables that the product never deletes from: `what` is delivery or
# ledger. Triggers write it (migration 0005), the auditor tells of it. A doubt outlives its row.
vanished = Table(
    "vanished",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("what", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("suspect_since", Instant),
    Index("ix_vanished_at", "at"),
    Index(
        "ix_vanished_new",
        "id",
        sqlite_where=text("what IN ('delivery', 'ledger')"),
        postgresql_where=text("what IN ('delivery', 'ledger')"),
    ),
)
