"""Notices: a sentence of the catalogue for certain people, with taps under it.

Like every row of the outbox a notice is facts, not text: it is said in its reader's language when
it is sent, if it is still true then. Names in its parameters stay text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from handlers.announcing_truth import outdated
from handlers.announcing_types import Composed
from handlers.audience import Desks, doors_of
from handlers.holdings import holdings_card
from handlers.rules import Rules
from messages.i18n import Phrasebook
from messages.model import Block, Button, Divider, Message, Note, Paragraph, plain
from messages.places import direct_place
from scoring.model import Person
from storage.countdown_routes import Audience
from storage.outbox import Delivery, Notification
from storage.transaction import Tx

NOTICE = "notice"
"""The kind of its deliveries."""

MOST_BUTTONS = 6
"""As many as a WeCom card draws."""


@dataclass(frozen=True, slots=True)
class Tap:
    """A button: the key of its label with parameters, and the chat line behind it."""

    label: str
    line: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """What is said. Parameters are texts and numbers; `notes` are sentences without any.

    `holdings_of` adds what a person answers for, as its reader may see it. The notice is dropped
    when the setting `while_set` is gone by the time it would be sent.
    """

    say: str
    params: Mapping[str, object] = field(default_factory=dict)
    taps: tuple[Tap, ...] = ()
    holdings_of: int | None = None
    while_set: str = ""
    notes: tuple[str, ...] = ()

    def facts(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "say": self.say,
            "with": dict(self.params),
            "taps": [[tap.label, tap.line, dict(tap.params)] for tap in self.taps],
            "holdings_of": self.holdings_of,
            "while_set": self.while_set,
            "notes": list(self.notes),
        }


async def tell(
    tx: Tx,
    people: Iterable[Person],
    notice: Notice,
    *,
    once: str,
    rules: Rules,
    now: datetime,
    at_once: bool = False,
    on: str | None = None,
) -> list[Person]:
    """Put a notice for each, in their working hours unless `at_once`; returns who has a place.

    `once` names the occasion: the same person is told of it a single time. `on` prefers a platform.
    """
    desks = Desks(rules, now)
    told: list[Person] = []
    rows: list[Notification] = []
    for person in people:
        for platform, place in _doors(person, rules, on)[:1]:
            told.append(person)
            route = desks.route(Audience.PERSON, platform, place, person=person)
            rows.append(
                Notification(
                    key=f"{NOTICE}:{once}:{person.id}",
                    kind=NOTICE,
                    platform=platform,
                    place=place,
                    due_at=now if at_once else route.due_at,
                    person_id=person.id,
                    facts=notice.facts(),
                    alone=bool(notice.taps) or notice.holdings_of is not None,
                )
            )
    await tx.outbox.put(rows, now=now)
    return told


def _doors(person: Person, rules: Rules, on: str | None) -> list[tuple[str, str]]:
    preferred = direct_place(person, on, wecom=rules.wecom_direct) if on else None
    return [(on, preferred)] if on and preferred else doors_of(person, rules)


async def noticed(
    tx: Tx, rows: Sequence[Delivery], person: Person | None, rules: Rules, now: datetime
) -> Composed:
    """What the notices of one place say; those that are not true any more are dropped."""
    phrases = Phrasebook((person and person.locale) or rules.locale, rules.zone)
    kept: list[Delivery] = []
    over = await outdated(tx, rows)
    for row in rows:
        if row.id in over:
            continue
        key = row.facts.get("while_set")
        if person is not None and person.linked and (not key or await tx.settings.get(key)):
            kept.append(row)
    messages = [await _message(tx, row, person, phrases, rules, now) for row in kept if person]
    ids = tuple(row.id for row in kept)
    gone = tuple(row.id for row in rows if row.id not in ids)
    return Composed(together(messages), phrases.locale, kept=ids, superseded=gone)


def together(messages: Sequence[Message]) -> Message | None:
    """Several messages of one place as one, as many taps as a card draws; None for none."""
    if not messages:
        return None
    first, *others = messages
    for other in others:
        buttons = (*first.buttons, *other.buttons)[:MOST_BUTTONS]
        first = replace(first, blocks=(*first.blocks, Divider(), *other.blocks), buttons=buttons)
    return first


async def _message(
    tx: Tx, row: Delivery, person: Person, phrases: Phrasebook, rules: Rules, now: datetime
) -> Message:
    facts = row.facts
    sentence = phrases.t(facts["say"], **facts["with"])
    buttons = tuple(
        Button(phrases.t(label, **params), line) for label, line, params in facts["taps"]
    )
    notes = (Note(plain(phrases.t(key))) for key in facts.get("notes", ()))
    blocks: tuple[Block, ...] = (Paragraph(plain(sentence)), *notes)
    message = Message(sentence, blocks, buttons[:MOST_BUTTONS])
    if facts.get("holdings_of") is None:
        return message
    return await holdings_card(tx, facts["holdings_of"], message, person, phrases, rules, now)
