"""`delivery`: what was sent, what failed, what waits."""

from __future__ import annotations

from handlers.context import Context
from handlers.proof import STUCK_AFTER
from handlers.registry import Group, command
from handlers.replies import said
from messages.delivery_words import explained
from messages.model import Block, Bullets, Fields, Line, Message, Note, Span, plain
from scoring.model import DeliveryState
from scoring.permissions import Right, reach_of
from storage.views.problems import DeliveryProblem, delivery_problems

SHOWN = 10


@command("delivery", right=Right.SEE_DELIVERY, group=Group.TEAM)
async def delivery(ctx: Context) -> Message:
    """Counts by state over everything, and the last problems of customers the viewer reads."""
    counts = await ctx.tx.outbox.counts()
    problems = await delivery_problems(
        ctx.tx.connection,
        reach=reach_of(ctx.viewer),
        overdue_at=ctx.now - STUCK_AFTER,
        limit=SHOWN,
    )
    figures = Fields(
        tuple(
            (ctx.phrases.label(state), plain(ctx.phrases.number(counts[state])))
            for state in DeliveryState
            if counts.get(state)
        )
    )
    if not counts:
        return said(ctx.t("delivery.empty"))
    blocks: list[Block] = [figures]
    if problems:
        blocks.append(Bullets(tuple(_line(ctx, problem) for problem in problems)))
        if len(problems) == SHOWN:
            blocks.append(Note(plain(ctx.t("delivery.more", n=SHOWN))))
    stuck = counts.get(DeliveryState.FAILED, 0) + counts.get(DeliveryState.REVIEW, 0)
    sentence = (
        ctx.phrases.tn("delivery.problems", stuck)
        if stuck
        else ctx.t("delivery.waiting_long" if problems else "delivery.fine")
    )
    return said(sentence, *blocks)


def _line(ctx: Context, problem: DeliveryProblem) -> Line:
    where = f"{ctx.t(f'platform.{problem.platform}')} {problem.place}"
    error = explained(problem.error, ctx.phrases)
    words = [problem.account, where, ctx.phrases.instant(problem.due_at), error]
    return (
        Span(ctx.phrases.label(problem.state), bold=True),
        Span(" · " + " · ".join(word for word in words if word)),
    )
