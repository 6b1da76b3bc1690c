"""How customers used terms that are decided: what there is to learn from, as rows of `signals`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from bot.sample.draws import stream, weekday, weighted
from bot.sample.terms import Term
from bot.sample.usage import WEEKS, Using, using
from bot.sample.vocabulary import Row

_LEAD_DAYS = 92
"""So long before the end somebody should have seen it coming."""
_MONTH_DAYS = 30
_MONTHS = 4
_LOST = (("good", 8), ("steady", 27), ("worry", 65))
_RENEWED = (("good", 48), ("steady", 38), ("worry", 14))
_SEATS_OF_A_FLAT_PRICE = 40


def past_signal_rows(terms: list[Term], start_on: date, seed: int) -> list[Row]:
    """Monthly usage before each decided term's end, where it does not reach into the present."""
    draw = stream(seed, "past usage")
    present = start_on - timedelta(weeks=WEEKS + 5)
    rows: list[Row] = []
    told: set[tuple[str, date]] = set()
    here = {term.customer.name for term in terms if term.status == "active"}
    decided = [term for term in terms if term.lost_because or term.status == "renewed"]
    for term in sorted(decided, key=lambda term: (term.ends_on or present, term.customer.number)):
        if term.ends_on is None:
            continue
        known_on = weekday((term.cancelled_on or term.ends_on) - timedelta(days=_LEAD_DAYS))
        mood = weighted(draw, _LOST if term.lost_because else _RENEWED)
        days = [known_on - timedelta(days=_MONTH_DAYS * ago) for ago in reversed(range(_MONTHS))]
        seen = {(term.customer.name, day) for day in days}
        if seen & told or (term.customer.name in here and known_on >= present):
            continue
        told |= seen
        rows += _of_term(draw, term, using(mood), days)
    return rows


def _of_term(draw: Random, term: Term, of: Using, days: list[date]) -> Iterator[Row]:
    seats = term.seats or _SEATS_OF_A_FLAT_PRICE
    first, last = (share * draw.uniform(0.85, 1.15) for share in of.active)
    yield _row(term, "licensed_users", days[0], seats)
    for n, day in enumerate(days):
        share = first + (last - first) * n / (len(days) - 1)
        yield _row(term, "active_users", day, min(seats, round(seats * share)))
    yield _row(term, "features_available", days[-1], of.features)
    yield _row(term, "features_used", days[-1], draw.randint(*of.features_used))


def _row(term: Term, signal: str, on: date, value: int) -> Row:
    return {
        "account": term.customer.name,
        "signal": signal,
        "observed_on": on.isoformat(),
        "value": str(value),
        "source": "product",
        "note": "",
    }
