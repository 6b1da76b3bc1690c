"""What happened to a renewal, a line a time, for the thread below its card."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from messages.cards.expansion import named
from messages.i18n import Phrasebook
from messages.model import Line, Message, Note, Paragraph, Span
from scoring.model import LossReason, Stage, TouchKind
from scoring.views import RenewalLine


def history_message(
    renewal: RenewalLine, facts: Mapping[str, object], phrases: Phrasebook
) -> Message:
    """One change: who did what, and when. No amounts, notes or contacts: everybody reads it.

    `facts` are of the moment it happened: `what`, `who`, `at`, and `how` with what belongs to it.
    With `named` the customer is said, too: the card above tells of several.
    """
    sentence = history_words(facts, phrases)
    at = phrases.instant(datetime.fromisoformat(str(facts["at"])), phrases.zone)
    spans: Line = (Span(sentence),)
    if facts.get("named"):
        spans = (
            Span(named(phrases, renewal), bold=True),
            Span(phrases.t("render.colon") + sentence),
        )
    summary = "".join(span.text for span in spans)
    blocks = (Paragraph(spans), Note((Span(at, muted=True),)))
    return Message(summary, blocks, private=False)


def history_words(facts: Mapping[str, object], phrases: Phrasebook) -> str:
    """The change in a few words, without the customer: `李雷认领了续约`."""
    key = f"history.{facts.get('what', '')}"
    if not phrases.has(key):
        key = "history.changed"
    told = facts.get("how")
    how: Mapping[str, object] = told if isinstance(told, Mapping) else {}
    unknown = phrases.unknown()
    until = how.get("until")
    return phrases.t(
        key,
        who=facts.get("who") or unknown,
        to=how.get("to") or unknown,
        kind=phrases.label(TouchKind(str(how["kind"]))) if "kind" in how else unknown,
        stage=phrases.label(Stage(str(how["stage"]))) if "stage" in how else unknown,
        reason=phrases.label(LossReason(str(how["reason"]))) if "reason" in how else unknown,
        until=phrases.day(date.fromisoformat(str(until))) if until else unknown,
    )
