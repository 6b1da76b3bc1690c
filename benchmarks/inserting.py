"""The floor of a cold tick: the same rows into the same tables, by plain SQL."""

from __future__ import annotations

from benchmarks.databases import bare
from benchmarks.timing import stopwatch

RESULTS = ("ledger", "opportunities", "deliveries")


def insert_again(url: str) -> float:
    """Seconds to insert a tick's results once more, in one transaction.

    The rows are set aside in tables without any index, the real tables are emptied, and then
    filled by `INSERT INTO ledger SELECT * FROM …`: the same rows, types, indexes and foreign
    keys, but nothing to find, to compare or to work out. The tick's database is spent by it.
    """
    with bare(url) as connection:
        for table in RESULTS:
            connection.run(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")
        for table in reversed(RESULTS):
            connection.run(f"DELETE FROM {table}")
        if not connection.sqlite:
            connection.run("VACUUM FULL ledger, opportunities, deliveries")
            connection.run("VACUUM ANALYZE")
        with stopwatch() as watch:
            connection.run("BEGIN")
            for table in RESULTS:
                connection.run(f"INSERT INTO {table} SELECT * FROM kept_{table}")
            connection.run("COMMIT")
    return watch.seconds
