"""What was invoiced and paid, and the exchange rates: rows of kinds `payments` and `rates`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from bot.sample.contracts import plain
from bot.sample.draws import stream, weekday, years_before
from bot.sample.pricing import rate_in_cny
from bot.sample.terms import Term
from bot.sample.vocabulary import Row

_LOOK_BACK_DAYS = 420
_PAYMENT_TARGET_DAYS = 30
_UNPAID_DAYS = 130
"""Nobody leaves an older invoice open and still is a customer."""
_UNPAID = 0.5
_MONTHS_OF_RATES = 14


def payment_rows(
    terms: list[Term], numbers: Mapping[Term, str], start_on: date, seed: int
) -> list[Row]:
    """A yearly invoice for each contract; the unhappy pay late or, lately, not at all."""
    draw = stream(seed, "payments")
    rows = []
    for term in sorted(terms, key=numbers.__getitem__):
        if term.arr is None or term.status == "cancelled":
            continue
        for due_on in _due_dates(term, start_on):
            paid_on = _paid_on(draw, term.customer.mood, due_on, start_on)
            rows.append(
                {
                    "account": term.customer.name,
                    "invoice_no": "",
                    "due_on": due_on.isoformat(),
                    "paid_on": paid_on.isoformat() if paid_on and paid_on < start_on else "",
                    "amount": plain(term.arr),
                    "currency": term.customer.company.currency,
                    "contract_no": numbers[term],
                }
            )
    rows.sort(key=lambda row: (row["due_on"], row["contract_no"]))
    counts: Counter[str] = Counter()
    for row in rows:
        year = row["due_on"][:4]
        counts[year] += 1
        row["invoice_no"] = f"INV-{year}-{counts[year] + 100:04d}"
    return rows


def _due_dates(term: Term, start_on: date) -> Iterator[date]:
    last = term.ends_on or start_on
    for year in range(last.year - term.starts_on.year, -1, -1):
        due_on = weekday(years_before(last, year) - timedelta(days=365 - _PAYMENT_TARGET_DAYS))
        if (
            term.starts_on <= due_on <= start_on + timedelta(days=_PAYMENT_TARGET_DAYS)
            and (start_on - due_on).days <= _LOOK_BACK_DAYS
        ):
            yield due_on


def _paid_on(draw: Random, mood: str, due_on: date, start_on: date) -> date | None:
    late = {"good": (-12, 2), "steady": (-6, 12), "worry": (5, 70)}[mood]
    recent = (start_on - due_on).days <= _UNPAID_DAYS
    if mood == "worry" and recent and draw.random() < _UNPAID:
        return None
    return weekday(due_on + timedelta(days=draw.randint(*late)))


def rate_rows(start_on: date, seed: int) -> list[Row]:
    """Monthly rates in CNY, wandering a little around the list price's rate."""
    draw = stream(seed, "rates")
    rows = []
    for currency in ("USD", "EUR", "HKD"):
        rate, day = rate_in_cny(currency), start_on.replace(day=1)
        for _ in range(_MONTHS_OF_RATES):
            rows.append(
                {"currency": currency, "on": day.isoformat(), "rate": f"{rate:.4f}"},
            )
            step = draw.choice((-1, 1)) * draw.randint(1, 9)
            rate += rate * Decimal(step) / 1000
            day = (day - timedelta(days=1)).replace(day=1)
    return sorted(rows, key=lambda row: (row["currency"], row["on"]))
