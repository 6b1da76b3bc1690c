"""Which contracts the book holds and when they end: the shape of the demo's first weeks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from bot.sample.customers import Customer
from bot.sample.draws import stream, weekday, weighted, years_before
from bot.sample.pricing import annual_price, draw_seats, products_for
from bot.sample.vocabulary import Headline
from scoring.model import Segment

_FIRST_ALERT_DAYS = {Segment.STRATEGIC: 180, Segment.CORE: 90, Segment.STANDARD: 90}
_OPENING_DAYS = (
    1,
    1,
    2,
    3,
    4,
    4,
    5,
    7,
    8,
    8,
    9,
    10,
    11,
    11,
    14,
    15,
    16,
    17,
    18,
    21,
    22,
    23,
    24,
    25,
)
"""On which days after the start one more contract is announced for the first time."""
_QUIET_UNTIL_DAYS = 26
"""The other contracts are first announced from this day on."""
_OPEN_ENDED_EVERY = 26
_LOST_EVERY = 19
_UNKNOWN_ARR_EVERY = 61
_DROPPED = 9
_CANCELLED = (1, 3)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Term:
    """One contract before it has a number. `before` is the term it renewed."""

    customer: Customer
    product: str
    seats: int | None
    arr: Decimal | None
    starts_on: date
    ends_on: date | None
    signed_on: date
    notice_days: int | None = None
    auto_renew: bool = False
    status: str = "active"
    cancelled_on: date | None = None
    lost_because: str = ""
    before: Term | None = None


def build_terms(
    customers: list[Customer], headlines: list[Headline], start_on: date, seed: int
) -> list[Term]:
    """Every contract of the book, running ones first, then earlier and lost ones."""
    draw = stream(seed, "terms")
    told = {headline.name: headline for headline in headlines}
    running: list[Term] = []
    ended: list[Term] = []
    opening_days = list(_OPENING_DAYS)
    plain = 0
    for customer in customers:
        headline = told.get(customer.name)
        if headline:
            running.append(placed_term(draw, customer, headline, start_on))
            continue
        plain += 1
        if customer.company.segment is not Segment.STRATEGIC and plain % _LOST_EVERY == 0:
            ended.append(_lost(draw, customer, start_on))
            continue
        products = products_for(draw, customer.company.segment)
        opens = opening_days.pop(0) if opening_days and plain % 5 == 3 else None
        shared_end: date | None = None
        for product in products:
            term = _running(draw, customer, product, start_on, opens)
            opens = None
            if shared_end and draw.random() < 0.4:
                moved = _ending(term, shared_end)
                term = moved if moved.starts_on < start_on else term
            shared_end = shared_end or term.ends_on
            if plain % _OPEN_ENDED_EVERY == 0 or (product == "Link" and draw.random() < 0.3):
                term = replace(term, ends_on=None, notice_days=None, auto_renew=False)
            if plain % _UNKNOWN_ARR_EVERY == 0 and product == products[0]:
                term = replace(term, arr=None)
            running.append(term)
    running = [_with_history(draw, term) for term in running]
    ended.extend(_dropped_products(draw, customers, start_on))
    earlier = [term.before for term in running if term.before]
    return running + earlier + [e.before for e in earlier if e.before] + ended


def placed_term(draw: Random, customer: Customer, told: Headline, start_on: date) -> Term:
    """The contract that a headline describes."""
    ends_on = start_on + timedelta(days=told.ends_in_days)
    starts_on = years_before(ends_on, told.years) + _DAY
    return Term(
        customer=customer,
        product=told.product,
        seats=told.seats,
        arr=annual_price(draw, told.product, told.seats, customer.company.currency),
        starts_on=starts_on,
        ends_on=ends_on,
        signed_on=_signed(draw, starts_on),
        notice_days=told.notice_days,
        auto_renew=told.auto_renew,
    )


def _running(
    draw: Random, customer: Customer, product: str, start_on: date, opens_in_days: int | None
) -> Term:
    segment = customer.company.segment
    notice = weighted(draw, ((None, 70), (30, 21), (60, 9)))
    first_alert = _FIRST_ALERT_DAYS[segment] + (notice or 0)
    years = weighted(draw, ((1, 80), (2, 12), (3, 8)))
    if opens_in_days is not None:
        ends_on = start_on + timedelta(days=first_alert + opens_in_days)
    else:
        earliest = start_on + timedelta(days=first_alert + _QUIET_UNTIL_DAYS)
        latest = start_on + timedelta(days=364 * years)
        ends_on = _drawn_end(draw, earliest, max(latest, earliest + timedelta(days=40)))
    starts_on = years_before(ends_on, years) + _DAY
    if starts_on > start_on:
        starts_on = years_before(ends_on, years + 1) + _DAY
    seats = draw_seats(draw, segment, product)
    return Term(
        customer=customer,
        product=product,
        seats=seats,
        arr=annual_price(draw, product, seats, customer.company.currency),
        starts_on=starts_on,
        ends_on=ends_on,
        signed_on=_signed(draw, starts_on),
        notice_days=notice,
        auto_renew=draw.random() < (0.5 if notice else 0.12),
    )


def _drawn_end(draw: Random, earliest: date, latest: date) -> date:
    """A day in between; four in ten contracts end with a month, as offices like it."""
    day = earliest + timedelta(days=draw.randint(0, (latest - earliest).days))
    if draw.random() < 0.4:
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - _DAY
    return day


def _ending(term: Term, ends_on: date) -> Term:
    """The same contract, moved to end with another one of the same customer."""
    if term.notice_days or term.ends_on is None:
        return term
    return replace(
        term,
        ends_on=ends_on,
        starts_on=term.starts_on + (ends_on - term.ends_on),
        signed_on=weekday(term.signed_on + (ends_on - term.ends_on)),
    )


def _lost(draw: Random, customer: Customer, start_on: date) -> Term:
    ends_on = start_on - timedelta(days=draw.randint(35, 420))
    product = products_for(draw, customer.company.segment)[0]
    seats = draw_seats(draw, customer.company.segment, product)
    starts_on = years_before(ends_on, 1) + _DAY
    return Term(
        customer=customer,
        product=product,
        seats=seats,
        arr=annual_price(draw, product, seats, customer.company.currency),
        starts_on=starts_on,
        ends_on=ends_on,
        signed_on=_signed(draw, starts_on),
        status="lost",
        lost_because=draw.choice(("price", "competitor", "no_use", "budget", "champion_left")),
    )


def _dropped_products(draw: Random, customers: list[Customer], start_on: date) -> list[Term]:
    """Add-ons that some customers gave up: most at their end, two cancelled in mid-term."""
    larger = [c for c in customers if c.company.segment is Segment.CORE]
    dropped = []
    for n, customer in enumerate(draw.sample(larger, _DROPPED)):
        term = replace(_lost(draw, customer, start_on), product="Link", seats=None)
        if n in _CANCELLED:
            ends_on = start_on + timedelta(days=draw.randint(60, 200))
            starts_on = years_before(ends_on, 1) + _DAY
            term = replace(
                term,
                starts_on=starts_on,
                ends_on=ends_on,
                signed_on=_signed(draw, starts_on),
                cancelled_on=weekday(start_on - timedelta(days=draw.randint(20, 60))),
                status="cancelled",
                lost_because="product_gap",
            )
        dropped.append(term)
    return dropped


def _with_history(draw: Random, term: Term, generation: int = 0) -> Term:
    """The contract with the terms it renewed, as far back as the book goes (two at most)."""
    old_customer = term.customer.signed_up_on < years_before(term.starts_on, 1)
    if term.ends_on is None or generation == 2 or not old_customer or draw.random() > 0.4:
        return term
    growth = weighted(draw, ((Decimal(1), 50), (Decimal("0.85"), 35), (Decimal("1.2"), 15)))
    seats = term.seats and max(5, int(term.seats * growth) // 5 * 5)
    arr = term.arr and (term.arr * growth // 100 * 100)
    starts_on = years_before(term.starts_on, 1)
    before = Term(
        customer=term.customer,
        product=term.product,
        seats=seats,
        arr=arr,
        starts_on=starts_on,
        ends_on=term.starts_on - _DAY,
        signed_on=_signed(draw, starts_on),
        status="renewed",
    )
    return replace(term, before=_with_history(draw, before, generation + 1))


def _signed(draw: Random, starts_on: date) -> date:
    return weekday(starts_on - timedelta(days=draw.randint(3, 35)))
