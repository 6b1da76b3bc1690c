"""A customer in a few lines, for a link to it that everybody in a channel reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from messages.cards.parts import left, short_dates, state_words
from messages.i18n import Phrasebook
from messages.model import Block, Bullets, Button, Fields, Heading, Line, Message, Span, plain
from scoring.model import Segment
from scoring.views import RenewalLine


def preview_card(
    name: str,
    segment: Segment,
    team: str | None,
    word: str,
    renewals: Sequence[RenewalLine],
    phrases: Phrasebook,
    today: date,
) -> Message:
    """Who it is, what runs, and a tap to the summary; `word` names the customer in its line."""
    pairs: list[tuple[str, Line]] = [(phrases.t("card.segment"), plain(phrases.label(segment)))]
    if team:
        pairs.append((phrases.t("card.team"), plain(team)))
    owners = dict.fromkeys(renewal.owner for renewal in renewals if renewal.owner)
    owner = phrases.join(list(owners), last="") or phrases.t("card.no_owner")
    pairs.append((phrases.t("card.owner"), plain(owner)))
    blocks: list[Block] = [Heading(name), Fields(tuple(pairs))]
    if renewals:
        blocks.append(Bullets(tuple(_renewal(phrases, renewal, today) for renewal in renewals)))
    button = Button(phrases.t("button.show"), f"show {word}")
    return Message(name, tuple(blocks), (button,), private=False)


def _renewal(phrases: Phrasebook, renewal: RenewalLine, today: date) -> Line:
    parts = [short_dates(phrases, renewal, today)]
    if renewal.ends_on is not None:
        parts.append(left(phrases, renewal, today))
    if renewal.shows_amount:
        parts.append(phrases.t("card.per_year", amount=phrases.money(renewal.arr)))
    parts.append(state_words(phrases, renewal))
    what = renewal.product or renewal.contract_no
    return (Span(what, bold=True), Span(" · " + " · ".join(parts)))
