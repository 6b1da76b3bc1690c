"""Alembic's entry: the connection comes from storage.schema, under its lock."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from storage import columns
from storage.tables import metadata


def render_item(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """Our own column types by name in generated scripts."""
    if kind != "type":
        return False
    for name in ("RowId", "Json"):
        if item is getattr(columns, name):
            return f"columns.{name}"
    for name in ("Instant", "Amount"):
        if isinstance(item, getattr(columns, name)):
            return f"columns.{name}()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    render_item=render_item,
    transactional_ddl=True,
    transaction_per_migration=context.config.attributes.get("by_steps", False),
)
with context.begin_transaction():
    context.run_migrations()
