"""How customers are doing: scores, the models behind them, warnings, and who brings signals."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from storage.columns import Instant, Json, RowId
from storage.tables.naming import metadata

# Customers whose facts changed since they were scored. Whoever writes a fact adds its customer
# here in the same transaction (`rev` grows, so that the row is locked even when it is there); the
# scoring job takes rows out before it reads the facts.
health_due = Table(
    "health_due",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("rev", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# Where facts come from and when each source last spoke: "connected, nothing happened" is 0,
# "never connected" is unknown, and one that fell silent grows stale.
fact_sources = Table(
    "fact_sources",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("first_on", Date, nullable=False),
    Column("heard_on", Date, nullable=False),
)

# Who may bring facts by HTTP: a bearer token each, kept only as its digest.
api_sources = Table(
    "api_sources",
    metadata,
    Column("name", Text, primary_key=True),
    Column("token_digest", Text, nullable=False, unique=True),
    Column("kinds", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("revoked_at", Instant),
)

# Every health model that was ever activated, word for word; scores name theirs. At most one is in
# force: the newest that is not retired.
health_models = Table(
    "health_models",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("name", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("activated_at", Instant, nullable=False),
    Column("activated_by", Text, nullable=False),
    Column("retired_at", Instant),
)

# What was learned from decided renewals. `kind` says by which policy; `parameters` and `report`
# are what predicts and how well it did on what it had not seen.
renewal_models = Table(
    "renewal_models",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("health_model_id", ForeignKey("health_models.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("decided_n", Integer, nullable=False),
    Column("lost_n", Integer, nullable=False),
    Column("parameters", Json, nullable=False),
    Column("report", Json, nullable=False),
    Column("fitted_at", Instant, nullable=False),
    Column("activated_by", Text),
    Column("activated_at", Instant),
    Column("retired_at", Instant),
)

# The standing of each customer. `band` is what is shown, rules included; `score_band` is that of
# the number alone, which hysteresis starts from; both NULL while too little is known. `parts` are
# the contributions in hundredths of a point (little-endian int16, in the order of the model's
# signals, the base first), `p_renew` is NULL while no model predicts it. On `due_on` the clock
# alone may change the score.
health_scores = Table(
    "health_scores",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("model_id", ForeignKey("health_models.id"), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("score", Double, nullable=False),
    Column("coverage", Double, nullable=False),
    Column("band", Text),
    Column("score_band", Text),
    Column("band_since", Date, nullable=False),
    Column("rules", Text, nullable=False),
    Column("p_renew", Double),
    Column("parts", LargeBinary, nullable=False),
    Column("due_on", Date, nullable=False),
    Index("ix_health_scores_due_on", "due_on"),
    Index("ix_health_scores_band", "band", "account_id"),
)

# One row per customer and day on which something changed, thinned with age.
health_history = Table(
    "health_history",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("on", Date, primary_key=True),
    Column("model_id", ForeignKey("health_models.id"), nullable=False),
    Column("score", Double, nullable=False),
    Column("coverage", Double, nullable=False),
    Column("band", Text),
    Column("parts", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# At-risk warnings, each said once (`key`). `ended_at` is when it stopped being news: acted on
# (`ended` names how), got better, or was ignored for too long.
risk_warnings = Table(
    "risk_warnings",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("facts", Json, nullable=False),
    Column("score", Double),
    Column("band", Text),
    Column("at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("ended", Text),
    Column("ended_by_id", ForeignKey("people.id")),
    Index("ix_risk_warnings_account_at", "account_id", "at"),
    Index(
        "ix_risk_warnings_open",
        "account_id",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)
