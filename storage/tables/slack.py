"""What talking to Slack needs to be kept: workspaces, what ids belong where, Home tabs, what was heard."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text

from storage.columns import Instant, Json
from storage.tables.naming import metadata

# A workspace (or a whole organisation: `team_id` is then the enterprise's) that installed the app.
# `sealed` holds its tokens; the key is never in the database. A removed one stays, without tokens.
# Tokens that expire (`expires_at`, steady time) are renewed by one replica at a time, whose turn it
# is until `refreshing_until` (steady time); every other set of tokens is another `version`.
slack_installations = Table(
    "slack_installations",
    metadata,
    Column("team_id", Text, primary_key=True),
    Column("enterprise_id", Text),
    Column("name", Text, nullable=False),
    Column("app_id", Text, nullable=False),
    Column("bot_id", Text, nullable=False),
    Column("bot_user_id", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("sealed", Text),
    Column("expires_at", Instant),
    Column("version", Integer, nullable=False),
    Column("refreshed_by", Text),
    Column("refreshing_until", Instant),
    Column("installed_by", Text),
    Column("installed_at", Instant, nullable=False),
    Column("removed_at", Instant),
)

# States that somebody came back with from installing: each is good for one return.
slack_states = Table(
    "slack_states",
    metadata,
    Column("state", Text, primary_key=True),
    Column("expires_at", Instant, nullable=False),
    Index("ix_slack_states_expires_at", "expires_at"),
)

# Channels (C…, G…), conversations with the bot (D…) and people (U…, W…) as they were met: to which
# workspace an id belongs, what a channel is called, and which conversation is whose (`user_id`).
slack_places = Table(
    "slack_places",
    metadata,
    Column("id", Text, primary_key=True),
    Column("team_id", Text, nullable=False),
    Column("name", Text),
    Column("user_id", Text),
    Column("seen_at", Instant, nullable=False),
    Index("ix_slack_places_name", "name"),
    Index("ix_slack_places_user_id", "user_id"),
)

# Home tabs that were opened: `digest` tells what is shown, `stale` that it may not be true any more.
slack_homes = Table(
    "slack_homes",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("team_id", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("facts", Json, nullable=False),
    Column("stale", Boolean, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("shown_at", Instant),
    Index("ix_slack_homes_stale", "stale"),
)

# Events whose answer is a message of its own: who answers, until when that is believed (steady
# time), and whether it is done. Told again, on whatever replica, it is not answered twice.
hearings = Table(
    "hearings",
    metadata,
    Column("source", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("until", Instant, nullable=False),
    Column("done", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_hearings_at", "at"),
)
