"""`assign R-42 韩梅梅`: the lead says who works on it."""

from __future__ import annotations

from handlers.context import Context
from handlers.deciding import decided, opportunity_of
from handlers.followups import tell_people, tell_places
from handlers.registry import Group, command
from handlers.replies import said
from handlers.subjects import Renewal
from handlers.undoing import undo_button
from handlers.working import check_may_work
from messages.model import Button, Message
from scoring import lifecycle
from scoring.errors import Refused
from scoring.model import Person
from scoring.permissions import Right
from storage.audit import Change


@command("assign", right=Right.ASSIGN, group=Group.TEAM, changes=True)
async def assign(ctx: Context, renewal: Renewal, person: Person) -> Message:
    """Hand a renewal to somebody who may work on it; both sides and the owner hear of it."""
    try:
        check_may_work(person, renewal.account, team=renewal.team, owner_id=renewal.owner_id)
    except Refused as fault:
        fault.parameter = "person"
        raise
    opportunity = await opportunity_of(ctx, renewal)
    before = opportunity.claimed_by_id
    try:
        lifecycle.assign(opportunity, person.id, at=ctx.now)
    except Refused as fault:
        refused = Refused(fault.key, account=renewal.account.name, who=person.name)
        refused.parameter = "" if decided(renewal) else "person"
        raise refused from None
    if not await ctx.tx.opportunities.assign(
        opportunity.id, expect=before, person_id=person.id, at=ctx.now
    ):
        raise Refused("error.changed_meanwhile", account=renewal.account.name)
    await ctx.record(
        Change(
            "assign",
            "opportunity",
            opportunity.id,
            {"claimed_by_id": before, "claimed_at": opportunity.claimed_at},
            {"claimed_by_id": person.id, "claimed_at": ctx.now},
        )
    )
    how = {"to": person.name}
    await tell_places(ctx, opportunity.id, "assigned", who=ctx.viewer.name, how=how)
    told = {before, person.id, renewal.owner_id} - {None, ctx.viewer.id}
    await tell_people(
        ctx, opportunity.id, sorted(i for i in told if i), "assigned", who=ctx.viewer.name
    )
    return said(
        ctx.t(
            "expansion.assigned" if renewal.expansion else "assign.done",
            code=opportunity.code,
            account=renewal.account.name,
            who=person.name,
            on=renewal.contract.countdown_on,
        ),
        buttons=(
            Button(ctx.t("button.show"), f"show {opportunity.code}"),
            *await undo_button(ctx, "assign"),
        ),
    )
