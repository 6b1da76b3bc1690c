"""`snooze R-42 until=… reason=…`: quiet until a day, for a reason, never past the last moment."""

from __future__ import annotations

from datetime import date

from handlers.context import Context
from handlers.deciding import opportunity_of
from handlers.followups import tell_owner, tell_places
from handlers.registry import Text, command
from handlers.replies import said
from handlers.subjects import Renewal
from handlers.undoing import undo_button
from messages.model import Button, Message
from scoring import lifecycle
from scoring.errors import Refused
from scoring.permissions import Right
from storage.audit import Change

REASON_LIMIT = 300
"""Characters of a reason that are kept; more belongs into a touch."""

_ABOUT = {
    "snooze.not_ahead": "until",
    "snooze.too_late": "until",
    "snooze.needs_reason": "reason",
}
"""Which value the rules refuse; only that one is asked for again."""


@command("snooze", right=Right.CLAIM, changes=True)
async def snooze(ctx: Context, renewal: Renewal, until: date, reason: Text) -> Message:
    """Put a renewal to rest; it wakes by itself on the day."""
    opportunity = await opportunity_of(ctx, renewal)
    contract = renewal.contract
    last_on = None  # an expansion misses nothing by resting
    if not renewal.expansion:
        last_on = lifecycle.last_snooze_on(
            cancel_by_on=contract.cancel_by_on, ends_on=contract.ends_on, today=ctx.today
        )
    try:
        quiet = lifecycle.snooze(
            opportunity, until, reason[:REASON_LIMIT], today=ctx.today, last_on=last_on
        )
    except Refused as fault:
        refused = Refused(fault.key, account=renewal.account.name, **fault.params)
        refused.parameter = _ABOUT.get(fault.key, "")
        raise refused from None
    if not await ctx.tx.opportunities.snooze(
        opportunity.id,
        expect=opportunity.snoozed_until,
        until=until,
        reason=quiet.snooze_reason or reason,
    ):
        raise Refused("error.changed_meanwhile", account=renewal.account.name)
    await ctx.record(
        Change(
            "snooze",
            "opportunity",
            opportunity.id,
            {
                "snoozed_until": opportunity.snoozed_until,
                "snooze_reason": opportunity.snooze_reason,
            },
            {"snoozed_until": until, "snooze_reason": quiet.snooze_reason},
        )
    )
    how = {"until": until.isoformat()}
    await tell_places(ctx, opportunity.id, "snoozed", who=ctx.viewer.name, how=how)
    if renewal.owner_id not in (None, ctx.viewer.id):
        await tell_owner(ctx, opportunity.id, renewal.owner_id, "snoozed", who=ctx.viewer.name)
    return said(
        ctx.t(
            "snooze.done",
            code=opportunity.code,
            account=renewal.account.name,
            on=until,
            weekday=ctx.phrases.weekday(until),
            reason=quiet.snooze_reason,
        ),
        buttons=(
            Button(ctx.t("button.show"), f"show {opportunity.code}"),
            *await undo_button(ctx, "snooze"),
        ),
    )
