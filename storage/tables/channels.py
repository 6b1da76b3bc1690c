"""What talking to a platform needs to be kept: tokens, connections, uploads, answers under way."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text

from storage.columns import Instant, Json
from storage.tables.naming import metadata

# A platform's access token, sealed: the key is never in the database. `refreshing_until` (steady
# time) is the turn of the one who fetches a new one; the others wait for the result.
tokens = Table(
    "tokens",
    metadata,
    Column("name", Text, primary_key=True),
    Column("sealed", Text),
    Column("expires_at", Instant),
    Column("refreshed_by", Text),
    Column("refreshing_until", Instant),
    Column("version", Integer, nullable=False),
)

# A connection that only one replica may hold, and how it fares. `until` is steady time; `facts`
# hold what an operator asks about (connected, last heard, last fault).
connections = Table(
    "connections",
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text),
    Column("until", Instant),
    Column("state", Text, nullable=False),
    Column("facts", Json, nullable=False),
    Column("changed_at", Instant, nullable=False),
)

# A file at a platform for some days, so that it is not sent there twice.
uploads = Table(
    "uploads",
    metadata,
    Column("way", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("media_id", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("ix_uploads_expires_at", "expires_at"),
)

# An answer that a platform comes back to ask for until it is finished.
streams = Table(
    "streams",
    metadata,
    Column("id", Text, primary_key=True),
    Column("place", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("card", Json),
    Column("finished", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_streams_at", "at"),
)

# A question the bot has asked somebody, whose next line there is the answer. `line` is the chat
# line so far, `field` the parameter that is asked for; `said_at` is when the platform says the line
# was said that the question answers: what was said before is no answer to it.
questions = Table(
    "questions",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("sender", Text, primary_key=True),
    Column("line", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("said_at", Instant),
    Column("asked_at", Instant, nullable=False),
)
