"""What every list says of its page: which rows of how many, who has each, and where to go on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from messages.i18n import Phrasebook
from messages.model import Button, Heading, Message, Note, Paragraph, plain
from scoring.lists import DuePage, ExpansionPage
from scoring.views import RenewalLine

MOST_CLAIMS = 3
"""Claim buttons under a list; the rest of a WeCom card's six lead on."""


def total_of(page: DuePage | ExpansionPage) -> str:
    """How many there are in all; `99+` from where nobody counts on."""
    return f"{page.counted_to - 1}+" if page.more_than_counted else str(page.total)


def count_of(page: DuePage | ExpansionPage, phrases: Phrasebook) -> str:
    """Which rows of how many the page shows."""
    first = (page.ask.page - 1) * page.ask.page_size
    return phrases.t(
        "due.count", total=total_of(page), first=first + 1, last=first + len(page.rows)
    )


def empty_page(
    page: DuePage | ExpansionPage,
    phrases: Phrasebook,
    heading: str,
    *,
    nothing: str,
    notes: Sequence[str] = (),
    switch: Button | None = None,
) -> Message:
    """A page without rows: `nothing` is the key for an empty first one, a later one is not there."""
    sentence = phrases.t(nothing if page.ask.page == 1 else "due.no_such_page")
    return Message(
        sentence,
        (Heading(heading), Paragraph(plain(sentence)), *(Note(plain(note)) for note in notes)),
        (switch,) if switch else (),
    )


def page_buttons(
    page: DuePage | ExpansionPage, phrases: Phrasebook, more: str, switch: Button | None
) -> Iterator[Button]:
    """Claims, then the next page where there is one, then the other scope."""
    yield from claim_buttons(page.rows, phrases)
    if more and page.has_next:
        yield Button(phrases.t("button.more"), more)
    if switch:
        yield switch


def claim_buttons(rows: Sequence[RenewalLine], phrases: Phrasebook) -> Iterator[Button]:
    """One each for the first that nobody has."""
    free = [row for row in rows if row.claimed_by_id is None and not row.decided]
    for row in free[:MOST_CLAIMS]:
        label = phrases.t("due.claim", account=short(row.account))
        yield Button(label, f"claim {row.word}")


def who_has(row: RenewalLine, phrases: Phrasebook) -> str:
    """Who works on it, else who would be the one to."""
    if row.claimed_by:
        return row.claimed_by
    if row.owner:
        return phrases.t("due.owner_unclaimed", who=row.owner)
    return phrases.t("card.unclaimed")


def how_far(row: RenewalLine, phrases: Phrasebook, today: date) -> str:
    """How it stands, for the one who has it: asleep, or its stage."""
    if row.snoozed_until is not None and row.snoozed_until > today:
        return phrases.t("card.snoozed", on=phrases.day_short(row.snoozed_until))
    if row.claimed_by_id is None or row.stage is None:
        return phrases.t("card.unclaimed")
    return phrases.label(row.stage)


def short(name: str, characters: int = 10) -> str:
    """A name short enough for a button."""
    return name if len(name) <= characters else name[: characters - 1] + "…"
