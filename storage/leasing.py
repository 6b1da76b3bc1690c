"""The statements that take rows of a place and end what was taken.

Put together once: putting them together takes SQLAlchemy longer than the database to answer.
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import (
    ColumnElement,
    Update,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    select,
    text,
    update,
)

from scoring.model import DeliveryState
from storage.columns import Instant
from storage.id_sets import id_rows_of
from storage.outbox import DELIVERY_COLUMNS
from storage.tables import deliveries

REPAINT = "repaint"
"""The kind of rows that edit a post instead of adding one."""

# Literal, not bound: a bound state would lose the partial indexes (reliability.md, Databases).
WAITING = deliveries.c.state == literal_column("'waiting'")

DUE = and_(
    WAITING,
    deliveries.c.platform == bindparam("of_platform"),
    deliveries.c.place == bindparam("of_place"),
    deliveries.c.due_at <= bindparam("at_instant", type_=Instant()),
)
"""What is due in one place."""

# Whether there is more than edits and what is set apart shows only when the rows are looked at.
HEAD = (
    select(
        deliveries.c.id,
        deliveries.c.kind,
        deliveries.c.batch,
        deliveries.c.alone,
        deliveries.c.facts,
        deliveries.c.suspect_since,
    )
    .where(DUE)
    .order_by(
        deliveries.c.batch.is_(None),
        case((deliveries.c.kind == literal_column(f"'{REPAINT}'"), 1), else_=0),
        deliveries.c.due_at,
        deliveries.c.id,
    )
    .limit(1)
)
"""The row that says what is taken next in a place."""


def _taking(which: ColumnElement[bool]) -> Update:
    picked = (
        select(deliveries.c.id)
        .where(DUE, which)
        .order_by(deliveries.c.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
        .cte("picked")
    )
    return (
        update(deliveries)
        .where(deliveries.c.id.in_(select(picked.c.id)), WAITING)
        .values(
            state=literal_column("'leased'"),
            lease_owner=bindparam("by_owner"),
            attempt_key=bindparam("by_attempt"),
            leased_until=bindparam("until_instant", type_=Instant()),
            settle_until=None,
        )
        .returning(*DELIVERY_COLUMNS)
    )


TAKE_FRESH = _taking(
    and_(
        deliveries.c.batch.is_(None),
        deliveries.c.kind != literal_column(f"'{REPAINT}'"),
        deliveries.c.suspect_since.is_(None),
        func.coalesce(deliveries.c.alone, literal_column("false")).is_(False),
    )
)
"""All that is told together."""

TAKE_MESSAGE = _taking(deliveries.c.batch == bindparam("of_batch"))
"""The rows of a message that is half sent."""

TAKE_ROWS = _taking(deliveries.c.id.in_(bindparam("of_ids", expanding=True)))
"""Rows by their number."""


@cache
def changing(columns: frozenset[str], dialect: str, *, leased_only: bool) -> Update:
    """Set some columns (bound by `to_NAME`) of those rows of `:ids` that an attempt holds."""
    states = (
        (DeliveryState.LEASED,) if leased_only else (DeliveryState.LEASED, DeliveryState.AMBIGUOUS)
    )
    known = ", ".join(f"'{state}'" for state in states)
    return (
        update(deliveries)
        .where(
            text(f"deliveries.id IN {id_rows_of(dialect)}"),
            deliveries.c.attempt_key == bindparam("by_attempt"),
            deliveries.c.lease_owner == bindparam("by_owner"),
            text(f"deliveries.state IN ({known})"),
        )
        .values(
            {
                name: bindparam(f"to_{name}", type_=deliveries.c[name].type)
                for name in sorted(columns)
            }
        )
    )
