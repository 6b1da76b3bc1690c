"""`link`: how the bot gets to know somebody; a lead or administrator confirms who they are.

A stranger gets a short code and passes it on outside the bot; whoever confirms it says whose it
is. Nobody can link a stranger to an identity with more rights than they may give.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from handlers.context import Context
from handlers.lookup import resolve_person
from handlers.registry import Group, Text, Word, command
from handlers.replies import said
from messages.model import Button, Message
from scoring.errors import Forbidden, MissingArgument, NotFound, Refused
from scoring.model import Person, Platform, Role
from scoring.permissions import Right
from storage.audit import Change

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without those that look like another one."""

CODE_LENGTH = 6

VALID_DAYS = 7

PREFIXES = ("link.code:", "link.asked:")
"""How the keys of codes, and of who asked for them, begin among the settings."""


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
        raise _missing_name(code)
    return await _confirm(ctx, code.upper(), name)


async def _ask(ctx: Context) -> Message:
    """The stranger's code; asking again within its life gives the same one."""
    if ctx.incoming.platform is Platform.TEXT:
        raise Refused("link.terminal")
    sender = _sender(ctx)
    asked = f"link.asked:{ctx.incoming.platform}:{sender}"
    code = await ctx.tx.settings.get(asked)
    if code is None or await _waiting(ctx, code) is None:
        code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
        waiting = {
            "platform": ctx.incoming.platform.value,
            "sender": sender,
            "at": ctx.now.isoformat(),
        }
        await ctx.tx.settings.put(f"link.code:{code}", waiting, at=ctx.now)
        await ctx.tx.settings.put(asked, code, at=ctx.now)
    return said(ctx.t("link.code", code=code, days=VALID_DAYS))


def _sender(ctx: Context) -> str:
    # WeCom's user ids have no case.
    sender = ctx.incoming.sender
    return sender.lower() if ctx.incoming.platform is Platform.WECOM else sender


async def _waiting(ctx: Context, code: str) -> dict[str, Any] | None:
    waiting: dict[str, Any] | None = await ctx.tx.settings.get(f"link.code:{code}")
    if waiting is None:
        return None
    asked_at = datetime.fromisoformat(waiting["at"])
    return waiting if ctx.now - asked_at <= timedelta(days=VALID_DAYS) else None


async def _confirm(ctx: Context, code: str, name: str) -> Message:
    waiting = await _waiting(ctx, code)
    if waiting is None:
        raise NotFound("link.no_such_code", code=code[:20])
    person, _ = await resolve_person(ctx, name.split(), whole=True)
    if await ctx.tx.settings.take(f"link.code:{code}") is None:  # somebody confirmed it just now
        raise NotFound("link.no_such_code", code=code[:20])
    column = f"{waiting['platform']}_id"
    before = getattr(person, column)
    _may_confirm(ctx, person, linked_before=before is not None)
    holder = await ctx.tx.people.by_sender(Platform(waiting["platform"]), waiting["sender"])
    if holder is not None and holder.id != person.id:
        raise Refused("link.identity_taken", who=holder.name)
    if not await ctx.tx.people.link(
        person.id, Platform(waiting["platform"]), waiting["sender"], expect=before
    ):
        raise Refused("link.taken", who=person.name)
    await ctx.tx.settings.forget(f"link.asked:{waiting['platform']}:{waiting['sender']}")
    await ctx.record(
        Change("link", "person", person.id, {column: before}, {column: waiting["sender"]})
    )
    return said(ctx.t("link.done", who=person.name), buttons=(Button(ctx.t("due.title"), "due"),))


def _may_confirm(ctx: Context, person: Person, *, linked_before: bool) -> None:
    """A lead vouches for the reps and viewers of the own team who have no identity there yet."""
    if ctx.viewer.role is Role.ADMIN:
        return
    # Without a team nobody is a colleague; a viewer without one reads every team.
    ours = bool(ctx.viewer.team) and person.team == ctx.viewer.team
    if person.role not in (Role.REP, Role.VIEWER) or not ours:
        raise Forbidden("link.not_yours", who=person.name)
    if linked_before:
        raise Refused("link.taken", who=person.name)


def _missing_name(code: str) -> MissingArgument:
    fault = MissingArgument("link", "name")
    fault.given = (code,)
    return fault
