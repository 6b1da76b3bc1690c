"""Reading corrections of a contract: which fields really change, from what to what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from handlers.context import Context
from handlers.reading.money import read_money
from handlers.subjects import Renewal
from handlers.yes_no import YesNo
from scoring.errors import BadArgument, Refused, UserError
from scoring.model import Contract, Money, Person
from scoring.permissions import Field

LONGEST_NOTICE_DAYS = 730


@dataclass(frozen=True, slots=True)
class Edited:
    """Columns that change, before and after, and the words that say so in a chat line."""

    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)


def read_changes(contract: Contract, *, arr: str | None, **given: Any) -> Edited:
    """What differs from the contract as it is; BadArgument or Refused for what cannot be."""
    wanted: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if arr is not None:
        wanted["arr"] = read_amount(arr, contract.currency)
    after = {name: value for name, value in wanted.items() if value != getattr(contract, name)}
    check_term(
        after.get("starts_on", contract.starts_on),
        after.get("ends_on", contract.ends_on),
        after.get("notice_days", contract.notice_days),
    )
    return Edited(
        before={name: getattr(contract, name) for name in after},
        after=after,
        words={_WORDS.get(name, name): _word(name, value) for name, value in after.items()},
    )


def check_term(starts_on: date | None, ends_on: date | None, notice_days: int | None) -> None:
    """Refuse a term that ends before it starts, and a notice period that cannot be meant."""
    if starts_on and ends_on and ends_on < starts_on:
        raise Refused("edit.ends_before_start", starts_on=starts_on, ends_on=ends_on)
    if notice_days is not None and not 0 <= notice_days <= LONGEST_NOTICE_DAYS:
        raise Refused("edit.bad_notice", limit=LONGEST_NOTICE_DAYS)


def read_amount(words: str, currency: str, *, parameter: str = "arr") -> Decimal:
    """An annual amount in the currency of the contract, given for a command's `parameter`."""
    money = read_money(words, currency)
    if money is not None and money.currency == currency:
        return money.amount
    fault: UserError = BadArgument("error.bad_money", word=words[:40])
    if money is not None:
        fault = Refused("error.other_currency", currency=currency)
    fault.parameter = parameter
    raise fault


_WORDS = {"owner_id": "owner"}


def _word(name: str, value: Any) -> str:
    if name == "owner_id":
        return f"P-{value}"
    if isinstance(value, bool):
        return YesNo.of(value).value
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def shown(
    ctx: Context, renewal: Renewal, name: str, value: Any, people: Mapping[int, Person]
) -> str:
    """A value as the reader's language writes it; amounts only where they may be seen."""
    if name == "arr":
        if not ctx.shows(Field.AMOUNT, team=renewal.team, owner_id=renewal.owner_id):
            return ctx.t("edit.hidden")
        money = None if value is None else Money(value, renewal.contract.currency)
        return ctx.phrases.money_exact(money)
    if value is None:
        return ctx.t("common.none")
    if name == "owner_id":
        person = people.get(value)
        return person.name if person else ctx.phrases.unknown()
    if isinstance(value, bool):
        return ctx.phrases.label(YesNo.of(value))
    if isinstance(value, date):
        return ctx.phrases.day(value)
    return str(value)
