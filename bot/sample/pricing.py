"""What the sample company sells and what it asks for it."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from bot.sample.draws import weighted
from scoring.model import Segment

_A_SEAT = {"Flow": Decimal(980), "Insight": Decimal(1680), "Care": Decimal(1260)}
_INTERFACE = (32_000, 48_000, 60_000, 80_000, 120_000)
"""`Link`, the interface package, has a flat price (CNY a year)."""
_DISCOUNTS = ((2000, Decimal("0.62")), (800, Decimal("0.72")), (200, Decimal("0.85")))
_CNY = {"CNY": Decimal(1), "USD": Decimal("7.1"), "EUR": Decimal("8.2"), "HKD": Decimal("0.92")}
_SEATS: dict[Segment, tuple[tuple[int, float], ...]] = {
    Segment.STRATEGIC: (
        (400, 4), (500, 4), (600, 3), (800, 3), (1200, 2), (2000, 1), (3500, 1), (5000, 0.5),
    ),
    Segment.CORE: ((80, 2), (100, 3), (120, 3), (150, 3), (180, 2), (240, 2), (300, 1), (360, 1)),
    Segment.STANDARD: ((35, 4), (40, 4), (50, 3), (60, 2), (80, 1)),
}  # fmt: skip


def products_for(draw: Random, segment: Segment) -> list[str]:
    """What a customer of that size has bought, the main product first."""
    main = weighted(draw, (("Flow", 5), ("Insight", 3), ("Care", 2)))
    more = [product for product in ("Flow", "Insight", "Care", "Link") if product != main]
    share = {Segment.STRATEGIC: 0.55, Segment.CORE: 0.24, Segment.STANDARD: 0.03}[segment]
    return [main, *(product for product in more if draw.random() < share)]


def draw_seats(draw: Random, segment: Segment, product: str) -> int | None:
    """How many seats; None for the interface package."""
    return None if product == "Link" else weighted(draw, _SEATS[segment])


def annual_price(draw: Random, product: str, seats: int | None, currency: str) -> Decimal:
    """A round yearly price in the currency, with the discounts that larger customers get."""
    if seats is None:
        full = Decimal(draw.choice(_INTERFACE))
    else:
        rebate = next((factor for least, factor in _DISCOUNTS if seats >= least), Decimal(1))
        haggled = draw.choice((Decimal(1), Decimal(1), Decimal("0.95"), Decimal("0.9")))
        full = _A_SEAT[product] * seats * rebate * haggled
    price = full / _CNY[currency]
    step = 1000 if price >= 100_000 else 100
    return price // step * step


def rate_in_cny(currency: str) -> Decimal:
    """What a unit of the currency is worth at list prices."""
    return _CNY[currency]
