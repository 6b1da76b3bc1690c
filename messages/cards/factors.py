"""The key factors of renewal: a line a factor, and a picture of their effects."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from messages.charts.bars import Bar, bars_chart
from messages.health_words import odds_words, signal_words
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
from scoring.model import Money

if TYPE_CHECKING:
    from scoring.learning.factors import Factor

SHOWN = 8


def factors_card(
    n: int,
    lost: int,
    found: Sequence[Factor],
    phrases: Phrasebook,
    *,
    currency: str | None = None,
) -> Message:
    """Significant factors of `n` decided renewals, the surest first; amounts with a `currency`."""
    title = phrases.t("factors.title")
    told = [factor for factor in found if factor.significant]
    if not told:
        why = "factors.none" if found else "factors.too_few" if n else "factors.nothing"
        said = phrases.t(why)
        blocks: tuple[Block, ...] = (Heading(title), Paragraph(plain(said)))
        if n:
            blocks += (Note(plain(phrases.t("learning.decided", n=n, lost=lost))),)
        return Message(f"{title}: {said}", blocks)
    lines = [_line(factor, phrases, currency) for factor in told[:SHOWN]]
    sample = phrases.t("learning.decided", n=n, lost=lost)
    notes = [phrases.t("factors.association"), phrases.t("factors.odds")]
    if len(told) > SHOWN:
        notes.insert(0, phrases.t("factors.rest", n=len(told) - SHOWN))
    drawn = [factor for factor in told[:SHOWN] if math.isfinite(factor.effect)]
    words = "; ".join(
        f"{signal_words(phrases, factor.name)} {odds_words(phrases, factor.effect)}"
        for factor in drawn
    )
    picture = (
        Attachment(
            "factors.png",
            "image/png",
            bars_chart(title, [_bar(factor, phrases) for factor in drawn]),
            alt=f"{title}. {words}",
        )
        if drawn
        else None
    )
    return Message(
        f"{title}: {words}",
        (
            Heading(title),
            Paragraph(plain(sample)),
            Bullets(tuple(lines)),
            *(Note(plain(note)) for note in notes),
        ),
        attachments=() if picture is None else (picture,),
    )


def _line(factor: Factor, phrases: Phrasebook, currency: str | None) -> Line:
    thirds = {
        "best": phrases.percent(factor.best_third),
        "worst": phrases.percent(factor.worst_third),
        "n": factor.n,
    }
    if math.isfinite(factor.effect):
        said = phrases.t(
            "factors.line",
            **thirds,
            effect=odds_words(phrases, factor.effect),
            low=odds_words(phrases, factor.low),
            high=odds_words(phrases, factor.high),
        )
    else:
        said = phrases.t("factors.line_alone", **thirds)
    spans = [Span(signal_words(phrases, factor.name), bold=True), Span(said)]
    if factor.contested:
        spans.append(Span(f" · {phrases.t('factors.contested')}", muted=True))
    if currency is not None and factor.weak_arr > 0:
        amount = phrases.money(Money(Decimal(round(factor.weak_arr)), currency))
        spans.append(Span(f" · {phrases.t('factors.weak_arr', amount=amount)}", muted=True))
    return tuple(spans)


def _bar(factor: Factor, phrases: Phrasebook) -> Bar:
    """As long as the logarithm, so that half and double the odds are equally far from none."""
    return Bar(
        signal_words(phrases, factor.name),
        math.log(factor.effect),
        odds_words(phrases, factor.effect),
        good=factor.effect >= 1,
        low=math.log(factor.low),
        high=math.log(factor.high),
    )
