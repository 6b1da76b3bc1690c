"""Amounts of money in cells, exact; a cell's own unit and currency win over its header's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from handlers.importing.headers import Unit
from handlers.importing.raw import RawCell
from handlers.reading.digits import halfwidth

CENT = Decimal("0.01")
LARGEST = Decimal(10) ** 13
_BARE = re.compile(r"\d{1,15}(?:\.\d{1,12})?|\d{1,3}(?:,\d{3}){1,5}(?:\.\d{1,12})?")
_NONE_NAMED = "XXX"  # ISO 4217's own code for "no currency"


@dataclass(frozen=True, slots=True)
class CellAmount:
    """An amount to the cent and the currency its cell or header names, if any.

    `sign` is `$` or `¥` where the cell has nothing but that sign to say which currency.
    """

    amount: Decimal
    currency: str | None = None
    sign: str = ""

    def currency_beside(self, stated: str | None) -> str | None:
        """The currency when a column of the row says `stated`; None when the two disagree.

        A bare $ or ¥ is any currency of its family.
        """
        if self.currency is None or stated is None or stated == self.currency:
            return stated or self.currency
        return stated if stated in _FAMILIES.get(self.sign, "").split() else None


_FAMILIES = {"$": "USD SGD HKD AUD CAD NZD TWD MXN", "¥": "CNY JPY"}


class UnreadableAmount(ValueError):
    """A cell that is no amount we take; `key` names the sentence."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def read_amount(raw: RawCell, unit: Unit) -> CellAmount:
    """The amount in a cell below a header with `unit`. Negative and absurd ones are refused."""
    sign = ""
    if isinstance(raw, str):
        amount, currency = _from_text(raw, unit)
        sign = _lone_sign(raw)
    else:
        # repr is the shortest text that reads as the same float: what the person typed.
        amount, currency = Decimal(repr(raw)) * unit.factor, None
    if amount < 0:
        raise UnreadableAmount("import.cell.money_negative")
    if amount >= LARGEST:
        raise UnreadableAmount("import.cell.money_too_large")
    return CellAmount(amount.quantize(CENT, ROUND_HALF_UP), currency or unit.currency or None, sign)


def _lone_sign(text: str) -> str:
    plain = halfwidth(text)
    if re.search(r"[A-Za-z元币圆]", plain):
        return ""
    return "$" if "$" in plain else "¥" if "¥" in plain else ""


def _from_text(text: str, unit: Unit) -> tuple[Decimal, str | None]:
    if _BARE.fullmatch(text):
        return Decimal(text.replace(",", "")) * unit.factor, None
    if re.fullmatch(r"[-−–(（].{1,40}", text) and re.search(r"\d", text):
        raise UnreadableAmount("import.cell.money_negative")
    from handlers.reading.money import read_money

    money = read_money(text, _NONE_NAMED)
    if money is None:
        raise UnreadableAmount("import.cell.money")
    digits = re.sub(r"[^\d.]", "", text)
    # `3000元` under 万元 says its unit itself; `¥3000` says only the currency.
    own_unit = re.search(r"[元块圆整]", halfwidth(text)) is not None
    bare = not own_unit and re.fullmatch(r"\d+(\.\d+)?", digits) and Decimal(digits) == money.amount
    amount = money.amount * unit.factor if bare else money.amount
    return amount, None if money.currency == _NONE_NAMED else money.currency
