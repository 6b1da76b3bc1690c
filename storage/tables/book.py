"""Customers, people and contracts."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.columns import Amount, Instant, Json, RowId
from storage.tables.naming import metadata

# `left_on` is the day somebody left the company: they keep what they own until a lead hands it on,
# but hear nothing and are given nothing more.
people = Table(
    "people",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("team", Text),
    Column("slack_id", Text, unique=True),
    Column("wecom_id", Text, unique=True),
    Column("email", Text),
    Column("locale", Text),
    Column("time_zone", Text),
    # When they may be disturbed, `09:00-18:00` of their zone; NULL: the hours of the house.
    Column("hours", Text),
    Column("manager_id", ForeignKey("people.id")),
    Column("linked", Boolean, nullable=False),
    Column("left_on", Date),
    Column("created_at", Instant, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),
    Column("external_id", Text),
    Column("segment", Text, nullable=False),
    Column("industry", Text),
    Column("region", Text),
    Column("team", Text),
    Column("csm_id", ForeignKey("people.id")),
    Column("account_executive_id", ForeignKey("people.id")),
    Column("signed_up_on", Date),
    Column("aliases", Json, nullable=False),
    Column("custom", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index("ix_accounts_csm_id", "csm_id"),
    Index("ix_accounts_account_executive_id", "account_executive_id"),
)

# What a customer may be called: the name, its pinyin, initials and aliases, each from the start
# of every word or syllable on, so that an ordinary B-tree finds a part of a name by prefix.
account_keys = Table(
    "account_keys",
    metadata,
    Column("key", Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Index("ix_account_keys_account_id", "account_id"),
    sqlite_with_rowid=False,
)

contacts = Table(
    "contacts",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text),
    Column("title", Text),
    Column("email", Text),
    Column("phone", Text),
    Column("left_on", Date),
    Column("opted_out", Boolean, nullable=False),
    Column("custom", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("account_id", "name"),
)

# `countdown_no` starts at 1 and grows when a date moves by more than a correction, so that the
# ledger's unique key lets every milestone be told once more. `known_on` is the day the dates were
# learned; `clock_rev` grows with every change that concerns the clock (see clock_marks).
# `number_key` finds a number whatever its case and width (`number_key` of storage/contracts.py).
# `priority` orders work by value x risk x time and never needs a daily update (docs/priority.md).
contracts = Table(
    "contracts",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("contract_no", Text, nullable=False, unique=True),
    Column("number_key", Text, nullable=False),
    Column("product", Text),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("arr", Amount),
    Column("currency", Text, nullable=False),
    Column("seats", Integer),
    Column("owner_id", ForeignKey("people.id")),
    Column("team", Text),
    Column("segment", Text, nullable=False),
    Column("auto_renew", Boolean, nullable=False),
    Column("notice_days", Integer),
    Column("cancel_by_on", Date),
    Column("countdown_on", Date),
    Column("countdown_no", Integer, nullable=False),
    Column("due_month", Integer),
    Column("known_on", Date, nullable=False),
    Column("clock_rev", RowId, nullable=False),
    Column("signed_on", Date),
    Column("cancelled_on", Date),
    Column("status", Text, nullable=False),
    Column("priority", Double, nullable=False),
    Column("custom", Json, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index("ix_contracts_account_id", "account_id"),
    Index("ix_contracts_number_key", "number_key"),
    Index("ix_contracts_clock_rev", "clock_rev"),
    Index(
        "ix_contracts_countdown",  # holds all that the clock's scan reads (storage/countdown.py)
        "countdown_on",
        "segment",
        "ends_on",
        "cancel_by_on",
        "auto_renew",
        "countdown_no",
        "known_on",
        "clock_rev",
        "id",
        sqlite_where=text("status = 'active'"),
        postgresql_where=text("status = 'active'"),
    ),
    Index(
        "ix_contracts_owner_due",
        "owner_id",
        "due_month",
        "priority",
        sqlite_where=text("status = 'active'"),
        postgresql_where=text("status = 'active'"),
    ),
    Index(
        "ix_contracts_team_due",
        "team",
        "due_month",
        "priority",
        sqlite_where=text("status = 'active'"),
        postgresql_where=text("status = 'active'"),
    ),
    Index(
        "ix_contracts_due",
        "due_month",
        "priority",
        sqlite_where=text("status = 'active'"),
        postgresql_where=text("status = 'active'"),
    ),
    Index(
        "ix_contracts_over",  # those that count as lost without an outcome (storage/views/losses.py)
        "cancelled_on",
        "ends_on",
        sqlite_where=text("status IN ('lost', 'cancelled')"),
        postgresql_where=text("status IN ('lost', 'cancelled')"),
    ),
)

# Which term followed which: a renewal may merge several terms into one.
renewals = Table(
    "renewals",
    metadata,
    Column("predecessor_no", Text, primary_key=True),
    Column("successor_id", ForeignKey("contracts.id"), primary_key=True),
    Index("ix_renewals_successor_id", "successor_id"),
)

arr_steps = Table(
    "arr_steps",
    metadata,
    Column("contract_id", ForeignKey("contracts.id"), primary_key=True),
    Column("from_on", Date, primary_key=True),
    Column("arr", Amount, nullable=False),
)
