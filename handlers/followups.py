"""What others see of a change: cards repainted where the channel can edit, told where it cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from handlers.announcing_truth import ALERTS
from handlers.audience import Desks, doors_of
from handlers.context import Context
from messages.abilities import ABILITIES
from messages.places import kind_of_place
from scoring.model import Opportunity
from storage.outbox import THREAD, Delivery, Notification
from storage.parcels import Parcel
from storage.posts import Post
from storage.transaction import Tx

INSTEAD = "instead"
"""Where a repaint keeps the follow-up that is told should the post not be editable any more."""

HISTORY = "history"
"""The kind of rows that tell below a card what happened to it."""

_PLAINLY: Mapping[str, str] = MappingProxyType({})

A_MOMENT = timedelta(minutes=1)
"""A command is dated when it came in, a little before it is done."""


async def tell_places(
    ctx: Context,
    opportunity_id: int,
    what: str,
    *,
    who: str,
    how: Mapping[str, str] = _PLAINLY,
    quietly: bool = False,
) -> None:
    """Repaint every card of this opportunity, or follow up once per place that cannot edit.

    The place the change was made in gets its answer anyway and no follow-up; `quietly` nobody
    does. Below cards with a thread a line says what happened; `how` is what belongs to it.
    """
    await show_everywhere(
        ctx.tx,
        opportunity_id,
        what,
        who=who,
        now=ctx.now,
        here=ctx.place.id,
        how=how,
        quietly=quietly,
    )


async def show_everywhere(
    tx: Tx,
    opportunity_id: int,
    what: str,
    *,
    who: str,
    now: datetime,
    here: str = "",
    how: Mapping[str, str] = _PLAINLY,
    quietly: bool = False,
) -> None:
    """The same for a change that nobody made in chat; `here` is told by itself."""
    posts = await tx.posts.of_opportunity(opportunity_id)
    opportunity = await tx.opportunities.get(opportunity_id)
    version = opportunity.version if opportunity else 0
    contract_id = _term_of(opportunity)
    alone = opportunity is not None and opportunity.expansion  # such a post names no term
    notifications: dict[str, Notification] = {}
    for post in posts:
        if _has_thread(post):
            key = f"{HISTORY}:{opportunity_id}:{version}:{what}:{post.id}"
            notifications[key] = Notification(
                key=key,
                kind=HISTORY,
                platform=post.platform,
                place=post.place,
                due_at=now,
                opportunity_id=opportunity_id,
                contract_id=contract_id,
                facts={
                    THREAD: post.id,
                    "what": what,
                    "who": who,
                    "at": now.isoformat(),
                    "how": dict(how),
                    "named": post.contract_id is None and not (alone and post.opportunity_id),
                },
            )
        followup = f"followup:{opportunity_id}:{version}:{post.platform}:{post.place}"
        if _editable(post, now):
            key = f"repaint:{opportunity_id}:{version}:{post.id}"
            kind = "repaint"
            facts: dict[str, Any] = {"post": post.id}
            if post.place != here and not quietly:
                facts[INSTEAD] = {"key": followup, "what": what, "who": who}
        elif post.place == here or quietly:
            continue
        else:
            key, kind, facts = followup, "followup", {"what": what, "who": who}
        notifications[key] = Notification(
            key=key,
            kind=kind,
            platform=post.platform,
            place=post.place,
            due_at=now,
            opportunity_id=opportunity_id,
            contract_id=contract_id,
            facts=facts,
        )
    await tx.outbox.put(list(notifications.values()), now=now)


async def tell_instead(tx: Tx, repaints: Sequence[Delivery], *, now: datetime) -> None:
    """Say what a post can no longer show: of each renewal the last change, once a place.

    Who is told of that change for another reason (it is their customer) does not hear it twice.
    """
    latest = {row.opportunity_id: row for row in repaints if INSTEAD in row.facts}
    for number, row in latest.items():
        instead = row.facts[INSTEAD]
        told = await tx.outbox.followups(row.platform, row.place, number or 0, since=row.created_at)
        if any(other.facts.get("what") == instead["what"] for other in told):
            continue
        followup = Notification(
            key=instead["key"],
            kind="followup",
            platform=row.platform,
            place=row.place,
            due_at=now,
            person_id=row.person_id,
            opportunity_id=number,
            contract_id=row.contract_id,
            facts={"what": instead["what"], "who": instead["who"]},
        )
        await tx.outbox.put([followup], now=now)


async def show_changes(tx: Tx, rows: Sequence[Delivery], parcel: Parcel, *, now: datetime) -> None:
    """Show what changed between making a message and its arrival, when nobody could find it.

    Whoever changed a renewal since found no post to repaint, or will find it: the renewals are
    locked until this is written.
    """
    versions = parcel.versions
    present = await tx.opportunities.versions(versions, lock=True)
    changed = {number for number, version in present.items() if version != versions[number]}
    alerts = [row for row in rows if row.kind in ALERTS and row.opportunity_id in changed]
    notifications = []
    for post in await tx.posts.of_batch(parcel.key) if alerts else ():
        if _editable(post, now):
            shown: dict[str, Any] = {"post": post.id}
            if change := await _last_change(tx, alerts[0], since=parcel.begun_at):
                shown[INSTEAD] = {"key": f"followup:late:{parcel.key}:{post.id}", **change}
            notifications.append(
                Notification(
                    key=f"repaint:late:{post.id}",
                    kind="repaint",
                    platform=post.platform,
                    place=post.place,
                    due_at=now,
                    opportunity_id=alerts[0].opportunity_id,
                    contract_id=alerts[0].contract_id,
                    facts=shown,
                )
            )
        elif post.part == 0:
            notifications += [
                Notification(
                    key=f"followup:late:{parcel.key}:{row.opportunity_id}",
                    kind="followup",
                    platform=post.platform,
                    place=post.place,
                    due_at=now,
                    person_id=row.person_id,
                    opportunity_id=row.opportunity_id,
                    contract_id=row.contract_id,
                    facts=facts,
                )
                for row in alerts
                if (facts := await _last_change(tx, row, since=parcel.begun_at)) is not None
            ]
    await tx.outbox.put(notifications, now=now)


async def _last_change(tx: Tx, row: Delivery, *, since: datetime) -> dict[str, Any] | None:
    """What somebody did to a renewal since then, in the words of follow-ups; None for the clock."""
    number = row.opportunity_id or 0
    opportunity = await tx.opportunities.get(number)
    entry = next(iter(await tx.audit.of_subject("opportunity", number, limit=1)), None)
    if opportunity is None or entry is None or entry.at < since - A_MOMENT:
        return None
    if opportunity.stage.decided:
        return {"what": opportunity.stage.value, "who": entry.actor}
    what = "claimed" if entry.change.action == "claim" and not entry.undone else "changed"
    return {"what": what, "who": entry.actor}


def _term_of(opportunity: Opportunity | None) -> int | None:
    """The term that a row about it names: an expansion's names none (`Delivery.about`)."""
    return None if opportunity is None or opportunity.expansion else opportunity.contract_id


def _has_thread(post: Post) -> bool:
    """Whether what happened is told below it: once a message, and not where one person reads."""
    ability = ABILITIES[kind_of_place(post.platform, post.place)]
    return ability.threads and not ability.private and post.part == 0


def _editable(post: Post, now: datetime) -> bool:
    ability = ABILITIES[kind_of_place(post.platform, post.place)]
    return ability.edit and (post.editable_until is None or post.editable_until > now)


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
                    due_at=desks.deliver_at(platform, place, person),
                    opportunity_id=opportunity_id,
                    contract_id=_term_of(opportunity),
                    facts={"what": what, "who": who},
                )
            )
    await ctx.tx.outbox.put(notifications, now=ctx.now)
