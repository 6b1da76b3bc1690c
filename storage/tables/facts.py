"""What is known of a customer beside the contracts: the raw material of health."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Double, ForeignKey, Index, Table, Text
from sqlalchemy import UniqueConstraint as Unique

from storage.columns import Amount, Instant, RowId
from storage.tables.naming import metadata

signals = Table(
    "signals",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("signal", Text, primary_key=True),
    Column("observed_on", Date, primary_key=True),
    Column("value", Double, nullable=False),
    Column("source", Text),
    Column("note", Text),
    sqlite_with_rowid=False,
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("ticket_no", Text, nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("closed_on", Date),
    Column("severity", Text),
    Column("subject", Text),
    Column("csat", Double),
    Unique("account_id", "ticket_no"),
)

payments = Table(
    "payments",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("invoice_no", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("paid_on", Date),
    Column("amount", Amount, nullable=False),
    Column("currency", Text, nullable=False),
    Column("contract_no", Text),
    Unique("account_id", "invoice_no"),
)

surveys = Table(
    "surveys",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("answered_on", Date, primary_key=True),
    Column("respondent", Text, primary_key=True),
    Column("score", Double, nullable=False),
    Column("comment", Text),
)

events = Table(
    "events",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("event", Text, primary_key=True),
    Column("held_on", Date, primary_key=True),
    Column("response", Text),
)

goals = Table(
    "goals",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("goal", Text, nullable=False),
    Column("due_on", Date),
    Column("value_delivered", Text),
    Column("confirmed_by", Text),
    Unique("account_id", "goal"),
)

# `rate` is an exact decimal number in text: SQLite has none, and nothing adds rates up.
rates = Table(
    "rates",
    metadata,
    Column("currency", Text, primary_key=True),
    Column("on", Date, primary_key=True),
    Column("rate", Text, nullable=False),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("contract_id", ForeignKey("contracts.id"), primary_key=True),
    Column("decided_on", Date, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("new_arr", Amount),
    Column("reason", Text),
    Column("from_chat", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_outcomes_decided_on", "decided_on"),
)
