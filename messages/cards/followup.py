"""Short follow-ups: what somebody did, for places whose cards cannot change and people concerned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from messages.cards.expansion import named
from messages.cards.parts import short_dates
from messages.i18n import Phrasebook
from messages.model import Bullets, Button, Heading, Message, Note, Paragraph, plain
from messages.warning_words import Found, reasons_words
from scoring.health.worry import Reason
from scoring.views import RenewalLine


def followup_words(renewal: RenewalLine, facts: Mapping[str, object], phrases: Phrasebook) -> str:
    """One sentence: who did what to which renewal."""
    what = str(facts.get("what", ""))
    key = f"followup.{what}"
    if renewal.expansion and phrases.has(f"expansion.{what}_told"):
        key = f"expansion.{what}_told"
    if not phrases.has(key):
        key = "followup.changed"
    until = renewal.snoozed_until
    if until is None and "until" in facts:
        until = date.fromisoformat(str(facts["until"]))
    return phrases.t(
        key,
        account=named(phrases, renewal),
        who=facts.get("who"),
        to=facts.get("to") or renewal.claimed_by or phrases.unknown(),
        stage=phrases.label(renewal.stage) if renewal.stage else phrases.unknown(),
        until=phrases.day(until) if until else phrases.unknown(),
        why=_why(renewal, facts, phrases),
    )


def _why(renewal: RenewalLine, facts: Mapping[str, object], phrases: Phrasebook) -> str:
    """The reasons, as things stood when it happened."""
    told = facts.get("why")
    if not isinstance(told, list):
        return ""
    on = date.fromisoformat(str(facts["on"]))
    return reasons_words(phrases, [Reason.of(one) for one in told], Found(renewal, on, on))


def followup_card(
    renewal: RenewalLine, facts: Mapping[str, object], phrases: Phrasebook, today: date
) -> Message:
    """The sentence with the dates, and the one tap that may follow."""
    sentence = followup_words(renewal, facts, phrases)
    buttons = [Button(phrases.t("button.show"), f"show {renewal.word}")]
    if not renewal.decided and renewal.claimed_by_id is None:
        buttons.insert(0, Button(phrases.t("button.claim"), f"claim {renewal.word}"))
    if facts.get("what") in ("undelivered", "late"):
        buttons.append(Button(phrases.t("delivery.title"), "delivery"))
    return Message(
        summary=sentence,
        blocks=(
            Paragraph(plain(sentence)),
            Note(plain(short_dates(phrases, renewal, today))),
        ),
        buttons=tuple(buttons),
        private=False,
    )


def followup_list(sentences: Sequence[str], phrases: Phrasebook) -> Message:
    """Several follow-ups of one place in one message."""
    headline = phrases.tn("followup.many", len(sentences))
    return Message(
        summary=headline,
        blocks=(Heading(headline), Bullets(tuple(plain(s) for s in sentences))),
        private=False,
    )
