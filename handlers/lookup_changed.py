"""Whose customer a recorded change or touch is about: what the door has to know of it."""

from __future__ import annotations

from handlers.context import Context
from handlers.subjects import Customer, Renewal
from scoring.model import Opportunity


async def subject_of(
    ctx: Context, subject: str, subject_id: int | None
) -> Renewal | Customer | None:
    """The renewal or customer behind an audit's subject, as it stands now; None when gone."""
    tx, number = ctx.tx, subject_id or 0
    contract_id: int | None = None
    account_id: int | None = None
    opportunity: Opportunity | None = None
    match subject:
        case "opportunity":
            opportunity = await tx.opportunities.get(number)
            contract_id = opportunity.contract_id if opportunity else None
        case "account":
            account_id = number
        case "contract":
            contract_id = number
        case "touch":
            touch = await tx.touches.get(number)
            if touch is not None:
                contract_id, account_id = touch.contract_id, touch.account_id
    contract = await tx.contracts.get(contract_id) if contract_id else None
    account_id = contract.account_id if contract else account_id
    account = await tx.accounts.get(account_id) if account_id else None
    if account is None or contract is None:
        return Customer(account) if account else None
    opportunity = opportunity or await tx.opportunities.of_contract(contract.id)
    return Renewal(contract, account, opportunity)
