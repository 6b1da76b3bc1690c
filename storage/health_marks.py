"""Who is to be scored again: whoever writes a fact marks its customer in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.id_sets import id_rows, id_values
from storage.tables import touches

KEYS_AT_ONCE = 5000

_MARK = "INSERT INTO health_due (account_id, rev)"
_AGAIN = "ON CONFLICT (account_id) DO UPDATE SET rev = health_due.rev + 1"


async def mark_due(connection: AsyncConnection, account_ids: Iterable[int]) -> None:
    """Mark customers.

    A row that is there is changed, which locks it: the job cannot take it out before it can see
    the facts of this transaction.
    """
    wanted = set(account_ids)
    if wanted:
        marked = f"SELECT id, 1 FROM {id_rows(connection)} AS i WHERE true"  # noqa: S608
        await connection.execute(
            text(f"{_MARK} {marked} {_AGAIN}"), {"ids": id_values(connection, wanted)}
        )


async def mark_due_of_touches(connection: AsyncConnection, keys: Iterable[str]) -> None:
    """Mark the customers of touches by their natural keys."""
    wanted = sorted(set(keys))
    found: set[int] = set()
    for start in range(0, len(wanted), KEYS_AT_ONCE):
        chunk = wanted[start : start + KEYS_AT_ONCE]
        query = select(touches.c.account_id).where(touches.c.natural_key.in_(chunk)).distinct()
        found.update((await connection.execute(query)).scalars())
    await mark_due(connection, found)


async def mark_due_of_terms(connection: AsyncConnection, seen_rev: int) -> None:
    """Mark the customers whose terms changed after a revision of the clock."""
    await connection.execute(
        text(
            f"{_MARK} SELECT DISTINCT account_id, 1 FROM contracts "  # noqa: S608
            f"WHERE clock_rev > :seen_rev ORDER BY account_id {_AGAIN}"
        ),
        {"seen_rev": seen_rev},
    )


async def mark_scored(connection: AsyncConnection, *, above: int, most: int) -> int | None:
    """Mark up to `most` customers that have a score, ascending from the id `above`.

    The last id that was marked, None when there was nobody left.
    """
    found = "SELECT account_id FROM health_scores WHERE account_id > :above ORDER BY 1 LIMIT :most"
    bounds = {"above": above, "most": most}
    last = await connection.scalar(text(f"SELECT max(account_id) FROM ({found}) s"), bounds)  # noqa: S608
    if last is None:
        return None
    await connection.execute(
        text(
            f"{_MARK} SELECT account_id, 1 FROM health_scores "  # noqa: S608
            f"WHERE account_id > :above AND account_id <= :last ORDER BY account_id {_AGAIN}"
        ),
        {"above": above, "last": last},
    )
    return int(last)


async def mark_everybody(connection: AsyncConnection) -> None:
    """Mark all customers that have a term or were ever scored."""
    await connection.execute(
        text(
            f"{_MARK} SELECT id, 1 FROM accounts WHERE id IN "  # noqa: S608
            "(SELECT account_id FROM contracts UNION SELECT account_id FROM health_scores "
            f"UNION SELECT account_id FROM health_due) ORDER BY id {_AGAIN}"
        )
    )
