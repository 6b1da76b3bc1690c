"""What the clock has told, and how far it has come."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, Table, Text, text

from storage.columns import Instant, RowId
from storage.tables.naming import metadata

# The key is the promise "told exactly once": whoever inserts first has told it.
ledger = Table(
    "ledger",
    metadata,
    Column("contract_id", ForeignKey("contracts.id"), primary_key=True),
    Column("countdown_no", Integer, primary_key=True),
    Column("anchor", Text, primary_key=True),
    Column("offset_days", Integer, primary_key=True),
    Column("on_date", Date, nullable=False),
    Column("state", Text, nullable=False),
    Column("fired_on", Date, nullable=False),
    Column("fired_at", Instant, nullable=False),
    Index(
        "ix_ledger_due",
        "fired_at",
        sqlite_where=text("state = 'due'"),
        postgresql_where=text("state = 'due'"),
    ),
    sqlite_with_rowid=False,
)

# One row a job: the last local day it ran for and the highest clock_rev it has seen. A row named
# `revision` hands out clock_rev.
clock_marks = Table(
    "clock_marks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("on_date", Date),
    Column("rev", RowId, nullable=False),
    Column("at", Instant),
)

# Which programs can work with a schema: those that know revision `works_with`, and later ones. So an
# old replica that starts again while new ones run knows whether it may (docs/operation.md, upgrades).
schema_versions = Table(
    "schema_versions",
    metadata,
    Column("revision", Text, primary_key=True),
    Column("works_with", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
