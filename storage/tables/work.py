"""What people do about it: opportunities and touches."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from storage.columns import Amount, Instant, Json, RowId
from storage.tables.naming import metadata

_OPEN = text("stage NOT IN ('won', 'lost')")
_EXPANSION = text("kind = 'expansion' AND stage NOT IN ('won', 'lost')")

# The renewal of a term (`countdown_no` is its countdown), or more of it: the expansions of a
# customer are numbered by `countdown_no` across all its terms, since one follows its term when that
# is renewed.
opportunities = Table(
    "opportunities",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("contract_id", ForeignKey("contracts.id"), nullable=False),
    Column("countdown_no", Integer, nullable=False),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("stage", Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("owner_id", ForeignKey("people.id")),
    Column("claimed_by_id", ForeignKey("people.id")),
    Column("claimed_at", Instant),
    Column("touched_at", Instant),
    Column("announced_at", Instant),
    Column("escalated_at", Instant),
    Column("team", Text),
    Column("amount", Amount),
    Column("currency", Text, nullable=False),
    Column("snoozed_until", Date),
    Column("snooze_reason", Text),
    Column("decided_at", Instant),
    Column("reason", Text),
    # Why an expansion was opened: the facts behind it, shown with it.
    Column("why", Json),
    Column("version", Integer, nullable=False),
    UniqueConstraint("contract_id", "kind", "countdown_no"),
    Index("ix_opportunities_account_id", "account_id"),
    Index("ix_opportunities_owner", "owner_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    Index("ix_opportunities_claimed", "claimed_by_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    Index(
        "ix_opportunities_unclaimed",
        "announced_at",
        sqlite_where=text("claimed_by_id IS NULL AND stage NOT IN ('won', 'lost')"),
        postgresql_where=text("claimed_by_id IS NULL AND stage NOT IN ('won', 'lost')"),
    ),
    Index(
        "ix_opportunities_expansions",
        "amount",
        sqlite_where=_EXPANSION,
        postgresql_where=_EXPANSION,
    ),
)

touches = Table(
    "touches",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("contract_id", ForeignKey("contracts.id")),
    Column("opportunity_id", ForeignKey("opportunities.id")),
    Column("kind", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("person_id", ForeignKey("people.id")),
    Column("who", Text),
    Column("contact", Text),
    Column("note", Text),
    Column("next_on", Date),
    Column("source", Text, nullable=False),
    # Made of account, kind, instant and note for imported rows, random for typed ones.
    Column("natural_key", Text, nullable=False, unique=True),
    Column("undone_at", Instant),
    Index("ix_touches_account_at", "account_id", "at"),
    Index("ix_touches_person_at", "person_id", "at"),
)
