"""`proof`: was anything forgotten?"""

from __future__ import annotations

from handlers.context import Context
from handlers.proof import prove
from handlers.registry import Group, command
from handlers.replies import said
from messages.model import Block, Bullets, Button, Fields, Line, Message, Note, Span, plain
from scoring.permissions import Right, reach_of

SHOWN = 15
"""Exceptions named in chat; the command line and the export have them all."""


@command("proof", right=Right.SEE_PROOF, group=Group.TEAM)
async def proof(ctx: Context) -> Message:
    """The proof over what the viewer reads, with the exceptions that end first."""
    found = await prove(ctx.tx, ctx.rules, ctx.now, reach=reach_of(ctx.viewer), limit=SHOWN)
    horizon_days = ctx.rules.proof_horizon_days
    figures = Fields(
        (
            (ctx.t("proof.contracts"), plain(ctx.phrases.number(found.contracts))),
            (ctx.t("proof.owned"), plain(ctx.phrases.number(found.owned))),
            (ctx.t("proof.told"), plain(ctx.phrases.number(found.told))),
            (ctx.t("proof.delivered"), plain(ctx.phrases.number(found.delivered))),
        )
    )
    asked = Note(plain(ctx.t("proof.as_of", at=ctx.now, days=horizon_days)))
    if not found.exceptions:
        return said(ctx.t("proof.clean", n=found.contracts, days=horizon_days), figures, asked)
    blocks: list[Block] = [
        figures,
        Bullets(tuple(_line(ctx, e.contract_no, e.problem) for e in found.exceptions)),
    ]
    if len(found.exceptions) == SHOWN:
        blocks.append(Note(plain(ctx.t("proof.more", n=SHOWN))))
    return said(
        ctx.phrases.tn("proof.exceptions", found.contracts_with_exceptions, days=horizon_days),
        *blocks,
        asked,
        buttons=(Button(ctx.t("delivery.title"), "delivery"),)
        if any(e.problem in _OF_DELIVERY for e in found.exceptions)
        else (),
    )


_OF_DELIVERY = frozenset({"failed", "needs_review", "not_delivered"})


def _line(ctx: Context, contract_no: str, problem: str) -> Line:
    return (Span(contract_no, bold=True), Span(" · " + ctx.t(f"proof.problem.{problem}")))
