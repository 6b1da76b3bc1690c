"""A service that has been running for a week: what it keeps for some days, and alerts for the next.

Without it every table that is swept after days would grow on the one day that is looked at.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from benchmarks.backlog import long_ago
from benchmarks.book import NOW
from benchmarks.databases import Bare


def lay_week(connection: Bare, *, changes: int, taps: int, streams: int, files: int) -> None:
    """So many rows a day, evenly over as many days as each is kept."""
    reply = json.dumps({"text": "R-1 已由您认领", "notes": "x" * 600})
    connection.run("BEGIN")
    connection.run_many(
        "INSERT INTO inbox (source, event_id, reply, at) VALUES ('slack', ?, ?, ?)",
        [(f"week-{n}", reply, at) for n, at in _spread(connection, changes, 7)],
    )
    connection.run_many(
        "INSERT INTO hearings (source, event_id, owner, until, done, at) "
        "VALUES ('slack', ?, 'before', ?, true, ?)",
        [(f"week-{n}", at, at) for n, at in _spread(connection, taps, 7)],
    )
    connection.run_many(
        "INSERT INTO streams (id, place, sender, content, finished, at) "
        "VALUES (?, '', 'w1', 'x', true, ?)",
        [(f"week-{n}", at) for n, at in _spread(connection, streams, 1)],
    )
    connection.run_many(
        "INSERT INTO staged_files (code, person_id, filename, kind, content, at) "
        "VALUES (?, 1, 'book.csv', 'contracts', ?, ?)",
        [(f"F-{n}", b"x" * 20_000, at) for n, at in _spread(connection, files, 7)],
    )
    connection.run("COMMIT")


def lay_alerts(connection: Bare, alerts: int, within: timedelta) -> int:
    """So many of the book's alerts, each alone, evenly over that time; how many there are.

    Of the contracts that came last, as the first ones are claimed.
    """
    connection.run("BEGIN")
    found = connection.run(
        "SELECT id FROM deliveries WHERE kind = 'milestone' AND state = 'waiting' "
        "ORDER BY contract_id DESC, id LIMIT ?",
        [alerts],
    ).fetchall()
    # Neither deleted nor withdrawn: the audit would miss them, and put them again.
    connection.run("UPDATE deliveries SET state = 'sent', sent_at = ?", [long_ago(connection)])
    connection.run_many(
        "UPDATE deliveries SET state = 'waiting', sent_at = NULL, alone = true, due_at = ?, limit_on = NULL "
        "WHERE id = ?",
        [
            (_instant(connection, NOW + within * at / len(found)), number)
            for at, (number,) in enumerate(found)
        ],
    )
    # Else the leads are told of the whole book in the last minute of the day.
    connection.run("UPDATE opportunities SET escalated_at = ?", [_instant(connection, NOW)])
    connection.run("COMMIT")
    return len(found)


def _spread(connection: Bare, a_day: int, days: int) -> list[tuple[int, object]]:
    count = a_day * days
    span = timedelta(days=days)
    return [(n, _instant(connection, NOW - span * (n + 1) / count)) for n in range(count)]


def _instant(connection: Bare, at: datetime) -> object:
    if not connection.sqlite:
        return at
    utc = at - (at.utcoffset() or timedelta())
    return utc.strftime("%Y-%m-%d %H:%M:%S.%f")
