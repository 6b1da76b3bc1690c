"""`bind team 华东`: this channel or group hears a team's, or a customer's, alerts."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from handlers.context import Context
from handlers.lookup import find_customer
from handlers.reading.digits import fold
from handlers.registry import Group, Text, command
from handlers.replies import said
from messages.abilities import PlaceKind
from messages.model import Block, Message, Note, Paragraph, plain
from scoring.errors import MissingArgument, NotFound, Option, Refused
from scoring.model import Platform
from scoring.permissions import PlaceScope, Right
from storage.audit import Change
from storage.bindings import Binding


class BindTo(StrEnum):
    """What a place is bound to."""

    TEAM = "team"
    CUSTOMER = "customer"
    OFF = "off"


@command("bind", right=Right.BIND_PLACE, group=Group.TEAM, changes=True)
async def bind(ctx: Context, to: BindTo, name: Text | None = None) -> Message:
    """Bind the place where it is said; a place has one team and one customer at most."""
    if ctx.place.platform is Platform.TEXT or ctx.place.scope not in (
        PlaceScope.SHARED,
        PlaceScope.ASIDE,
    ):
        raise Refused("bind.only_in_channels")
    before = await ctx.tx.bindings.of_place(ctx.place.platform, ctx.place.id)
    if before is not None:
        await _may_change(ctx, before)
    if to is BindTo.OFF:
        if not await ctx.tx.bindings.unbind(ctx.place.platform, ctx.place.id):
            raise Refused("bind.was_not")
        await _record(ctx, before, None)
        return said(ctx.t("bind.off"))
    if not name:
        asks = MissingArgument("bind", "name")
        asks.given = (to.value,)
        raise asks
    if to is BindTo.TEAM:
        team = await _team(ctx, name)
        ctx.allow(Right.BIND_PLACE, team=team, owner_id=None)
        after = Binding(
            ctx.place.platform, ctx.place.id, team, before.account_id if before else None
        )
        sentence, heard = ctx.t("bind.team", team=team), ctx.t("bind.hears_team")
    else:
        account, _ = await find_customer(ctx, name.split(), whole=True)
        ctx.allow(
            Right.BIND_PLACE,
            team=account.team,
            owner_id=account.csm_id or account.account_executive_id,
        )
        after = Binding(
            ctx.place.platform, ctx.place.id, before.team if before else None, account.id
        )
        sentence = ctx.t("bind.customer", account=account.name)
        heard = ctx.t("bind.hears_customer")
    await ctx.tx.bindings.bind(after, by_id=ctx.viewer.id or None, at=ctx.now)
    await _record(ctx, before, after)
    return said(sentence, *_notes(ctx, heard))


def _notes(ctx: Context, heard: str) -> Iterator[Block]:
    """What will be posted there, and what has to be done before anything can be."""
    yield Note(plain(heard))
    if not ctx.rules.amounts_in_shared_places:
        yield Note(plain(ctx.t("bind.no_amounts")))
    if ctx.place.kind is PlaceKind.WECOM_AIBOT_GROUP and not ctx.rules.wecom_bot_pushes:
        yield Paragraph(plain(ctx.t("bind.only_answers")))


async def _may_change(ctx: Context, before: Binding) -> None:
    """Whoever unbinds takes alerts away from somebody: only that team's lead may."""
    if before.team:
        ctx.allow(Right.BIND_PLACE, team=before.team, owner_id=None)
    account = await ctx.tx.accounts.get(before.account_id) if before.account_id else None
    if account is not None:
        ctx.allow(Right.BIND_PLACE, team=account.team, owner_id=None)


async def _team(ctx: Context, name: str) -> str:
    teams = sorted({*await ctx.tx.people.teams(), *(rule.team for rule in ctx.rules.teams)})
    for team in teams:
        if fold(team) == fold(name.strip()):
            return team
    raise NotFound(
        "bind.no_such_team",
        name=name[:60],
        nearest=[Option(team, f"bind team {team}") for team in teams[:5]],
    )


async def _record(ctx: Context, before: Binding | None, after: Binding | None) -> None:
    await ctx.record(
        Change(
            "bind",
            f"place {ctx.place.platform}:{ctx.place.id}",
            None,
            _document(before),
            _document(after),
        )
    )


def _document(binding: Binding | None) -> dict[str, object] | None:
    return None if binding is None else {"team": binding.team, "account_id": binding.account_id}
