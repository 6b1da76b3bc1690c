"""Writing a contract, and its customer, that somebody entered by hand."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from handlers.context import Context
from handlers.importing.rules_contracts import made_number
from handlers.naming import keys_of
from scoring.errors import Refused
from scoring.model import Account, Contract, ContractStatus, Segment
from storage.audit import Change


@dataclass(frozen=True, slots=True)
class NewContract:
    """A contract as typed. `customer` is a name or a code such as `A-12`."""

    customer: str
    currency: str
    ends_on: date | None = None
    starts_on: date | None = None
    product: str | None = None
    arr: Decimal | None = None
    owner_id: int | None = None
    number: str | None = None
    notice_days: int | None = None
    auto_renew: bool = False
    seats: int | None = None
    segment: Segment | None = None

    def document(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            name: value.isoformat()
            if isinstance(value, date)
            else str(value)
            if isinstance(value, Decimal)
            else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def of(cls, document: dict[str, Any]) -> NewContract:
        """From what `document` gave."""
        values = dict(document)
        for name in ("ends_on", "starts_on"):
            values[name] = date.fromisoformat(values[name]) if values[name] else None
        values["arr"] = Decimal(values["arr"]) if values["arr"] is not None else None
        values["segment"] = Segment(values["segment"]) if values["segment"] else None
        return cls(**values)


async def write_account(ctx: Context, wanted: NewContract) -> Account:
    """A new customer in the speaker's team."""
    await ctx.tx.marks.next_rev()  # one writer at a time chooses ids
    new_id = (await ctx.tx.facts.take_ids("accounts", 1))[0]
    segment = wanted.segment or Segment.STANDARD
    await ctx.tx.accounts.add_many(
        [
            {
                "id": new_id,
                "name": wanted.customer,
                "segment": segment,
                "team": ctx.viewer.team,
                "aliases": [],
                "custom": {},
            }
        ],
        [(key, new_id) for key in keys_of(wanted.customer)],
        now=ctx.now,
    )
    await ctx.record(Change("add.customer", "account", new_id, None, {"name": wanted.customer}))
    account = await ctx.tx.accounts.get(new_id)
    if account is None:
        raise RuntimeError("a customer was written and cannot be read back")
    return account


async def write_contract(ctx: Context, account: Account, wanted: NewContract) -> Contract:
    """A new term of a customer, numbered as an import would number it."""
    rev = await ctx.tx.marks.next_rev()
    if wanted.number and await ctx.tx.contracts.by_no(wanted.number) is not None:
        raise Refused("error.number_taken", number=wanted.number[:60])
    number = wanted.number or await _number(ctx, account, wanted.product)
    new_id = (await ctx.tx.facts.take_ids("contracts", 1))[0]
    await ctx.tx.contracts.add_many(
        [
            {
                "id": new_id,
                "account_id": account.id,
                "contract_no": number,
                "product": wanted.product,
                "starts_on": wanted.starts_on,
                "ends_on": wanted.ends_on,
                "arr": wanted.arr,
                "currency": wanted.currency,
                "seats": wanted.seats,
                "owner_id": wanted.owner_id,
                "team": account.team,
                "segment": account.segment,
                "auto_renew": wanted.auto_renew,
                "notice_days": wanted.notice_days,
                "known_on": ctx.today,
                "clock_rev": rev,
                "status": ContractStatus.ACTIVE,
                "custom": {},
                "created_at": ctx.now,
            }
        ]
    )
    await ctx.record(
        Change(
            "add",
            "contract",
            new_id,
            None,
            {"contract_no": number, "ends_on": wanted.ends_on, "arr": wanted.arr},
        )
    )
    contract = await ctx.tx.contracts.get(new_id)
    if contract is None:
        raise RuntimeError("a contract was written and cannot be read back")
    return contract


async def _number(ctx: Context, account: Account, product: str | None) -> str:
    plain = made_number(account.name, product)
    for turn in count(1):
        number = plain if turn == 1 else f"{plain}-{turn}"
        if await ctx.tx.contracts.by_no(number) is None:
            return number
    raise AssertionError("counting never ends")
