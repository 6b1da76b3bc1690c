"""The sample book of `make demo`: a year in the life of three teams and 150 customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.sample.billing import payment_rows, rate_rows
from bot.sample.contracts import contract_rows, first_signatures, number_terms, outcome_rows
from bot.sample.customers import account_rows, build_customers, colleagues, contact_rows
from bot.sample.past_usage import past_signal_rows
from bot.sample.support import event_rows, goal_rows, survey_rows, ticket_rows
from bot.sample.terms import build_terms
from bot.sample.touches import touch_rows
from bot.sample.usage import signal_rows
from bot.sample.vocabulary import Row, companies, headlines

DEMO_START = datetime(2026, 3, 2, 9, 7, tzinfo=ZoneInfo("Asia/Shanghai"))
"""A working Monday, after the minute at which everybody sends."""

DEMO_SEED = 7


@dataclass(frozen=True, slots=True)
class SampleBook:
    """The rows of each import kind; the field's name is the kind."""

    people: list[Row]
    accounts: list[Row]
    contacts: list[Row]
    contracts: list[Row]
    outcomes: list[Row]
    rates: list[Row]
    payments: list[Row]
    tickets: list[Row]
    surveys: list[Row]
    events: list[Row]
    signals: list[Row]
    goals: list[Row]
    touches: list[Row]

    def kinds(self) -> Mapping[str, list[Row]]:
        """The tables by import kind, in an order in which each finds what it refers to."""
        return {name: getattr(self, name) for name in self.__slots__}


def sample_book(start_on: date, seed: int = DEMO_SEED) -> SampleBook:
    """The book as it stands on the morning of `start_on`; equal arguments give equal rows."""
    known, placed = companies(), headlines()
    customers = build_customers(known, placed, start_on, seed)
    terms = build_terms(customers, placed, start_on, seed)
    numbers = number_terms(terms)
    return SampleBook(
        people=colleagues(),
        accounts=account_rows(customers, first_signatures(terms)),
        contacts=contact_rows(customers, start_on, seed),
        contracts=contract_rows(terms, numbers),
        outcomes=outcome_rows(terms, numbers),
        rates=rate_rows(start_on, seed),
        payments=payment_rows(terms, numbers, start_on, seed),
        tickets=ticket_rows(customers, start_on, seed),
        surveys=survey_rows(customers, start_on, seed),
        events=event_rows(customers, start_on, seed),
        signals=[
            *past_signal_rows(terms, start_on, seed),
            *signal_rows(customers, terms, start_on, seed),
        ],
        goals=goal_rows(customers, start_on, seed),
        touches=touch_rows(customers, terms, start_on, seed),
    )
