"""What others see of a change: cards repainted where the channel can edit, told where it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers.audience import Desks, doors_of
from handlers.context import Context
from messages.abilities import ABILITIES
from messages.places import kind_of_place
from scoring.workdays import deliver_at
from storage.outbox import Notification


async def tell_places(ctx: Context, opportunity_id: int, what: str, *, who: str) -> None:
    """Repaint every card of this opportunity, or follow up once per place that cannot edit.

    The place the change was made in gets its answer anyway and no follow-up.
    """
    posts = await ctx.tx.posts.of_opportunity(opportunity_id)
    opportunity = await ctx.tx.opportunities.get(opportunity_id)
    version = opportunity.version if opportunity else 0
    notifications: dict[str, Notification] = {}
    for post in posts:
        ability = ABILITIES[kind_of_place(post.platform, post.place)]
        editable = ability.edit and (post.editable_until is None or post.editable_until > ctx.now)
        if editable:
            key = f"repaint:{opportunity_id}:{version}:{post.id}"
            kind = "repaint"
            facts: dict[str, Any] = {"post": post.id}
        elif post.place == ctx.place.id:
            continue
        else:
            key = f"followup:{opportunity_id}:{version}:{post.platform}:{post.place}"
            kind = "followup"
            facts = {"what": what, "who": who}
        notifications[key] = Notification(
            key=key,
            kind=kind,
            platform=post.platform,
            place=post.place,
            due_at=ctx.now,
            opportunity_id=opportunity_id,
            contract_id=opportunity.contract_id if opportunity else None,
            facts=facts,
        )
    await ctx.tx.outbox.put(list(notifications.values()), now=ctx.now)


async def tell_owner(
    ctx: Context, opportunity_id: int, owner_id: int | None, what: str, *, who: str
) -> None:
    """Tell the one who answers for the customer that somebody else acted."""
    await tell_people(ctx, opportunity_id, [owner_id] if owner_id else [], what, who=who)


async def tell_people(
    ctx: Context, opportunity_id: int, person_ids: Sequence[int], what: str, *, who: str
) -> None:
    """A direct message to each person, in their working hours."""
    opportunity = await ctx.tx.opportunities.get(opportunity_id)
    people = await ctx.tx.people.many(person_ids)
    desks = Desks(ctx.rules, ctx.now)
    notifications = []
    for person in people.values():
        for platform, place in doors_of(person, ctx.rules):
            key = f"{what}:{opportunity_id}:{opportunity.version if opportunity else 0}:{person.id}"
            notifications.append(
                Notification(
                    key=key,
                    kind="followup",
                    platform=platform,
                    place=place,
                    person_id=person.id,
                    due_at=deliver_at(
                        ctx.now,
                        zone=desks.zone_of(person),
                        hours=ctx.rules.hours,
                        calendar=ctx.rules.calendar,
                        limit_on=None,
                        avoid_half_hours=platform == "wecom",
                        key=place,
                    ),
                    opportunity_id=opportunity_id,
                    contract_id=opportunity.contract_id if opportunity else None,
                    facts={"what": what, "who": who},
                )
            )
    await ctx.tx.outbox.put(notifications, now=ctx.now)
