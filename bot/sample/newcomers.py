"""Twenty contracts of customers that are not in the book, for somebody's first import."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.sample.book import DEMO_SEED
from bot.sample.contracts import contract_rows, number_terms
from bot.sample.customers import build_customers
from bot.sample.draws import stream
from bot.sample.pricing import draw_seats
from bot.sample.terms import placed_term
from bot.sample.vocabulary import Headline, Row, companies

_ENDS_IN_DAYS = (
    *(91, 24, 301, -9, 128, 47, 187, 3, 66, 214),
    *(340, 85, None, 33, 150, 12, 104, 260, 58, 79),
)
_PRODUCTS = ("Flow", "Insight", "Care", "Flow")
_SERIES = {"华东": "XQ", "华南": "XQ", "Global": "XQ"}


def newcomer_contracts(start_on: date, seed: int = DEMO_SEED) -> list[Row]:
    """Rows of kind `contracts`, one of them open-ended and one just ended."""
    draw = stream(seed, "newcomers")
    known = companies("newcomers.csv")
    placed = [
        Headline(
            name=company.name,
            product=_PRODUCTS[n % len(_PRODUCTS)],
            seats=draw_seats(draw, company.segment, "Flow") or 0,
            ends_in_days=_ENDS_IN_DAYS[n] or 300,
            years=2 if n % 7 == 3 else 1,
            notice_days=30 if n % 5 == 2 else None,
            auto_renew=n % 5 == 2,
            owned=n % 9 != 4,
            mood="steady",
        )
        for n, company in enumerate(known)
    ]
    customers = build_customers(known, placed, start_on, seed + 1)
    terms = [
        placed_term(draw, customer, headline, start_on)
        for customer, headline in zip(customers, placed, strict=True)
    ]
    terms = [
        replace(term, ends_on=None, notice_days=None, auto_renew=False) if days is None else term
        for term, days in zip(terms, _ENDS_IN_DAYS, strict=True)
    ]
    return contract_rows(terms, number_terms(terms, _SERIES))
