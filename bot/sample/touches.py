"""What colleagues wrote after talking to customers: rows of kind `touches`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from bot.sample.customers import Customer, lead_of
from bot.sample.draws import deck, following_weekday, stream, weekday
from bot.sample.terms import Term
from bot.sample.vocabulary import Remark, Row, remarks, table
from scoring.model import Locale, Segment

_HOW_MANY = {Segment.STRATEGIC: (4, 7), Segment.CORE: (2, 5), Segment.STANDARD: (0, 3)}
_RENEWAL_TALK_DAYS = 100
_SPAN_DAYS = 270
_MOOD_LASTS_DAYS = 120

Remarks = dict[tuple[Locale, str], Iterator[Remark]]


def touch_rows(
    customers: list[Customer], terms: list[Term], start_on: date, seed: int
) -> list[Row]:
    """The touches of about nine months, oldest first for each customer."""
    draw = stream(seed, "touches")
    moods = ("good", "steady", "worry", "renewal", "late")
    decks: Remarks = {
        (locale, mood): deck(draw, [r for r in remarks(locale) if r.mood == mood])
        for locale in Locale
        for mood in moods
    }
    rows: list[Row] = []
    for customer in customers:
        running = [t for t in terms if t.customer is customer and t.status == "active"]
        running = [term for term in running if term.seats] or running
        if running:
            rows += _touches_of(draw, customer, running, start_on, decks)
    return rows


def _touches_of(
    draw: Random, customer: Customer, running: list[Term], start_on: date, decks: Remarks
) -> Iterator[Row]:
    ends = [(term.ends_on - start_on).days for term in running if term.ends_on]
    nearest = min(ends, default=_SPAN_DAYS)
    talking = nearest <= _RENEWAL_TALK_DAYS
    count = draw.randint(*_HOW_MANY[customer.company.segment])
    ages = sorted(draw.sample(range(22, _SPAN_DAYS), max(count, 2 * talking)), reverse=True)
    days = [weekday(start_on - timedelta(days=age)) for age in ages]
    if talking:
        days[-1] = weekday(start_on - timedelta(days=1 - nearest // 3 if nearest < 0 else 5))
    told: set[str] = set()
    for on in dict.fromkeys(days):
        mood = customer.mood
        if talking and on == days[-1]:
            mood = "late" if nearest < 0 else "worry" if mood == "worry" else "renewal"
        elif (start_on - on).days > _MOOD_LASTS_DAYS and draw.random() < 0.6:
            mood = "steady"
        writer = _author(draw, customer)
        deck_of = decks[_language(draw, writer, customer), mood]
        remark = next(remark for remark in deck_of if remark.text not in told)
        told.add(remark.text)
        yield _row(draw, customer, draw.choice(running), remark, on, writer)


def _row(
    draw: Random, customer: Customer, term: Term, remark: Remark, on: date, writer: str
) -> Row:
    contact = draw.choice(customer.contacts[:2])
    foreign = remark.text.isascii() != (customer.company.locale is Locale.EN)
    next_on = following_weekday(on + timedelta(days=remark.next_days or 0))
    hour, minute = draw.choice((9, 10, 11, 14, 15, 16, 17)), draw.choice(range(3, 60, 4))
    return {
        "account": customer.name,
        "kind": remark.kind,
        "at": f"{on.isoformat()} {hour:02d}:{minute:02d}",
        "who": writer,
        "contact": "" if remark.kind == "note" else contact.name,
        "note": remark.text.format(
            who=contact.name if foreign else contact.called,
            product=term.product,
            seats=term.seats or 20,
            more=draw.choice((5, 8, 10, 12, 15, 20, 30)),
        ),
        "next_on": next_on.isoformat() if remark.next_days else "",
    }


def _language(draw: Random, writer: str, customer: Customer) -> Locale:
    """Colleagues write in their own language, now and then in the customer's."""
    if customer.company.locale is Locale.EN or draw.random() < 0.15:
        return customer.company.locale
    return _writes_in(writer)


def _author(draw: Random, customer: Customer) -> str:
    if draw.random() < 0.04:
        return next(row["name"] for row in table("people.csv") if row["role"] == "viewer")
    owner = customer.owner or lead_of(customer.company.team)
    return (customer.executive or owner) if draw.random() < 0.15 else owner


def _writes_in(who: str) -> Locale:
    locale = next(row["locale"] for row in table("people.csv") if row["name"] == who)
    return Locale.of(locale)
