"""The report of what was lost: a table a view, and a picture of the reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from messages.charts.bars import Bar, bars_chart
from messages.i18n import Phrasebook
from messages.model import (
    Attachment,
    Block,
    Bullets,
    Heading,
    Line,
    Message,
    Note,
    Paragraph,
    Span,
    plain,
)
from scoring.losses import LossGroup, LossReport, LossView
from scoring.model import LossReason, Segment

SHOWN = 5
"""Groups of each view; a table of thirty products is for the spreadsheet."""


def losses_card(report: LossReport, phrases: Phrasebook, *, filters: Sequence[str] = ()) -> Message:
    """Why customers left; amounts only where the report has some."""
    span = phrases.t("losses.span", first=report.from_on, last=report.to_on)
    title = " · ".join((phrases.t("losses.title"), span, *filters))
    if not report.whole.n:
        none = phrases.t("losses.none")
        return Message(none, (Heading(title), Paragraph(plain(none))))
    whole = _worth(report.whole, phrases)
    said = phrases.tn("losses.whole", report.whole.n)
    if whole:
        said = phrases.t("losses.whole_worth", said=said, amount=whole)
    blocks: list[Block] = [Heading(title), Paragraph(plain(said))]
    for view in LossView:
        blocks += _view(report, view, phrases)
    if report.whole.amounts and report.whole.without_amount:
        n = report.whole.without_amount
        blocks.append(Note(plain(phrases.tn("losses.without_amount", n))))
    reasons = report.by(LossView.REASON)
    picture = Attachment(
        "losses.png",
        "image/png",
        bars_chart(title, _bars(report, phrases)),
        alt=f"{title}. {'; '.join(_words(g, LossView.REASON, phrases) for g in reasons[:SHOWN])}",
    )
    return Message(f"{title}: {said}", tuple(blocks), attachments=(picture,))


def _view(report: LossReport, view: LossView, phrases: Phrasebook) -> Iterator[Block]:
    groups = report.by(view)
    if view is not LossView.REASON and len(groups) == 1 and not groups[0].name:
        return  # nobody ever said which product: nothing to compare
    yield Paragraph((Span(phrases.t(f"losses.by_{view}"), bold=True),))
    lines: list[Line] = [
        (Span(_name(group, view, phrases)), Span(_figures(group, phrases), muted=True))
        for group in groups[:SHOWN]
    ]
    if len(groups) > SHOWN:
        rest = sum(group.n for group in groups[SHOWN:])
        lines.append((Span(phrases.tn("losses.rest", len(groups) - SHOWN, lost=rest), muted=True),))
    yield Bullets(tuple(lines))


def _words(group: LossGroup, view: LossView, phrases: Phrasebook) -> str:
    return _name(group, view, phrases) + _figures(group, phrases)


def _figures(group: LossGroup, phrases: Phrasebook) -> str:
    worth = _worth(group, phrases)
    return f" · {phrases.tn('losses.n', group.n)}" + (f" · {worth}" if worth else "")


def _bars(report: LossReport, phrases: Phrasebook) -> list[Bar]:
    """As long as what was lost; as often as it happened where amounts have no common length."""
    comparable = len(report.whole.amounts) == 1
    bars = []
    for group in report.by(LossView.REASON):
        length = float(sum(amount.amount for amount in group.amounts)) if comparable else group.n
        words = _figures(group, phrases).removeprefix(" · ")
        bars.append(Bar(_name(group, LossView.REASON, phrases), length, words, good=False))
    return bars


def _worth(group: LossGroup, phrases: Phrasebook) -> str:
    return " + ".join(phrases.money(amount) for amount in group.amounts)


def _name(group: LossGroup, view: LossView, phrases: Phrasebook) -> str:
    if not group.name:
        return phrases.t(f"losses.no_{view}")
    if view is LossView.REASON and group.name in list(LossReason):
        return phrases.label(LossReason(group.name))
    return phrases.label(Segment(group.name)) if view is LossView.SEGMENT else group.name
