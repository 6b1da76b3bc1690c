"""`won R-42 130万`: renewed, and the next term goes into the book."""

from __future__ import annotations

from datetime import date

from handlers.context import Context
from handlers.deciding import move, opportunity_of, take_turn
from handlers.editing import read_amount
from handlers.expansion_outcomes import win_expansion
from handlers.followups import tell_owner, tell_places
from handlers.registry import Word, command
from handlers.renewing import record_successor
from handlers.replies import said
from handlers.subjects import Renewal
from handlers.undoing import undo_button
from messages.model import Button, Fields, Message, plain
from scoring.errors import Refused
from scoring.model import Contract, ContractStatus, Movement, Stage
from scoring.permissions import Field, Right
from scoring.successors import outcome_of
from storage.audit import Change


@command("won", right=Right.CHANGE_STAGE, changes=True)
async def won(
    ctx: Context,
    renewal: Renewal,
    amount: Word | None = None,
    *,
    until: date | None = None,
    number: Word | None = None,
    movement: Movement | None = None,
) -> Message:
    """Decide a renewal as won: same amount and length as before, unless the line says otherwise.

    `amount` is the new annual amount in the contract's currency, `until` the next term's last day.
    Of an expansion (`won E-43 200k`) the amount comes on top, and `movement` says what was sold.
    """
    _check_fits(renewal, until, number, movement)
    rev, renewal = await take_turn(ctx, renewal)
    if renewal.expansion:
        return await win_expansion(ctx, renewal, amount, movement=movement, rev=rev)
    contract = renewal.contract
    arr = contract.arr
    if amount is not None:
        arr = read_amount(amount, contract.currency, parameter="amount")
    opportunity = await opportunity_of(ctx, renewal)
    await move(ctx, renewal, opportunity, Stage.WON, amount=arr)
    successor = await record_successor(ctx, renewal, arr=arr, until=until, number=number, rev=rev)
    await ctx.tx.facts.add(
        "outcomes",
        [
            {
                "contract_id": contract.id,
                "decided_on": ctx.today,
                "outcome": outcome_of(contract.arr, arr),
                "new_arr": arr,
                "reason": None,
                "from_chat": True,
                "at": ctx.now,
            }
        ],
    )
    await ctx.record(
        Change(
            "won.successor",
            "contract",
            successor.id,
            None,
            {
                "contract_no": successor.contract_no,
                "starts_on": successor.starts_on,
                "ends_on": successor.ends_on,
                "arr": successor.arr,
            },
        ),
        Change(
            "won.contract",
            "contract",
            contract.id,
            {"status": ContractStatus.ACTIVE},
            {"status": ContractStatus.RENEWED},
        ),
        Change(
            "won",
            "opportunity",
            opportunity.id,
            {
                "stage": opportunity.stage,
                "decided_at": opportunity.decided_at,
                "amount": opportunity.amount,
            },
            {
                "stage": Stage.WON,
                "decided_at": ctx.now,
                "amount": opportunity.amount if arr is None else arr,
            },
        ),
    )
    await tell_places(ctx, opportunity.id, "won", who=ctx.viewer.name)
    if renewal.owner_id not in (None, ctx.viewer.id):
        await tell_owner(ctx, opportunity.id, renewal.owner_id, "won", who=ctx.viewer.name)
    return said(
        ctx.t("won.done", code=opportunity.code, account=renewal.account.name),
        _next_term(ctx, renewal, successor),
        buttons=(
            Button(ctx.t("button.edit"), f"edit C#{successor.id}"),
            Button(ctx.t("button.show"), f"show {opportunity.code}"),
            *await undo_button(ctx, "won"),
        ),
    )


def _check_fits(
    renewal: Renewal, until: date | None, number: str | None, movement: Movement | None
) -> None:
    """A renewal has a next term, an expansion has a kind, and neither has the other's."""
    if renewal.expansion and (until is not None or number is not None):
        raise Refused("expansion.keeps_term")
    if movement is not None and not renewal.expansion:
        raise Refused("expansion.only_here", account=renewal.account.name)


def _next_term(ctx: Context, renewal: Renewal, successor: Contract) -> Fields:
    pairs = [
        (ctx.t("won.next_contract"), plain(successor.contract_no)),
        (
            ctx.t("won.next_term"),
            plain(ctx.t("won.span", first=successor.starts_on, last=successor.ends_on)),
        ),
    ]
    if ctx.shows(Field.AMOUNT, team=renewal.team, owner_id=renewal.owner_id):
        amount = plain(ctx.phrases.money_exact(ctx.arr(successor)))
        pairs.append((ctx.phrases.heading("param.arr"), amount))
    return Fields(tuple(pairs))
