"""`lost R-42 price 预算被砍`: it ends, and why; the reasons are counted later."""

from __future__ import annotations

from secrets import token_hex

from handlers.context import Context
from handlers.deciding import move, opportunity_of, take_turn
from handlers.followups import tell_owner, tell_places
from handlers.registry import Text, command
from handlers.replies import said
from handlers.subjects import Renewal
from handlers.undoing import undo_button
from messages.model import Button, Message
from scoring.errors import Refused
from scoring.model import ContractStatus, LossReason, Opportunity, Stage, TouchKind
from scoring.permissions import Right
from scoring.successors import Outcome
from storage.audit import Change


@command("lost", right=Right.CHANGE_STAGE, changes=True)
async def lost(
    ctx: Context, renewal: Renewal, reason: LossReason, note: Text | None = None
) -> Message:
    """Decide a renewal as lost, for a reason of a list; what else was said is kept as a note.

    A lost expansion leaves its term as it is.
    """
    rev, renewal = await take_turn(ctx, renewal)
    opportunity = await opportunity_of(ctx, renewal)
    await move(ctx, renewal, opportunity, Stage.LOST, reason=reason.value)
    changes = [] if renewal.expansion else await _end_term(ctx, renewal, reason, rev=rev)
    changes.append(
        Change(
            "lost",
            "opportunity",
            opportunity.id,
            {
                "stage": opportunity.stage,
                "decided_at": opportunity.decided_at,
                "reason": opportunity.reason,
            },
            {"stage": Stage.LOST, "decided_at": ctx.now, "reason": reason.value},
        )
    )
    if note:
        changes.insert(0, await _keep_note(ctx, renewal, opportunity, note))
    await ctx.record(*changes)
    how = {"reason": reason.value}
    await tell_places(ctx, opportunity.id, "lost", who=ctx.viewer.name, how=how)
    if renewal.owner_id not in (None, ctx.viewer.id):
        await tell_owner(ctx, opportunity.id, renewal.owner_id, "lost", who=ctx.viewer.name)
    return said(
        ctx.t(
            "expansion.lost" if renewal.expansion else "lost.done",
            code=opportunity.code,
            account=renewal.account.name,
            reason=ctx.phrases.label(reason),
        ),
        buttons=(
            Button(ctx.t("button.show"), f"show {opportunity.code}"),
            *await undo_button(ctx, "lost"),
        ),
    )


async def _end_term(
    ctx: Context, renewal: Renewal, reason: LossReason, *, rev: int
) -> list[Change]:
    """A renewal that is lost ends its term, with an outcome that counts."""
    contract = renewal.contract
    if not await ctx.tx.contracts.change(
        contract.id,
        await ctx.tx.contracts.row(contract.id),
        {"status": ContractStatus.LOST},
        clock_rev=rev,
        schedule=ctx.rules.schedule,
        today=ctx.today,
        expect_revision=contract.revision,
    ):
        raise Refused("error.changed_meanwhile", account=renewal.account.name)
    await ctx.tx.facts.add(
        "outcomes",
        [
            {
                "contract_id": contract.id,
                "decided_on": ctx.today,
                "outcome": Outcome.CHURNED,
                "new_arr": None,
                "reason": reason.value,
                "from_chat": True,
                "at": ctx.now,
            }
        ],
    )
    return [
        Change(
            "lost.contract",
            "contract",
            contract.id,
            {"status": ContractStatus.ACTIVE},
            {"status": ContractStatus.LOST},
        )
    ]


async def _keep_note(ctx: Context, renewal: Renewal, opportunity: Opportunity, note: str) -> Change:
    touch_id = await ctx.tx.touches.add(
        {
            "account_id": renewal.account.id,
            "contract_id": renewal.contract.id,
            "opportunity_id": opportunity.id,
            "kind": TouchKind.NOTE,
            "at": ctx.now,
            "person_id": ctx.viewer.id or None,
            "who": ctx.viewer.name,
            "note": note,
            "source": "chat",
            "natural_key": token_hex(16),
        }
    )
    return Change("lost.note", "touch", touch_id, {"undone_at": ctx.now}, {"undone_at": None})
