"""How an expansion ends: won, it raises what its term costs from today on; lost, nothing changes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from handlers.context import Context
from handlers.deciding import move, opportunity_of
from handlers.editing import read_amount
from handlers.followups import tell_owner, tell_places
from handlers.replies import said
from handlers.subjects import Renewal
from handlers.undoing import undo_button
from messages.model import Button, Fields, Message, plain
from scoring.errors import MissingArgument, Refused
from scoring.expansion import grown
from scoring.model import Contract, Money, Movement, Stage
from scoring.permissions import Field
from storage.audit import Change
from storage.expansions import Expansions


async def win_expansion(
    ctx: Context,
    renewal: Renewal,
    amount: str | None,
    *,
    movement: Movement | None,
    rev: int,
) -> Message:
    """Decide an expansion as won: `amount` comes on top of the annual amount, from today on.

    The amount has to be said, for an estimate is no sale. `rev` is the number of the change.
    """
    opportunity = await opportunity_of(ctx, renewal)
    if amount is None:
        asks = MissingArgument("won", "amount")
        asks.given = (renewal.word,)
        raise asks
    added = read_amount(amount, renewal.contract.currency, parameter="amount")
    if added <= 0:
        refused = Refused("expansion.adds_nothing")
        refused.parameter = "amount"
        raise refused
    how = movement or Movement.UPSELL
    await move(ctx, renewal, opportunity, Stage.WON, reason=how.value, amount=added)
    arr, changes = await _raise(ctx, renewal, added, rev=rev)
    await ctx.record(
        *changes,
        Change(
            "won",
            "opportunity",
            opportunity.id,
            {
                "stage": opportunity.stage,
                "decided_at": opportunity.decided_at,
                "amount": opportunity.amount,
                "reason": opportunity.reason,
            },
            {"stage": Stage.WON, "decided_at": ctx.now, "amount": added, "reason": how.value},
        ),
    )
    await tell_places(ctx, opportunity.id, "won", who=ctx.viewer.name)
    if renewal.owner_id not in (None, ctx.viewer.id):
        await tell_owner(ctx, opportunity.id, renewal.owner_id, "won", who=ctx.viewer.name)
    return said(
        ctx.t("expansion.won", code=opportunity.code, account=renewal.account.name),
        _grown(ctx, renewal, added, arr, how),
        buttons=(
            Button(ctx.t("button.show"), f"show {opportunity.code}"),
            *await undo_button(ctx, "won"),
        ),
    )


async def _raise(
    ctx: Context, renewal: Renewal, added: Decimal, *, rev: int
) -> tuple[Decimal | None, list[Change]]:
    """What the term costs now, with the changes that made it so; None where nobody knows."""
    contract = renewal.contract
    expansions = Expansions(ctx.tx.connection)
    steps = await expansions.steps(contract.id)
    growth = grown(contract.arr, contract.starts_on, steps, added, on=ctx.today)
    if growth is None:
        return None, []
    await expansions.put_steps(contract.id, growth.steps)
    if not await ctx.tx.contracts.change(
        contract.id,
        await ctx.tx.contracts.row(contract.id),
        {"arr": growth.arr},
        clock_rev=rev,
        schedule=ctx.rules.schedule,
        today=ctx.today,
        expect_revision=contract.revision,
    ):
        raise Refused("error.changed_meanwhile", account=renewal.account.name)
    return growth.arr, [
        Change(
            "won.steps",
            "contract",
            contract.id,
            {"steps": _written(steps)},
            {"steps": _written(growth.steps)},
        ),
        Change("won.growth", "contract", contract.id, {"arr": contract.arr}, {"arr": growth.arr}),
        *await _renewal_follows(ctx, contract, growth.arr),
    ]


async def _renewal_follows(ctx: Context, contract: Contract, arr: Decimal) -> list[Change]:
    """The open renewal of the term is about the new amount where it was about the old one."""
    of_term = await ctx.tx.opportunities.of_contract(contract.id)
    if of_term is None or of_term.stage.decided or of_term.amount != contract.arr:
        return []
    before, after = {"amount": of_term.amount}, {"amount": arr}
    if not await ctx.tx.undoing.swap("opportunity", of_term.id, expect=before, values=after):
        return []
    return [Change("won.renewal", "opportunity", of_term.id, before, after)]


def _written(steps: dict[date, Decimal]) -> dict[str, str]:
    return {on.isoformat(): f"{arr:f}" for on, arr in sorted(steps.items())}


def _grown(
    ctx: Context, renewal: Renewal, added: Decimal, arr: Decimal | None, movement: Movement
) -> Fields:
    pairs = [(ctx.t("expansion.movement"), plain(ctx.phrases.label(movement)))]
    if ctx.shows(Field.AMOUNT, team=renewal.team, owner_id=renewal.owner_id):
        currency = renewal.contract.currency
        for key, amount in (("expansion.added", added), ("expansion.arr_now", arr)):
            money = None if amount is None else Money(amount, currency)
            pairs.append((ctx.t(key), plain(ctx.phrases.money_exact(money))))
    return Fields(tuple(pairs))
