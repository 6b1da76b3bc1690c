"""Turn the RavenStack sample (five CSV tables of a SaaS company) into files that `import` takes.

    python scripts/ravenstack.py FOLDER OUT

docs/ravenstack.md says what becomes of every column, and why.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

Row = dict[str, str]

LAST_DAY = date(2024, 12, 31)
"""Nothing in the sample is later; running terms are seen from here."""

SEGMENTS = {"Enterprise": "strategic", "Pro": "core", "Basic": "standard"}

REASON_WITHIN_DAYS = 30
"""A churn event explains the end of a subscription when it is no further away."""


def convert(source: Path, target: Path) -> dict[str, int]:
    """Write one file for each kind into `target`; the rows of each."""
    tables = {path.stem: _read(path) for path in sorted(source.glob("*.csv"))}
    names = {row["account_id"]: row["account_name"] for row in tables["accounts"]}
    subscriptions, churn_events = tables["subscriptions"], tables["churn_events"]
    target.mkdir(parents=True, exist_ok=True)
    files: dict[str, Iterable[Row]] = {
        "accounts": map(account, tables["accounts"]),
        "contracts": (contract(row, names) for row in subscriptions),
        "earlier_contracts": (term for row in subscriptions for term in earlier_terms(row, names)),
        "outcomes": outcomes(subscriptions, churn_events),
        "tickets": (ticket(row, names) for row in tables["support_tickets"]),
        "signals": signals(tables["feature_usage"], subscriptions, names),
        "touches": (touch(row, names) for row in churn_events),
    }
    return {kind: _write(target / f"{kind}.csv", rows) for kind, rows in files.items()}


def account(row: Row) -> Row:
    """A customer; the plan stands in for the segment."""
    return {
        "account": row["account_name"],
        "external_id": row["account_id"],
        "industry": row["industry"],
        "region": row["country"],
        "segment": SEGMENTS[row["plan_tier"]],
        "signed_up_on": row["signup_date"],
        "referral_source": row["referral_source"],
        "is_trial": row["is_trial"],
    }


def contract(row: Row, names: Row) -> Row:
    """A subscription; one that ended by churn is lost, a running yearly one ends each year."""
    return {
        "contract_no": row["subscription_id"],
        "account": names[row["account_id"]],
        "product": row["plan_tier"],
        "starts_on": row["start_date"],
        "ends_on": row["end_date"] or _end_of_running(row),
        "arr": row["arr_amount"],
        "currency": "USD",
        "seats": row["seats"],
        "auto_renew": "yes" if row["auto_renew_flag"] == "True" else "no",
        "status": "lost" if row["churn_flag"] == "True" else "active",
        "billing_frequency": row["billing_frequency"],
        "is_trial": row["is_trial"],
        "upgrade_flag": row["upgrade_flag"],
        "downgrade_flag": row["downgrade_flag"],
    }


def earlier_terms(row: Row, names: Row) -> Iterator[Row]:
    """The years of a yearly subscription that were renewed: those before its last anniversary.

    A file of their own, only for learning: without them the sample has losses and no renewals.
    """
    if row["billing_frequency"] != "annual":
        return
    first = date.fromisoformat(row["start_date"])
    last = date.fromisoformat(row["end_date"]) if row["end_date"] else LAST_DAY
    starts_on = first
    for year in range(first.year + 1, last.year + 1):
        next_on = _anniversary(first, year)
        if next_on > last:
            return
        yield {
            **contract(row, names),
            "contract_no": f"{row['subscription_id']}/{year - 1}",
            "starts_on": starts_on.isoformat(),
            "ends_on": (next_on - timedelta(days=1)).isoformat(),
            "status": "renewed",
        }
        starts_on = next_on


def _end_of_running(row: Row) -> str:
    """The day before the next anniversary for yearly terms; monthly ones stay open-ended."""
    if row["billing_frequency"] != "annual":
        return ""
    first = date.fromisoformat(row["start_date"])
    year = LAST_DAY.year
    while True:
        end = _anniversary(first, year) - timedelta(days=1)
        if end > LAST_DAY:
            return end.isoformat()
        year += 1


def _anniversary(first: date, year: int) -> date:
    try:
        return first.replace(year=year)
    except ValueError:  # 29 February
        return date(year, 3, 1)


def outcomes(subscriptions: Iterable[Row], churn_events: Iterable[Row]) -> Iterator[Row]:
    """What was decided of the subscriptions that ended, with a reason where an event is near."""
    reasons: dict[str, list[tuple[date, str]]] = defaultdict(list)
    for event in churn_events:
        on = date.fromisoformat(event["churn_date"])
        reasons[event["account_id"]].append((on, event["reason_code"]))
    for row in subscriptions:
        if row["churn_flag"] == "True":
            ended_on = date.fromisoformat(row["end_date"])
            near = min(
                ((abs((on - ended_on).days), why) for on, why in reasons[row["account_id"]]),
                default=(REASON_WITHIN_DAYS + 1, ""),
            )
            yield {
                "contract_no": row["subscription_id"],
                "decided_on": row["end_date"],
                "outcome": "churned",
                "reason": near[1] if near[0] <= REASON_WITHIN_DAYS else "",
            }


def ticket(row: Row, names: Row) -> Row:
    """A support ticket, by day."""
    return {
        "account": names[row["account_id"]],
        "ticket_no": row["ticket_id"],
        "opened_on": row["submitted_at"][:10],
        "closed_on": row["closed_at"][:10],
        "severity": row["priority"],
        "csat": row["satisfaction_score"],
    }


def signals(usage: Iterable[Row], subscriptions: Iterable[Row], names: Row) -> Iterator[Row]:
    """Four weekly measures of a customer, on the Sunday that ends the week, or the last day."""
    owners = {row["subscription_id"]: names[row["account_id"]] for row in subscriptions}
    minutes: dict[tuple[str, date], float] = defaultdict(float)
    uses: dict[tuple[str, date], int] = defaultdict(int)
    errors: dict[tuple[str, date], int] = defaultdict(int)
    features: dict[tuple[str, date], set[str]] = defaultdict(set)
    for row in usage:
        day = date.fromisoformat(row["usage_date"])
        sunday = day + timedelta(days=6 - day.weekday())
        week = owners[row["subscription_id"]], min(sunday, LAST_DAY)
        minutes[week] += int(row["usage_duration_secs"]) / 60
        uses[week] += int(row["usage_count"])
        errors[week] += int(row["error_count"])
        features[week].add(row["feature_name"])
    for week in sorted(minutes):
        values = {
            "usage_minutes": f"{minutes[week]:.1f}",
            "features_used": str(len(features[week])),
            "feature_uses": str(uses[week]),
            "errors": str(errors[week]),
        }
        for signal, value in values.items():
            yield {
                "account": week[0],
                "signal": signal,
                "observed_on": week[1].isoformat(),
                "value": value,
            }


def touch(row: Row, names: Row) -> Row:
    """A churn event: it names a customer and no contract, so it is a note in the history."""
    parts = [
        f"churn event {row['churn_event_id']}: {row['reason_code']}",
        row["feedback_text"],
        f"refund {row['refund_amount_usd']} USD" if float(row["refund_amount_usd"]) else "",
        "reactivated" if row["is_reactivation"] == "True" else "",
    ]
    return {
        "account": names[row["account_id"]],
        "kind": "note",
        "at": row["churn_date"],
        "note": "; ".join(part for part in parts if part),
    }


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: Iterable[Row]) -> int:
    found = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(found[0]))
        writer.writeheader()
        writer.writerows(found)
    return len(found)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    for kind, count in convert(Path(sys.argv[1]), Path(sys.argv[2])).items():
        print(f"{kind}.csv: {count:,} rows")
