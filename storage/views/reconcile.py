"""What is missing or contradictory in the book, a bounded query a problem."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

SILENT_AFTER_DAYS = 30
"""Without a signal for so long nothing is known of how a customer does (product.md 3)."""

_TYPES: dict[str, Any] = {"today": Date(), "silent": Date(), "grace": Date()}

# (problem, columns after it: account, contract_no, detail; the rest of the query). Details are
# names, numbers and dates of the book, never words.
_QUERIES: tuple[tuple[str, str], ...] = (
    (
        "no_owner",
        """SELECT a.name, c.contract_no, {text_of_end} FROM contracts c
           JOIN accounts a ON a.id = c.account_id
           WHERE c.status = 'active' AND c.owner_id IS NULL AND a.csm_id IS NULL
             AND a.account_executive_id IS NULL
           ORDER BY c.countdown_on, c.id""",
    ),
    (
        "unlinked_owner",
        """SELECT a.name, c.contract_no, p.name FROM contracts c
           JOIN accounts a ON a.id = c.account_id JOIN people p ON p.id = c.owner_id
           WHERE c.status = 'active' AND NOT p.linked
           ORDER BY p.name, c.countdown_on, c.id""",
    ),
    (
        "no_end_date",
        """SELECT a.name, c.contract_no, '' FROM contracts c
           JOIN accounts a ON a.id = c.account_id
           WHERE c.status = 'active' AND c.ends_on IS NULL
           ORDER BY c.id""",
    ),
    (
        "history",
        """SELECT a.name, c.contract_no, {text_of_end} FROM contracts c
           JOIN accounts a ON a.id = c.account_id
           WHERE c.status = 'active' AND c.countdown_on < :grace AND c.ends_on < :grace
           ORDER BY c.countdown_on DESC, c.id""",
    ),
    (
        "overlap",
        """SELECT a.name, c.contract_no, d.contract_no FROM contracts c
           JOIN contracts d ON d.account_id = c.account_id AND d.id > c.id
           JOIN accounts a ON a.id = c.account_id
           WHERE c.status = 'active' AND d.status = 'active'
             AND COALESCE(c.product, '') = COALESCE(d.product, '')
             AND c.starts_on <= d.ends_on AND d.starts_on <= c.ends_on
           ORDER BY c.id, d.id""",
    ),
    (
        "no_contact",
        """SELECT a.name, '', '' FROM accounts a
           WHERE EXISTS (SELECT 1 FROM contracts c
                         WHERE c.account_id = a.id AND c.status = 'active')
             AND NOT EXISTS (SELECT 1 FROM contacts p WHERE p.account_id = a.id
                             AND (p.left_on IS NULL OR p.left_on > :today))
           ORDER BY a.id""",
    ),
    (
        "no_signal",
        """SELECT a.name, '',
                  COALESCE((SELECT {text_of_seen} FROM signals s WHERE s.account_id = a.id), '')
           FROM accounts a
           WHERE EXISTS (SELECT 1 FROM contracts c
                         WHERE c.account_id = a.id AND c.status = 'active')
             AND NOT EXISTS (SELECT 1 FROM signals s WHERE s.account_id = a.id
                             AND s.observed_on >= :silent)
           ORDER BY a.id""",
    ),
)

PROBLEMS = tuple(problem for problem, _ in _QUERIES)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to put right. `contract_no` is empty where it concerns the whole customer.

    `detail` names what the problem is about: the other contract, the owner, a date in ISO form.
    """

    problem: str
    account: str
    contract_no: str
    detail: str


async def findings(
    connection: AsyncConnection, *, today: date, grace_days: int, limit: int | None
) -> list[Finding]:
    """Everything found, by problem; at most `limit` of each kind."""
    postgresql = connection.dialect.name == "postgresql"
    dates = {
        "text_of_end": _day_text("c.ends_on", postgresql),
        "text_of_seen": _day_text("max(s.observed_on)", postgresql),
    }
    values: dict[str, Any] = {
        "today": today,
        "silent": today - timedelta(days=SILENT_AFTER_DAYS),
        "grace": today - timedelta(days=grace_days),
    }
    found: list[Finding] = []
    for problem, query in _QUERIES:
        sql = query.format(**dates)
        used = {name: value for name, value in values.items() if f":{name}" in sql}
        if limit is not None:
            sql += " LIMIT :limit"
            used["limit"] = limit
        statement = text(sql).bindparams(
            *(bindparam(name, type_=_TYPES[name]) for name in used if name in _TYPES)
        )
        rows = await connection.execute(statement, used)
        found += [Finding(problem, row[0], row[1], row[2] or "") for row in rows]
    return found


def _day_text(expression: str, postgresql: bool) -> str:
    return f"to_char({expression}, 'YYYY-MM-DD')" if postgresql else expression
