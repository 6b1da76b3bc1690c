"""What becomes of a person when a platform's directory changes: they leave, or are renamed.

A customer must never lose the one who looks after them in silence: who left hears nothing more and
is given nothing more, their claims go back to be claimed, and their lead is told what is there to
be handed on. All of it depends on what the book says already, so a repeated event changes nothing.
"""

from __future__ import annotations

from datetime import datetime

from handlers.audience import lead_of
from handlers.followups import show_everywhere
from handlers.notices import Notice, tell
from handlers.rules import Rules
from scoring.model import Person, Platform
from storage.audit import Change
from storage.transaction import Tx

WAYS = ("user", "bot")
"""Direct chats with the app and with the AI bot."""

MOST_CLAIMS = 1000
"""Nobody works on more at once."""


async def leave(
    tx: Tx, userid: str, *, rules: Rules, now: datetime, platform: Platform = Platform.WECOM
) -> bool:
    """The person behind a user id left the company; false when the book knows nobody by it."""
    person = await tx.people.by_sender(platform, userid)
    today = now.astimezone(rules.zone).date()
    if person is None or not await tx.people.leave(person.id, on=today, platform=platform):
        return False
    await _forget_chats(tx, person)
    released = await _release(tx, person, platform, now)
    column = f"{platform}_id"
    await _record(
        tx,
        Change(
            "leave",
            "person",
            person.id,
            {column: getattr(person, column), "linked": person.linked, "left_on": None},
            {column: None, "linked": False, "left_on": today.isoformat()},
        ),
        platform,
        now,
    )
    key = "notice.left_with_claims" if released else "notice.left"
    await tell(
        tx,
        await lead_of(tx, person.team, rules),
        Notice(
            key if platform is Platform.WECOM else f"{key}_{platform}",
            {"who": person.name, "n": released},
            holdings_of=person.id,
        ),
        once=f"left:{person.id}:{today.isoformat()}",
        rules=rules,
        now=now,
    )
    return True


async def shut_out(tx: Tx, userid: str, *, now: datetime) -> bool:
    """Somebody is a guest of Slack's workspace now: nothing is told them there any more.

    What they look after stays theirs; where they have no other chat, a lead links them anew. False
    when the book knows nobody by that id.
    """
    person = await tx.people.by_sender(Platform.SLACK, userid)
    if person is None or not await tx.people.take_off(person.id, Platform.SLACK):
        return False
    await tx.posts.forget(Platform.SLACK, [userid])
    await tx.slack_homes.doubt_of(userid)
    linked = person.linked and person.wecom_id is not None
    before = {"slack_id": userid, "linked": person.linked}
    change = Change("unlink", "person", person.id, before, {"slack_id": None, "linked": linked})
    await _record(tx, change, Platform.SLACK, now)
    return True


async def _forget_chats(tx: Tx, person: Person) -> None:
    """What was told them in direct chats is read by nobody; following up there would only fail."""
    if person.wecom_id:
        await tx.posts.forget(Platform.WECOM, [f"{way}:{person.wecom_id}" for way in WAYS])
    if person.slack_id:
        await tx.posts.forget(Platform.SLACK, [person.slack_id])


async def _release(tx: Tx, person: Person, platform: Platform, now: datetime) -> int:
    """Give back what they had claimed, so that somebody else can and the lead hears if nobody does."""
    released = 0
    for opportunity in await tx.opportunities.claimed_by(person.id, limit=MOST_CLAIMS):
        if not await tx.opportunities.release(opportunity.id, person.id):
            continue
        released += 1
        claimed_at = opportunity.claimed_at
        await _record(
            tx,
            Change(
                "leave.release",
                "opportunity",
                opportunity.id,
                {"claimed_by_id": person.id, "claimed_at": claimed_at and claimed_at.isoformat()},
                {"claimed_by_id": None, "claimed_at": None},
            ),
            platform,
            now,
        )
        await show_everywhere(tx, opportunity.id, "released", who=person.name, now=now)
    return released


async def readdress(tx: Tx, userid: str, new_userid: str, *, now: datetime) -> bool:
    """A person has another user id of WeCom now; what waits for them goes there.

    False when nobody has the old one, or somebody else has the new one already.
    """
    person = await tx.people.by_sender(Platform.WECOM, userid)
    old, new = userid.lower(), new_userid.lower()
    if person is None or old == new:
        return False
    if not await tx.people.link(person.id, Platform.WECOM, new, expect=old):
        return False
    for way in WAYS:
        await tx.outbox.readdress(person.id, old=f"{way}:{old}", new=f"{way}:{new}")
    change = Change("readdress", "person", person.id, {"wecom_id": old}, {"wecom_id": new})
    await _record(tx, change, Platform.WECOM, now)
    return True


async def note_name(
    tx: Tx, userid: str, name: str, *, now: datetime, platform: Platform = Platform.WECOM
) -> bool:
    """The directory calls a person otherwise than the book: written down, nothing is changed."""
    person = await tx.people.by_sender(platform, userid)
    if person is None or not name or person.name == name:
        return False
    changes = await tx.audit.of_subject("person", person.id)
    told = {"directory": name}
    noted = next((one.change for one in changes if one.change.action == "directory_name"), None)
    if noted is not None and noted.after == told:
        return False
    change = Change("directory_name", "person", person.id, {"name": person.name}, told)
    await _record(tx, change, platform, now)
    return True


async def _record(tx: Tx, change: Change, platform: Platform, now: datetime) -> None:
    await tx.audit.record([change], person_id=None, actor=platform, via=platform, at=now)
