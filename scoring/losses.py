"""Why customers left: lost terms counted by reason, segment, product and owner [33]."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from scoring.model import Money


class LossView(StrEnum):
    """By what losses are put together."""

    REASON = "reason"
    SEGMENT = "segment"
    PRODUCT = "product"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class LostTerms:
    """Lost terms that have everything in common. Empty strings say that nobody knows.

    `arr` is what the `seen` of them were worth a year; the amounts of the others are hidden from
    the reader or unknown.
    """

    reason: str
    segment: str
    product: str
    owner: str
    currency: str
    n: int
    arr: Decimal
    seen: int


@dataclass(frozen=True, slots=True)
class LossGroup:
    """Lost terms with one reason, segment, product or owner; `amounts` by currency, largest first.

    `without_amount` of the `n` are not in the amounts.
    """

    name: str
    n: int
    amounts: tuple[Money, ...]
    without_amount: int


@dataclass(frozen=True, slots=True)
class LossReport:
    """What was lost between two days, both included."""

    from_on: date
    to_on: date
    whole: LossGroup
    groups: tuple[tuple[LossView, tuple[LossGroup, ...]], ...]

    def by(self, view: LossView) -> tuple[LossGroup, ...]:
        """The groups of a view, the worst first."""
        return dict(self.groups)[view]


def loss_report(
    from_on: date, to_on: date, lost: Sequence[LostTerms], *, reason_of: Callable[[str], str]
) -> LossReport:
    """Put lost terms together. `reason_of` makes one reason of its spellings.

    Groups are in the order of the amount in the currency that most was lost in, then of number.
    """
    main = _main_currency(lost)
    names: dict[LossView, Callable[[LostTerms], str]] = {
        LossView.REASON: lambda terms: reason_of(terms.reason),
        LossView.SEGMENT: lambda terms: terms.segment,
        LossView.PRODUCT: lambda terms: terms.product,
        LossView.OWNER: lambda terms: terms.owner,
    }
    groups = []
    for view, name_of in names.items():
        found: dict[str, list[LostTerms]] = defaultdict(list)
        for terms in lost:
            found[name_of(terms)].append(terms)
        made = (_group(name, parts) for name, parts in found.items())
        groups.append((view, tuple(sorted(made, key=lambda g: _worst_first(g, main)))))
    return LossReport(from_on, to_on, _group("", lost), tuple(groups))


def _group(name: str, parts: Sequence[LostTerms]) -> LossGroup:
    sums: Counter[str] = Counter()
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for terms in parts:
        if terms.seen:
            amounts[terms.currency] += terms.arr
            sums[terms.currency] += terms.seen
    ordered = sorted(amounts, key=lambda currency: (-sums[currency], currency))
    return LossGroup(
        name,
        sum(terms.n for terms in parts),
        tuple(Money(amounts[currency], currency) for currency in ordered),
        sum(terms.n - terms.seen for terms in parts),
    )


def _main_currency(lost: Sequence[LostTerms]) -> str:
    counts: Counter[str] = Counter()
    for terms in lost:
        counts[terms.currency] += terms.n
    return counts.most_common(1)[0][0] if counts else ""


def _worst_first(group: LossGroup, main: str) -> tuple[Decimal, int, str]:
    worth = next((money.amount for money in group.amounts if money.currency == main), Decimal(0))
    return -worth, -group.n, group.name
