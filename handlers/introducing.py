"""How somebody unknown becomes known with one tap: their lead is asked, by name.

Only who is called in the platform's directory as exactly one person of the book without an
identity there is asked about. The question gives nobody any right: the tap of a lead or
administrator does, through the same door as a code.
"""

from __future__ import annotations

from collections.abc import Iterator

from handlers.audience import doors_of
from handlers.context import Context
from handlers.link_codes import Stranger, code_for, setting_of, stranger_of
from handlers.notices import Notice, Tap, tell
from messages.incoming import Incoming
from messages.model import Message, Note, Paragraph, plain
from scoring.model import Person, Platform, Role
from scoring.permissions import PlaceScope
from storage.transaction import Tx

DECLINE = "nobody"
"""What stands for the name in the line that says it is somebody else."""


async def introduce(ctx: Context, *, with_code: bool = False) -> Message | None:
    """Ask who may confirm, once a day, and say so to the stranger; None when nobody can be asked."""
    stranger = stranger_of(ctx.incoming)
    noticed = f"link.noticed:{stranger.key}"
    before = await ctx.tx.settings.get(noticed)
    today = ctx.today.isoformat()
    if before is not None and before["declined"]:
        return None
    if before is not None and before["on"] == today:
        return await _answer(ctx, before["who"], with_code=with_code)
    person = await namesake(ctx.tx, ctx.incoming)
    asked = await confirmers(ctx, person) if person is not None else []
    if person is None or not asked:
        return None
    code = await code_for(ctx.tx, stranger, now=ctx.now)
    notice = Notice(
        "notice.asks_link" if stranger.platform is Platform.WECOM else "notice.asks_link_slack",
        {"name": stranger.name, "userid": stranger.sender, "person": person.name},
        (
            Tap("notice.is_them", f"link {code} P-{person.id}"),
            Tap("notice.is_not", f"link {code} {DECLINE}"),
        ),
        while_set=setting_of(code),
        notes=tuple(_cautions(person)),
    )
    once = f"link:{stranger.key}:{today}"
    told = await tell(ctx.tx, asked, notice, once=once, rules=ctx.rules, now=ctx.now)
    names = [one.name for one in told]
    document = {"on": today, "who": names, "declined": False}
    await ctx.tx.settings.put(noticed, document, at=ctx.now)
    return await _answer(ctx, names, with_code=with_code)


def _cautions(person: Person) -> Iterator[str]:
    """What whoever confirms should know: a name is easily had, and what a tap gives is much."""
    if person.left_on is not None:
        yield "notice.had_left"
    if person.role not in (Role.REP, Role.VIEWER):
        yield f"notice.gives_{person.role.value}"


async def decline(ctx: Context, stranger: Stranger) -> None:
    """Somebody said that it is somebody else: nobody is asked about them for a week."""
    document = {"on": ctx.today.isoformat(), "who": [], "declined": True}
    await ctx.tx.settings.put(f"link.noticed:{stranger.key}", document, at=ctx.now)


async def _answer(ctx: Context, names: list[str], *, with_code: bool) -> Message:
    """Who was asked is told to the stranger alone, never to a group."""
    if ctx.place.scope is PlaceScope.SHARED:
        sentence = ctx.t("introduce.asked_shared")
    else:
        who = ctx.phrases.join(names, last="or")
        sentence = ctx.t("introduce.asked", name=ctx.incoming.sender_name, who=who)
    message = Message(sentence, (Paragraph(plain(sentence)),))
    if not with_code:
        return message
    code = await code_for(ctx.tx, stranger_of(ctx.incoming), now=ctx.now)
    note = Note(plain(ctx.t("introduce.code", code=code)))
    return Message(sentence, (*message.blocks, note))


async def namesake(tx: Tx, incoming: Incoming) -> Person | None:
    """The person of the book whom the directory's name names, who has no identity there yet."""
    if not incoming.sender_name:
        return None
    person = await tx.people.by_name(incoming.sender_name)
    return None if person is None or identity_on(person, incoming.platform) else person


async def confirmers(ctx: Context, person: Person) -> list[Person]:
    """Who may link this person and can be asked: leads of their team, else the administrators."""
    leads = await ctx.tx.people.with_role(Role.LEAD, team=person.team) if person.team else []
    admins = await ctx.tx.people.with_role(Role.ADMIN)
    asked = [lead for lead in leads if may_vouch(lead, person) and doors_of(lead, ctx.rules)]
    return asked or [admin for admin in admins if doors_of(admin, ctx.rules)]


def may_vouch(viewer: Person, person: Person) -> bool:
    """A lead vouches for the reps and viewers of the own team, an administrator for everybody."""
    if viewer.role is Role.ADMIN:
        return True
    # Without a team nobody is a colleague; a viewer without one reads every team.
    ours = bool(viewer.team) and person.team == viewer.team
    return viewer.role is Role.LEAD and person.role in (Role.REP, Role.VIEWER) and ours


def identity_on(person: Person, platform: Platform) -> str | None:
    """What a platform calls a person."""
    return person.slack_id if platform is Platform.SLACK else person.wecom_id
