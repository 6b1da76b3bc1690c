"""`link`: how the bot gets to know somebody; a lead or administrator confirms who they are.

A stranger gets a short code and passes it on outside the bot; whoever confirms it says whose it
is. Nobody can link a stranger to an identity with more rights than they may give.
"""

from __future__ import annotations

from collections.abc import Sequence

from handlers import introducing
from handlers.context import Context
from handlers.link_codes import (
    VALID_DAYS,
    Stranger,
    code_for,
    settle,
    settled,
    stranger_of,
    waiting,
)
from handlers.lookup_people import likeness, resolve_person
from handlers.naming import Forms
from handlers.notices import Notice, Tap, tell
from handlers.registry import Group, Text, Word, command
from handlers.replies import said
from messages.model import Button, Message
from scoring.errors import Ambiguous, Forbidden, MissingArgument, NotFound, Option, Refused
from scoring.model import Person, Platform, Role
from scoring.permissions import Right
from storage.audit import Change

MOST_OPTIONS = 6
"""As many as a WeCom card draws."""


@command("link", right=Right.OWN_SETTINGS, group=Group.SELF, changes=True)
async def link(ctx: Context, code: Word | None = None, name: Text | None = None) -> Message:
    """Ask to be known, or confirm who asked."""
    if not ctx.viewer.linked:
        return await _ask(ctx)
    if code is None:
        return said(ctx.t("link.known", who=ctx.viewer.name))
    if ctx.viewer.role not in (Role.LEAD, Role.ADMIN):
        raise Forbidden("error.forbidden_role")
    if name is None:
        raise await _whose(ctx, code.upper())
    return await _confirm(ctx, code.upper(), name)


async def _ask(ctx: Context) -> Message:
    """Their lead is asked where the directory tells who it may be; else a code to pass on."""
    if ctx.incoming.platform is Platform.TEXT:
        raise Refused("link.terminal")
    asked = await introducing.introduce(ctx, with_code=True)
    if asked is not None:
        return asked
    code = await code_for(ctx.tx, stranger_of(ctx.incoming), now=ctx.now)
    return said(ctx.t("link.code", code=code, days=VALID_DAYS))


async def _confirm(ctx: Context, code: str, name: str) -> Message:
    stranger = await _waiting(ctx, code)
    if name.strip().lower() == introducing.DECLINE:
        return await _decline(ctx, code, stranger)
    person, _ = await resolve_person(ctx, name.split(), whole=True)
    before = introducing.identity_on(person, stranger.platform)
    _may_confirm(ctx, person, linked_before=before is not None)
    if not await settle(
        ctx.tx, code, stranger, by=ctx.viewer.name, who=person.name, now=ctx.now
    ):  # somebody confirmed it just now
        raise NotFound("link.no_such_code", code=code[:20])
    holder = await ctx.tx.people.by_sender(stranger.platform, stranger.sender)
    if holder is not None and holder.id != person.id:
        raise Refused("link.identity_taken", who=holder.name)
    if not await ctx.tx.people.link(person.id, stranger.platform, stranger.sender, expect=before):
        raise Refused("link.taken", who=person.name)
    column = f"{stranger.platform}_id"
    await ctx.record(
        Change(
            "link",
            "person",
            person.id,
            {column: before, "linked": person.linked, "left_on": person.left_on},
            {column: stranger.sender, "linked": True, "left_on": None},
        )
    )
    await _tell(ctx, code, person.id, stranger)
    return said(ctx.t("link.done", who=person.name), buttons=(Button(ctx.t("due.title"), "due"),))


async def _waiting(ctx: Context, code: str) -> Stranger:
    """Who waits under the code; else what became of it."""
    stranger = await waiting(ctx.tx, code, now=ctx.now)
    if stranger is not None:
        return stranger
    outcome = await settled(ctx.tx, code)
    if outcome is None:
        raise NotFound("link.no_such_code", code=code[:20])
    by, who = outcome
    raise Refused("link.settled" if who else "link.settled_nobody", by=by, who=who)


async def _decline(ctx: Context, code: str, stranger: Stranger) -> Message:
    """Nobody of the book: they are told so by the code they get when they ask again."""
    if not await settle(ctx.tx, code, stranger, by=ctx.viewer.name, who="", now=ctx.now):
        raise NotFound("link.no_such_code", code=code[:20])
    await introducing.decline(ctx, stranger)
    after = {"platform": stranger.platform.value, "sender": stranger.sender}
    await ctx.record(Change("link.declined", "person", None, None, after))
    return said(ctx.t("link.declined", who=stranger.name or stranger.sender))


async def _tell(ctx: Context, code: str, person_id: int, stranger: Stranger) -> None:
    """The one who waited hears at once that they are known, where they asked."""
    person = await ctx.tx.people.get(person_id)
    if person is None:
        return
    notice = Notice(
        "notice.linked",
        {"who": person.name, "by": ctx.viewer.name},
        (Tap("mine.title", "mine"), Tap("due.title", "due"), Tap("help.title", "help")),
    )
    await tell(
        ctx.tx,
        [person],
        notice,
        once=f"linked:{code}",
        rules=ctx.rules,
        now=ctx.now,
        at_once=True,
        on=stranger.platform,
    )


def _may_confirm(ctx: Context, person: Person, *, linked_before: bool) -> None:
    """A lead vouches for the reps and viewers of the own team who have no identity there yet."""
    if not introducing.may_vouch(ctx.viewer, person):
        raise Forbidden("link.not_yours", who=person.name)
    if linked_before and ctx.viewer.role is not Role.ADMIN:
        raise Refused("link.taken", who=person.name)


async def _whose(ctx: Context, code: str) -> Exception:
    """Whom the viewer may link, those first whose name is like what is known of the stranger."""
    stranger = await _waiting(ctx, code)
    fitting = [
        person
        for person in await ctx.tx.people.everybody()
        if introducing.identity_on(person, stranger.platform) is None
        and introducing.may_vouch(ctx.viewer, person)
    ]
    if not fitting:
        fault = MissingArgument("link", "name")
        fault.given = (code,)
        return fault
    return Ambiguous(
        "link.whose",
        who=stranger.name or stranger.sender,
        code=code,
        options=[
            Option(f"{person.name} · {person.team}" if person.team else person.name, line)
            for person in _by_likeness(fitting, stranger)[:MOST_OPTIONS]
            for line in (f"link {code} P-{person.id}",)
        ],
    )


def _by_likeness(people: Sequence[Person], stranger: Stranger) -> list[Person]:
    known = [Forms(text) for text in (stranger.name, stranger.sender) if text]

    def distance(person: Person) -> tuple[bool, float, str]:
        alike = max((likeness(forms, person.name) for forms in known), default=0.0)
        return person.left_on is not None, -alike, person.name

    return sorted(people, key=distance)
