"""What speaks for an expansion, and what it may be worth: a formula that everybody can repeat.

The facts behind an expansion are a small document of plain numbers:

    active_users, licensed_users   people, the latest known
    active_ratio                   share of the licensed users who are active, 0 to 1
    usage_change                   of three months, a fraction
    joined_events                  events and campaigns taken part in within 90 days
    csat                           mean answer, 1 to 5
    nps                            latest answers, -1 to 1

Unknown ones are left out. `share` and `by` are added by the estimate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from math import ceil, isfinite

FACTS = (
    "active_ratio",
    "active_users",
    "licensed_users",
    "usage_change",
    "joined_events",
    "csat",
    "nps",
)
"""The facts that are kept, in the order in which cards name them."""

USUAL_SHARE = Decimal("0.10")
"""Of the annual amount, where nothing says more: about what a growing customer adds in a year."""

COMFORTABLE = Decimal("0.80")
"""Share of the seats that are used when there is neither waste nor want (scoring.md: 'good')."""

MOST_SHARE = Decimal("0.50")
"""An estimate never promises more than half as much again."""


ALWAYS = date(1900, 1, 1)
"""From when a former amount holds where nobody knows when its term began."""


class EstimatedBy(StrEnum):
    """Where an estimate comes from."""

    SEATS = "seats"
    USUAL = "usual"


@dataclass(frozen=True, slots=True)
class Estimate:
    """The part of the annual amount that may come on top."""

    share: Decimal
    by: EstimatedBy

    def of(self, arr: Decimal | None) -> Decimal | None:
        """The estimate as an amount a year, in whole units; None for an unknown annual amount."""
        if arr is None:
            return None
        return (arr * self.share).quantize(Decimal(1), ROUND_HALF_UP)


def estimate(facts: Mapping[str, object], usual_share: Decimal = USUAL_SHARE) -> Estimate:
    """More seats where those there are too full: as many as make 80 % of them used.

    seats: share = (ceil(active / 0.8) - licensed) / licensed, at most one half; else the usual.
    """
    active, licensed = _number(facts.get("active_users")), _number(facts.get("licensed_users"))
    if active is not None and licensed is not None and licensed >= 1:
        seats = Decimal(str(licensed))
        missing = (ceil(Decimal(str(active)) / COMFORTABLE) - seats) / seats
        share = max(min(missing, MOST_SHARE), Decimal(0)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        if share > 0:
            return Estimate(share, EstimatedBy.SEATS)
    return Estimate(usual_share, EstimatedBy.USUAL)


def document(facts: Mapping[str, object], estimated: Estimate) -> dict[str, object]:
    """The facts as they are kept beside an expansion: known, finite, plain."""
    kept: dict[str, object] = {
        name: number for name in FACTS if (number := _number(facts.get(name))) is not None
    }
    return {**kept, "share": str(estimated.share), "by": estimated.by.value}


def estimate_of(why: Mapping[str, object]) -> Estimate | None:
    """The estimate that a kept document names; None where it names none."""
    try:
        return Estimate(Decimal(str(why["share"])), EstimatedBy(str(why["by"])))
    except (KeyError, ValueError, ArithmeticError):
        return None


@dataclass(frozen=True, slots=True)
class Growth:
    """What a term costs a year after an expansion: now, and from which days on it cost what."""

    arr: Decimal
    steps: dict[date, Decimal]


def grown(
    arr: Decimal | None,
    starts_on: date | None,
    steps: Mapping[date, Decimal],
    added: Decimal,
    *,
    on: date,
) -> Growth | None:
    """A term that costs `added` more from a day on; None where nobody knows what it cost.

    What it cost before that day stays known: the former amount is kept as a step from its start on,
    or as one from `ALWAYS` where nobody knows the start. Later steps rise, too. A term that begins
    on that day or later simply costs more.
    """
    first = starts_on or ALWAYS
    if first >= on:
        before = annual_on(max(first, on), arr, steps)
        if before is None:
            return None
        return Growth(before + added, {day: steps[day] + added for day in sorted(steps)})
    before = annual_on(on, arr, steps)
    if before is None:
        return None
    after = {day: amount + added if day > on else amount for day, amount in steps.items()}
    if arr is not None and not any(day <= first for day in steps):
        after[first] = arr
    after[on] = before + added
    return Growth(before + added, dict(sorted(after.items())))


def annual_on(on: date, arr: Decimal | None, steps: Mapping[date, Decimal]) -> Decimal | None:
    """What a term costs a year on a day: its latest step until then, else its `arr`."""
    so_far = [day for day in steps if day <= on]
    return steps[max(so_far)] if so_far else arr


def number_of(why: Mapping[str, object], name: str) -> float | None:
    """A fact of a kept document; None when it is not known."""
    return _number(why.get(name))


def _number(value: object) -> float | None:
    """A finite number, be it numpy's; None for anything else."""
    if value is None or isinstance(value, str | bytes | bool) or not hasattr(value, "__float__"):
        return None
    number = float(value)
    return number if isfinite(number) else None
