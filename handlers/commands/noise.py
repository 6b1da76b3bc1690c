"""`noise 30`: which alerts were acted on, and which only made noise."""

from __future__ import annotations

from handlers.context import Context
from handlers.noise import LONGEST_DAYS, USUAL_DAYS, NoiseLine, noise_of
from handlers.registry import Group, command
from handlers.replies import said
from messages.model import Line, Message, Note, Table, plain
from scoring.errors import BadArgument
from scoring.permissions import Right, reach_of


@command("noise", right=Right.READ_REPORTS, group=Group.TEAM)
async def noise(ctx: Context, days: int | None = None) -> Message:
    """Alerts sent, acted on and ignored by kind, over the customers that the viewer reads."""
    asked = USUAL_DAYS if days is None else days
    if not 1 <= asked <= LONGEST_DAYS:
        raise BadArgument("noise.days", most=LONGEST_DAYS)
    lines = await noise_of(ctx.tx, ctx.rules, ctx.now, days=asked, reach=reach_of(ctx.viewer))
    if not lines:
        return said(ctx.phrases.tn("noise.nothing", asked))
    header = ("kind", "sent", "acted", "ignored", "open")
    table = Table(
        tuple(ctx.t(f"noise.{name}") for name in header), tuple(_row(ctx, line) for line in lines)
    )
    note = Note(plain(ctx.phrases.tn("noise.note", ctx.rules.alerts.acted_within_days)))
    sent, acted = sum(line.sent for line in lines), sum(line.acted for line in lines)
    return said(ctx.phrases.tn("noise.summary", asked, sent=sent, acted=acted), table, note)


def _row(ctx: Context, line: NoiseLine) -> tuple[Line, ...]:
    name = ctx.t(f"noise.of.{line.reason or line.kind}")
    if line.reason:
        name = ctx.t("noise.warning", reason=name)
    acted = ctx.phrases.number(line.acted)
    if line.heeded is not None:
        acted = ctx.t("noise.share", n=acted, share=ctx.phrases.percent(line.heeded))
    cells = (
        ctx.phrases.number(line.sent),
        acted,
        *map(ctx.phrases.number, (line.ignored, line.open)),
    )
    return (plain(name), *map(plain, cells))
