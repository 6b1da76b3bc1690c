"""How much customers use what they bought: rows of kind `signals`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from bot.sample.customers import Customer
from bot.sample.draws import in_spring_festival, stream, weekday
from bot.sample.terms import Term
from bot.sample.vocabulary import Row, table
from scoring.model import Locale, Segment

WEEKS = 26
"""So far back goes the usage of running terms: a trend looks at the last thirteen weeks."""
PAST_WEEKS = WEEKS - 13
"""For so many weeks before the start everything is known that a score needs."""
_MONTHS = 7
_FEATURES = 14
_CORE_FEATURES = 6
_UNKNOWN_EVERY = 7
"""Every so many of the standard customers send no usage at all."""

# Share of the seats in use until thirteen weeks ago, and now.
_ACTIVE = {"good": (0.66, 0.78), "steady": (0.55, 0.54), "worry": (0.60, 0.27)}
_FEATURES_USED = {"good": (8, 12), "steady": (5, 9), "worry": (3, 6)}
_UNUSED = {"good": 0.25, "steady": 0.4, "worry": 0.6}
_SENTIMENT = {"good": (1, 2, 2), "steady": (0, 0, 1), "worry": (-2, -1, -1)}


@dataclass(frozen=True, slots=True)
class Using:
    """How customers of a mood use a product: shares of active seats, features of all there are."""

    active: tuple[float, float]
    features_used: tuple[int, int]
    features: int = _FEATURES


def using(mood: str) -> Using:
    """The usage of that mood."""
    return Using(_ACTIVE[mood], _FEATURES_USED[mood])


def signal_rows(
    customers: list[Customer], terms: list[Term], start_on: date, seed: int
) -> list[Row]:
    """Weekly for the larger customers, monthly for most others, nothing for a few."""
    draw = stream(seed, "usage")
    rows: list[Row] = []
    standard = 0
    for customer in customers:
        running = [t for t in terms if t.customer is customer and t.status == "active"]
        seats = max((term.seats or 0 for term in running), default=0)
        if not seats:
            continue
        weekly = customer.company.segment is not Segment.STANDARD
        standard += not weekly
        if not weekly and standard % _UNKNOWN_EVERY == 0:
            continue
        days = _sundays(start_on) if weekly else _month_ends(start_on)
        rows += _usage(draw, customer, seats, days)
        if weekly:
            rows += _adoption(draw, customer, (days[0], days[len(days) // 2], days[-1]))
            rows += _features(draw, customer, running, seats, days[-1])
        if weekly and draw.random() < 0.6:
            on = weekday(start_on - timedelta(days=draw.randint(3, 60)))
            score = draw.choice(_SENTIMENT[customer.mood])
            rows.append(_row(customer, "sentiment", on, score, source="csm"))
    return rows


def _usage(draw: Random, customer: Customer, seats: int, days: list[date]) -> Iterator[Row]:
    first, last = (share * draw.uniform(0.9, 1.1) for share in _ACTIVE[customer.mood])
    yield _row(customer, "licensed_users", days[0], seats)
    yield _row(customer, "licensed_users", days[-1], seats)
    flat = len(days) // 2
    for n, day in enumerate(days):
        moved = max(0, n - flat) / (len(days) - 1 - flat)
        share = first + (last - first) * moved
        if customer.company.locale is Locale.ZH and in_spring_festival(day - timedelta(days=3)):
            share *= 0.4
        active = round(seats * share * draw.uniform(0.95, 1.05))
        yield _row(customer, "active_users", day, min(seats, active))


def _adoption(draw: Random, customer: Customer, days: Sequence[date]) -> Iterator[Row]:
    used = draw.randint(*_FEATURES_USED[customer.mood])
    for on in days:
        yield _row(customer, "features_available", on, _FEATURES)
        yield _row(customer, "features_used", on, used)
        yield _row(customer, "core_features_used", on, min(_CORE_FEATURES, 1 + used // 2))


def _features(
    draw: Random, customer: Customer, running: list[Term], seats: int, on: date
) -> Iterator[Row]:
    """How many people use what has a name: about a third is used by nobody."""
    bought = {term.product for term in running}
    for row in table("features.csv"):
        if row["product"] in bought:
            users = 0 if draw.random() < _UNUSED[customer.mood] else round(seats * 0.2)
            yield _row(customer, f"feature:{row['feature']}", on, users)


def _row(customer: Customer, signal: str, on: date, value: int, source: str = "product") -> Row:
    return {
        "account": customer.name,
        "signal": signal,
        "observed_on": on.isoformat(),
        "value": str(value),
        "source": source,
        "note": "",
    }


def _sundays(start_on: date) -> list[date]:
    last = start_on - timedelta(days=start_on.isoweekday())
    return [last - timedelta(weeks=n) for n in reversed(range(WEEKS))]


def _month_ends(start_on: date) -> list[date]:
    days: list[date] = []
    day = start_on
    for _ in range(_MONTHS):
        day = day.replace(day=1) - timedelta(days=1)
        days.insert(0, day)
    return days
