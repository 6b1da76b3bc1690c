"""A few customers with facts, laid row by row as files and chat bring them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from handlers.rules import Rules
from scoring.model import ContractStatus, Segment
from storage.store import Store
from storage.transaction import Tx

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 1, 7, tzinfo=UTC)
RULES = Rules()


def days_ago(days: int) -> date:
    """So many days before today."""
    return TODAY - timedelta(days=days)


async def add_accounts(tx: Tx, *segments: Segment) -> list[int]:
    """Customers 1, 2, … of those segments; nobody is marked."""
    ids = list(range(1, len(segments) + 1))
    rows = [
        {"id": n, "name": f"Customer {n}", "segment": segment}
        for n, segment in zip(ids, segments, strict=True)
    ]
    await tx.accounts.add_many(rows, [], now=NOW)
    return ids


def term(contract_id: int, account_id: int, **more: Any) -> dict[str, Any]:
    """A running term of a year, ending in 200 days; `more` overrides."""
    return {
        "id": contract_id,
        "account_id": account_id,
        "contract_no": f"HT-{contract_id}",
        "product": None,
        "starts_on": days_ago(165),
        "ends_on": TODAY + timedelta(days=200),
        "arr": Decimal(100_000),
        "currency": "CNY",
        "seats": 50,
        "owner_id": None,
        "team": None,
        "segment": Segment.STANDARD,
        "auto_renew": False,
        "notice_days": None,
        "known_on": days_ago(165),
        "clock_rev": 1,
        "signed_on": None,
        "cancelled_on": None,
        "status": ContractStatus.ACTIVE,
        "custom": {},
        "created_at": NOW,
        **more,
    }


async def observe(tx: Tx, account_id: int, signal: str, values: dict[int, float]) -> None:
    """Observations by how many days ago."""
    await tx.facts.add(
        "signals",
        [
            {
                "account_id": account_id,
                "signal": signal,
                "observed_on": days_ago(ago),
                "value": value,
            }
            for ago, value in values.items()
        ],
    )


async def use_weekly(tx: Tx, account_id: int, active: float, licensed: float = 100.0) -> None:
    """Thirteen flat weeks of use."""
    await observe(tx, account_id, "active_users", {7 * n: active for n in range(13)})
    await observe(tx, account_id, "licensed_users", {80: licensed})


async def connect(tx: Tx, *kinds: str, since_days: int = 400) -> None:
    """Sources of those kinds, which spoke today."""
    for kind in kinds:
        await tx.fact_sources.heard(kind, "test", TODAY, since=days_ago(since_days))


async def ticket(tx: Tx, account_id: int, number: int, opened: int, closed: int | None) -> None:
    """A ticket opened and closed so many days ago."""
    await tx.facts.add(
        "tickets",
        [
            {
                "account_id": account_id,
                "ticket_no": f"T-{number}",
                "opened_on": days_ago(opened),
                "closed_on": None if closed is None else days_ago(closed),
                "csat": None,
            }
        ],
    )


async def everything(store: Store, table: str) -> list[dict[str, Any]]:
    """All rows of a table, ordered, as plain values."""
    async with store.read() as tx:
        rows = await tx.connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1, 2")  # noqa: S608
        return [dict(row._mapping) for row in rows]
