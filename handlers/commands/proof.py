"""`proof`: was anything forgotten?"""

from __future__ import annotations

from handlers.context import Context
from handlers.jobs.auditor import Finding, Problem
from handlers.proof import Proof, findings_of
from handlers.registry import Group, command
from handlers.replies import said
from handlers.shared_proof import SHOWN, shares_at_hand, work_out
from messages.model import Block, Bullets, Button, Fields, Line, Message, Note, Span, plain
from scoring.model import DeliveryState
from scoring.permissions import Right, reach_of

FOUND = 5
"""Findings of the auditor named in chat."""


@command("proof", right=Right.SEE_PROOF, group=Group.TEAM, ahead=work_out)
async def proof(ctx: Context) -> Message:
    """The proof over what the viewer reads, with the exceptions that end first."""
    shares = await shares_at_hand(ctx.store, ctx.tx, ctx.rules, ctx.now)
    reach = reach_of(ctx.viewer)
    findings = await findings_of(ctx.tx, ctx.rules, ctx.now) if reach.every_team else ()
    found = shares.within(reach, limit=SHOWN, findings=findings)
    horizon_days = ctx.rules.proof_horizon_days
    figures = Fields(
        (
            (ctx.t("proof.contracts"), plain(ctx.phrases.number(found.contracts))),
            (ctx.t("proof.owned"), plain(ctx.phrases.number(found.owned))),
            (ctx.t("proof.told"), plain(ctx.phrases.number(found.told))),
            (ctx.t("proof.delivered"), plain(ctx.phrases.number(found.delivered))),
        )
    )
    counted = Note(plain(ctx.t("proof.counted")))
    asked = Note(plain(ctx.t("proof.as_of", at=shares.at, days=horizon_days)))
    ends = Note(plain(ctx.t("proof.deliveries", **_ends(ctx, found))))
    audited = _audited(ctx, found)
    if not found.exceptions:
        clean = ctx.t("proof.clean", n=found.contracts, days=horizon_days)
        if not audited:
            return said(clean, figures, counted, ends, asked)
        odd = ctx.phrases.tn("proof.findings", len(found.findings))
        return said(odd, figures, counted, *audited, ends, asked)
    blocks: list[Block] = [
        figures,
        counted,
        Bullets(tuple(_line(ctx, e.contract_no, e.problem) for e in found.exceptions)),
    ]
    if len(found.exceptions) == SHOWN:
        blocks.append(Note(plain(ctx.t("proof.more", n=SHOWN))))
    return said(
        ctx.phrases.tn("proof.exceptions", found.contracts_with_exceptions, days=horizon_days),
        *blocks,
        *audited,
        ends,
        asked,
        buttons=(Button(ctx.t("delivery.title"), "delivery"),)
        if any(e.problem in _OF_DELIVERY for e in found.exceptions)
        else (),
    )


def _ends(ctx: Context, found: Proof) -> dict[str, object]:
    counted = found.deliveries
    bad = (DeliveryState.FAILED, DeliveryState.REVIEW)
    over = (*bad, DeliveryState.SENT, DeliveryState.SUPERSEDED)
    figures = {
        "all": sum(counted.values()),
        "sent": counted[DeliveryState.SENT],
        "dropped": counted[DeliveryState.SUPERSEDED],
        "bad": sum(counted[state] for state in bad),
        "open": sum(n for state, n in counted.items() if state not in over),
    }
    return {name: ctx.phrases.number(n) for name, n in figures.items()}


def _audited(ctx: Context, found: Proof) -> list[Block]:
    """What the auditor found, each with what to do."""
    if not found.findings:
        return []
    lines = tuple(
        (
            Span(finding.subject, bold=True),
            Span(" · " + ctx.t(f"proof.finding.{_sentence(finding)}")),
        )
        for finding in found.findings[:FOUND]
    )
    more = len(found.findings) - FOUND
    blocks: list[Block] = [Note(plain(ctx.t("proof.audited"))), Bullets(lines)]
    if more > 0:
        blocks.append(Note(plain(ctx.t("proof.more_found", n=more))))
    return blocks


def _sentence(finding: Finding) -> str:
    if finding.problem is Problem.VANISHED and finding.put_back:
        return "vanished_back"
    return finding.problem.value


_OF_DELIVERY = frozenset({"failed", "needs_review", "not_delivered"})


def _line(ctx: Context, contract_no: str, problem: str) -> Line:
    return (Span(contract_no, bold=True), Span(" · " + ctx.t(f"proof.problem.{problem}")))
