"""The health of one customer: how they stand, why, what changed, what nobody knows, what to do."""

from __future__ import annotations

from collections.abc import Iterator

from messages.cards.parts import Asks, Pair, mood_words, no_forms, step_words
from messages.health_words import (
    CHANCE,
    band_heading,
    band_words,
    fact_words,
    marked_band,
    points_words,
    rule_words,
    signal_words,
    value_words,
)
from messages.i18n import Phrasebook
from messages.model import (
    Attachment,
    Block,
    Bullets,
    Button,
    ButtonStyle,
    Fields,
    Heading,
    Line,
    Message,
    Note,
    Paragraph,
    Span,
    Table,
    bold,
    plain,
)
from scoring.health.model import Band
from scoring.health.scored import Because, HealthView, Part, Truth, Verdict
from scoring.next_step import NextStep
from scoring.views import MoodLine, RenewalLine

MOST_CHANGES = 3

SMALL_CHANGE = 0.5
"""Points; a smaller change of a part is no news."""

_OF_SEVERAL = {"R1": 2, "O1": 2}
"""Rules over several facts, worth a word while at most so many of their facts are missing."""


def health_card(
    view: HealthView,
    account: str,
    phrases: Phrasebook,
    *,
    step: NextStep | None = None,
    renewal: RenewalLine | None = None,
    mood: MoodLine | None = None,
    asks: Asks = no_forms,
    picture: bytes | None = None,
) -> Message:
    """The card; `renewal` is the one to claim, `picture` the course of the score as a PNG."""
    headline = _headline(view, account, phrases)
    blocks: list[Block] = [
        Heading(_title(view, account, phrases)),
        Fields(tuple(_standing(view, mood, phrases))),
        *_verdicts(view, phrases),
    ]
    if step is not None:
        words = Span(step_words(phrases, step))
        blocks.append(Paragraph((Span(phrases.t("card.next_step"), bold=True), words)))
    blocks += _changes(view, phrases)
    blocks += [Paragraph(bold(phrases.t("health.parts"))), _table(view, phrases)]
    blocks += _gaps(view, phrases)
    note = phrases.t("health.note", on=view.as_of, model=view.model)
    alt = phrases.t("health.picture", account=account)
    attached = (Attachment("health.png", "image/png", picture, alt),) if picture else ()
    return Message(
        summary=headline,
        blocks=(*blocks, Note(plain(note))),
        buttons=tuple(_buttons(view, renewal, phrases, asks)),
        attachments=attached,
    )


def _title(view: HealthView, account: str, phrases: Phrasebook) -> str:
    return phrases.t("health.heading", account=account, band=marked_band(phrases, view.band))


def _headline(view: HealthView, account: str, phrases: Phrasebook) -> str:
    if view.band is None:
        return phrases.t("health.summary_unknown", account=account)
    band = band_words(phrases, view.band)
    return phrases.t("health.summary", account=account, band=band, score=view.score)


def _standing(view: HealthView, mood: MoodLine | None, phrases: Phrasebook) -> Iterator[Pair]:
    key = "health.of_100" if view.band else "health.provisional"
    score = phrases.t(key, score=view.score)
    if view.before is not None and view.before_on is not None:
        change = points_words(view.score - view.before)
        on = phrases.day_short(view.before_on)
        key = "health.since" if round(view.score - view.before, 1) else "health.as_before"
        score += phrases.t(key, change=change, on=on)
    yield phrases.t("health.score"), plain(score)
    if view.band is None or view.band is not view.score_band:
        yield phrases.t("health.band"), _band(view, phrases)
    yield phrases.t("health.p_renew"), plain(probability_words(view, phrases))
    share = phrases.percent(view.coverage)
    confidence = phrases.t(f"health.confidence.{view.confidence}")
    known = phrases.t("health.known", confidence=confidence, share=share)
    yield phrases.t("health.confidence"), plain(known)
    if mood is not None:
        yield phrases.t("health.mood"), plain(mood_words(phrases, mood))


def _band(view: HealthView, phrases: Phrasebook) -> Line:
    words = Span(band_heading(phrases, view.band), bold=True)
    if view.band is None or view.score_band is None or view.band is view.score_band:
        return (words,)
    by_score = phrases.t("health.made_worse", band=band_words(phrases, view.score_band))
    return (words, Span(by_score))


def probability_words(view: HealthView, phrases: Phrasebook) -> str:
    """How likely they renew, and whether that was learned or is only a first estimate."""
    if view.p_renew is None:
        return phrases.t("health.p_unknown")
    share = phrases.percent(view.p_renew)
    return phrases.t("health.p_default", share=share) if view.p_is_default else share


def _verdicts(view: HealthView, phrases: Phrasebook) -> list[Block]:
    said: list[Line] = []
    for verdict in view.verdicts:
        if verdict.truth is Truth.YES:
            mark = "health.chance" if verdict.rule == CHANCE else "health.alarm"
            said.append((Span(phrases.t(mark, rule=rule_words(phrases, verdict.rule)), bold=True),))
        elif _worth_a_word(verdict, view.band):
            missing = [fact_words(phrases, fact) for fact in verdict.missing]
            words = phrases.t(
                "health.possible",
                rule=rule_words(phrases, verdict.rule),
                missing=phrases.join(dict.fromkeys(missing)),
            )
            said.append(plain(words))
    return [Bullets(tuple(said))] if said else []


def _worth_a_word(verdict: Verdict, band: Band | None) -> bool:
    """A chance is nobody's concern while the customer is not even well."""
    if verdict.rule == CHANCE and band not in (Band.HEALTHY, Band.STEADY):
        return False
    most = _OF_SEVERAL.get(verdict.rule, 0)
    return verdict.truth is Truth.POSSIBLE and 0 < len(verdict.missing) <= most


def _changes(view: HealthView, phrases: Phrasebook) -> list[Block]:
    """What moved the score since last week, the largest first."""
    if view.before_on is None:
        return []
    moved = sorted(
        ((part, part.points - part.before) for part in view.parts if part.before is not None),
        key=lambda pair: -abs(pair[1]),
    )
    items = tuple(
        plain(_change(part, by, phrases))
        for part, by in moved[:MOST_CHANGES]
        if abs(by) >= SMALL_CHANGE
    )
    worse = _band_change(view, phrases)
    if worse:
        items = (plain(worse), *items)
    if not items:
        return []
    title = phrases.t("health.changed", on=phrases.day_short(view.before_on))
    return [Paragraph(bold(title)), Bullets(items)]


def _band_change(view: HealthView, phrases: Phrasebook) -> str:
    before, now = view.before_band, view.band
    if before is None or now is None or before is now:
        return ""
    return phrases.t(
        "health.band_changed", before=band_words(phrases, before), band=band_words(phrases, now)
    )


def _change(part: Part, by: float, phrases: Phrasebook) -> str:
    name = _name(part, phrases)
    points = points_words(by)
    if part.x is None:
        return phrases.t("health.moved", signal=name, points=points)
    value = value_words(phrases, part.signal, part.x)
    return phrases.t("health.moved_to", signal=name, points=points, value=value)


def _name(part: Part, phrases: Phrasebook) -> str:
    if part.because is Because.BASE:
        return phrases.t("health.base")
    return signal_words(phrases, part.signal)


def _table(view: HealthView, phrases: Phrasebook) -> Table:
    """The base, what is known by its weight in the score, and the sum."""
    base = [part for part in view.parts if part.because is Because.BASE]
    known = [part for part in view.parts if part.because in (Because.KNOWN, Because.STALE)]
    known.sort(key=lambda part: -abs(part.points))
    header = tuple(phrases.t(key) for key in ("health.what", "health.now", "health.points"))
    total = f"{view.score:.1f}"
    rows = [
        *(_row(part, phrases) for part in (*base, *known)),
        (bold(phrases.t("health.sum")), plain(phrases.t("health.most")), bold(total)),
    ]
    return Table(header, tuple(rows))


def _row(part: Part, phrases: Phrasebook) -> tuple[Line, ...]:
    if part.because is Because.BASE:
        start = plain(phrases.t("health.start"))
        return (plain(_name(part, phrases)), start, plain(f"{part.points:.1f}"))
    value = "" if part.x is None else value_words(phrases, part.signal, part.x)
    if part.because is Because.STALE and part.observed_on is not None:
        value += phrases.t("health.seen_on", on=phrases.day_short(part.observed_on))
    return plain(_name(part, phrases)), plain(value), plain(points_words(part.points))


def _gaps(view: HealthView, phrases: Phrasebook) -> list[Block]:
    """What is not known, and what was known too long ago to count fully."""
    said: list[Block] = []
    for key, signals in (("health.unknown", view.missing), ("health.stale", view.stale)):
        if signals:
            names = phrases.join([signal_words(phrases, name) for name in signals], last="")
            said.append(Paragraph((Span(phrases.t(key), bold=True), Span(names))))
    if view.band is None:
        said.append(Paragraph(plain(phrases.t("health.too_little"))))
    return said


def _buttons(
    view: HealthView, renewal: RenewalLine | None, phrases: Phrasebook, asks: Asks
) -> Iterator[Button]:
    word = f"A-{view.account_id}"
    if renewal is not None and not renewal.decided and renewal.claimed_by_id is None:
        yield Button(phrases.t("button.claim"), f"claim {renewal.word}", ButtonStyle.PRIMARY)
    for key, verb in (("button.log", "log"), ("button.mood", "mood")):
        line = f"{verb} {word}"
        yield Button(phrases.t(key), line, form=asks(line))
    yield Button(phrases.t("button.show"), f"show {word}")
