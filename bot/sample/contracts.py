"""Contract numbers and the rows of kinds `contracts` and `outcomes`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from bot.sample.terms import Term
from bot.sample.vocabulary import Row

BOOK_SERIES = {"华东": "HD", "华南": "HN", "Global": "GL"}


def number_terms(
    terms: list[Term], series_of: Mapping[str, str] = BOOK_SERIES
) -> Mapping[Term, str]:
    """A number for each contract, such as HD-2025-014: team, year, count in order of signing."""
    counts: Counter[str] = Counter()
    numbers = {}
    for term in sorted(terms, key=lambda term: (term.signed_on, term.customer.number)):
        series = f"{series_of[term.customer.company.team]}-{term.signed_on.year}"
        counts[series] += 1
        numbers[term] = f"{series}-{counts[series]:03d}"
    return numbers


def first_signatures(terms: list[Term]) -> Mapping[str, date]:
    """When each customer signed for the first time."""
    first: dict[str, date] = {}
    for term in terms:
        name = term.customer.name
        first[name] = min(first.get(name, term.signed_on), term.signed_on)
    return first


def contract_rows(terms: list[Term], numbers: Mapping[Term, str]) -> list[Row]:
    """The rows of kind `contracts`, by number; a renewed term is known by its successor."""
    return [
        {
            "contract_no": numbers[term],
            "account": term.customer.name,
            "product": term.product,
            "starts_on": term.starts_on.isoformat(),
            "ends_on": term.ends_on.isoformat() if term.ends_on else "",
            "arr": plain(term.arr),
            "currency": term.customer.company.currency,
            "seats": str(term.seats or ""),
            "owner": term.customer.owner,
            "team": term.customer.company.team,
            "segment": term.customer.company.segment.value,
            "auto_renew": "yes" if term.auto_renew else "no",
            "notice_days": str(term.notice_days or ""),
            "contact_name": term.customer.champion.name,
            "contact_email": term.customer.champion.email,
            "contact_phone": term.customer.champion.phone,
            "signed_on": term.signed_on.isoformat(),
            "cancelled_on": term.cancelled_on.isoformat() if term.cancelled_on else "",
            "status": term.status if term.status in ("active", "lost") else "",
            "renewed_from": numbers[term.before] if term.before else "",
        }
        for term in sorted(terms, key=numbers.__getitem__)
    ]


def outcome_rows(terms: list[Term], numbers: Mapping[Term, str]) -> list[Row]:
    """The rows of kind `outcomes`: how every decided term ended."""
    rows = []
    for term in sorted(terms, key=numbers.__getitem__):
        if term.before:
            rows.append(
                {
                    "contract_no": numbers[term.before],
                    "decided_on": term.signed_on.isoformat(),
                    "outcome": _movement(term.before.arr, term.arr),
                    "new_arr": plain(term.arr),
                    "reason": "",
                }
            )
        if term.lost_because:
            decided_on = term.cancelled_on or term.ends_on or term.signed_on
            rows.append(
                {
                    "contract_no": numbers[term],
                    "decided_on": decided_on.isoformat(),
                    "outcome": "churned",
                    "new_arr": "",
                    "reason": term.lost_because,
                }
            )
    return rows


def plain(amount: Decimal | None) -> str:
    """The amount in digits, without an exponent; empty when unknown."""
    return "" if amount is None else f"{amount:f}"


def _movement(before: Decimal | None, after: Decimal | None) -> str:
    if before is None or after is None or before == after:
        return "renewed"
    return "expanded" if after > before else "downgraded"
