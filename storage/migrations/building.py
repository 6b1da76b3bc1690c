"""Indexes on tables that may be large: built while everybody goes on reading and writing."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import context, op

log = logging.getLogger(__name__)

_FOUND = sa.text(
    "SELECT x.indisvalid FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid "
    "WHERE i.relname = :name AND i.relnamespace = current_schema()::regnamespace"
)


def build_index(name: str, table: str, columns: Sequence[str], *, where: str | None = None) -> None:
    """Build an index, or finish what a start that broke off had begun.

    On PostgreSQL CONCURRENTLY, outside of any transaction: whatever the script did before is
    committed, so a script that calls this does nothing else that may not be done twice. Within
    a caller's transaction, where the database is laid anew and holds no rows, it is built at once.
    """
    if not context.config.attributes.get("by_steps"):
        op.create_index(
            name,
            table,
            list(columns),
            sqlite_where=None if where is None else sa.text(where),
            postgresql_where=None if where is None else sa.text(where),
            if_not_exists=True,
        )
        return
    valid = op.get_bind().scalar(_FOUND, {"name": name})
    if valid:
        return
    with op.get_context().autocommit_block():
        # Nobody waits for what waits here, and who has been reading for long is waited for: each
        # attempt that were given up would leave half an index and begin at the first row again.
        op.execute("SET lock_timeout = 0")
        log.info("the index %s is built, beside whoever works", name)
        if valid is not None:
            op.execute(f'DROP INDEX CONCURRENTLY "{name}"')
        op.create_index(
            name,
            table,
            list(columns),
            postgresql_where=None if where is None else sa.text(where),
            postgresql_concurrently=True,
        )
