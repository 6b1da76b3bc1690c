"""Writing the term that follows a renewed one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from handlers.context import Context
from handlers.subjects import Renewal
from scoring.errors import Refused
from scoring.model import Contract, ContractStatus
from scoring.successors import next_number, next_term

_ROUNDS = 50
"""Numbers tried for a successor before a person has to give one."""


async def record_successor(
    ctx: Context,
    renewal: Renewal,
    *,
    arr: Decimal | None,
    until: date | None,
    number: str | None,
    rev: int,
) -> Contract:
    """The next term in the book, linked to the old one, which falls silent.

    `rev` is the number of the change; taking it lets one writer at a time choose ids and numbers.
    """
    contract = renewal.contract
    term = next_term(contract.starts_on, contract.ends_on, today=ctx.today)
    ends_on = term.ends_on if until is None else until
    if ends_on < term.starts_on:
        raise Refused("won.until_too_early", on=term.starts_on)
    contract_no = await _number(ctx, contract, number)
    new_id = (await ctx.tx.facts.take_ids("contracts", 1))[0]
    await ctx.tx.contracts.add_many(
        [
            {
                "id": new_id,
                "account_id": contract.account_id,
                "contract_no": contract_no,
                "product": contract.product,
                "starts_on": term.starts_on,
                "ends_on": ends_on,
                "arr": arr,
                "currency": contract.currency,
                "seats": contract.seats,
                "owner_id": contract.owner_id,
                "team": contract.team,
                "segment": renewal.account.segment,
                "auto_renew": contract.auto_renew,
                "notice_days": contract.notice_days,
                "known_on": ctx.today,
                "clock_rev": rev,
                "signed_on": ctx.today,
                "status": ContractStatus.ACTIVE,
                "custom": contract.custom,
                "created_at": ctx.now,
            }
        ]
    )
    await ctx.tx.contracts.link_renewals([(contract.contract_no, new_id)], clock_rev=rev)
    successor = await ctx.tx.contracts.get(new_id)
    if successor is None:
        raise RuntimeError("a contract was written and cannot be read back")
    return successor


async def _number(ctx: Context, contract: Contract, wanted: str | None) -> str:
    if wanted:
        if await ctx.tx.contracts.by_no(wanted) is not None:
            raise Refused("error.number_taken", number=wanted[:60])
        return wanted
    taken: set[str] = set()
    for _ in range(_ROUNDS):
        number = next_number(contract.contract_no, taken)
        if await ctx.tx.contracts.by_no(number) is None:
            return number
        taken.add(number)
    raise Refused("error.number_taken", number=contract.contract_no)
