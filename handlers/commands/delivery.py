"""`delivery`: what was sent, what failed, what waits; `delivery D-12` tells the story of one.

`delivery resend D-12` sends one again, `delivery drop D-12` closes it;
`delivery resend all` and `delivery drop all` decide about everything in review."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

from handlers.context import Context
from handlers.delivery_stories import number_of, story_of
from handlers.place_names import place_name, spoken_place
from handlers.proof import STUCK_AFTER
from handlers.registry import Group, Word, command
from handlers.remembering import remember
from handlers.replies import said
from handlers.reviewing import decide_all, means_all
from messages.cards.delivery_story import story_card
from messages.delivery_words import explained
from messages.model import Block, Bullets, Button, Fields, Line, Message, Note, Span, plain
from scoring.errors import MissingArgument, NotFound, Refused
from scoring.model import DeliveryState
from scoring.permissions import Right, reach_of
from storage.audit import Change
from storage.views.problems import DeliveryProblem, delivery_problems

SHOWN = 10

TAPPED = 3
"""So many of them have buttons: two each, as many as a WeCom card draws."""


ENDED = frozenset({DeliveryState.FAILED, DeliveryState.REVIEW})
"""What does not move by itself any more."""


class DeliveryStep(StrEnum):
    """What to do with a delivery that came to a bad end."""

    RESEND = "resend"
    DROP = "drop"


@command("delivery", right=Right.SEE_DELIVERY, group=Group.TEAM, apart=True)
async def delivery(
    ctx: Context, step: DeliveryStep | None = None, code: Word | None = None
) -> Message:
    """What became of the alerts, or of one; or send it again, or close it as known."""
    if step is None:
        return await _show(ctx) if code is None else await _tell(ctx, code)
    if code is None:
        raise MissingArgument("delivery", "code")
    if means_all(code):
        return await decide_all(ctx, step, code)
    return await _settle(ctx, step, code)


async def _tell(ctx: Context, code: str) -> Message:
    """What became of one, and why."""
    async with ctx.store.read() as tx:
        story = await story_of(tx, code, reach=reach_of(ctx.viewer))
        place = await place_name(tx, story.platform, story.place)
    return story_card(story, ctx.phrases, place=place, now=ctx.now)


async def _settle(ctx: Context, step: DeliveryStep, code: str) -> Message:
    """Resend or drop; of two people who decide only the first one does."""
    number = number_of(code)
    async with ctx.store.begin() as tx:
        found = number is not None and await delivery_problems(
            tx.connection,
            reach=reach_of(ctx.viewer),
            overdue_at=ctx.now,
            limit=1,
            only=number,
        )
        if not found:
            raise NotFound("delivery.no_such", code=code[:20])
        (problem,) = found
        change = (
            tx.dispatches.reopen([problem.id], now=ctx.now)
            if step is DeliveryStep.RESEND
            else tx.dispatches.vouch([problem.id], now=ctx.now)
        )
        if not await change:
            raise Refused("delivery.under_way", code=problem.code)
        await tx.audit.record(
            [Change(f"delivery.{step}", "delivery", problem.id, {"state": problem.state}, {})],
            person_id=ctx.viewer.id or None,
            actor=ctx.viewer.name,
            via=ctx.via,
            at=ctx.now,
        )
        message = said(
            ctx.t(f"delivery.done.{step}", code=problem.code),
            buttons=(Button(ctx.t("delivery.title"), "delivery"),),
        )
        await remember(tx, ctx.incoming, message, ctx.phrases.locale, now=ctx.now)
    return message


async def _show(ctx: Context) -> Message:
    """Counts by state over everything, and the last problems of customers the viewer reads."""
    async with ctx.store.read() as tx:
        counts = await tx.outbox.counts()
        problems = await delivery_problems(
            tx.connection,
            reach=reach_of(ctx.viewer),
            overdue_at=ctx.now - STUCK_AFTER,
            limit=SHOWN,
        )
        lines = [
            _line(ctx, one, await spoken_place(tx, ctx.phrases, one.platform, one.place))
            for one in problems
        ]
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
        blocks.append(Bullets(tuple(lines)))
        if len(problems) == SHOWN:
            blocks.append(Note(plain(ctx.t("delivery.more", n=SHOWN))))
    stuck = counts.get(DeliveryState.FAILED, 0) + counts.get(DeliveryState.REVIEW, 0)
    if len(problems) < SHOWN:
        own = sum(problem.state in ENDED for problem in problems)
        if stuck > own:
            blocks.append(Note(plain(ctx.phrases.tn("delivery.elsewhere", stuck - own))))
        stuck = own
    sentence = (
        ctx.phrases.tn("delivery.problems", stuck)
        if stuck
        else ctx.t("delivery.waiting_long" if problems else "delivery.fine")
    )
    return said(sentence, *blocks, buttons=tuple(_buttons(ctx, problems)))


def _buttons(ctx: Context, problems: Sequence[DeliveryProblem]) -> Iterator[Button]:
    ended = [problem for problem in problems if problem.state in ENDED]
    if sum(problem.state is DeliveryState.REVIEW for problem in ended) > TAPPED:
        for step in DeliveryStep:
            yield Button(ctx.t(f"delivery.button.all.{step}"), f"delivery {step} all")
        ended = ended[: TAPPED - 1]
    for problem in ended[:TAPPED]:
        for step in DeliveryStep:
            label = ctx.t(f"delivery.button.{step}", code=problem.code)
            yield Button(label, f"delivery {step} {problem.code}")


def _line(ctx: Context, problem: DeliveryProblem, where: str) -> Line:
    error = explained(problem.error, ctx.phrases)
    words = [problem.code, problem.account, where, ctx.phrases.instant(problem.due_at), error]
    return (
        Span(ctx.phrases.label(problem.state), bold=True),
        Span(" · " + " · ".join(word for word in words if word)),
    )
