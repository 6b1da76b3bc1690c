"""What several cards share: dates, amounts, people, and the buttons under a renewal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType

from messages.i18n import Phrasebook
from messages.model import Button, ButtonStyle, Form, Line, Mention, Span
from messages.play_words import play_words
from scoring.model import ContractStatus
from scoring.mood import mood_of
from scoring.next_step import NextStep
from scoring.offers import BUILT_IN, Offer
from scoring.views import MoodLine, RenewalLine

Asks = Callable[[str], Form | None]
"""The form that completes a line such as `snooze R-42`; None where it needs no more."""

LONGEST_ABOUT = 60
"""Characters of what a next step is about: a goal can be a paragraph."""

Pair = tuple[str, Line]

Mentions = Mapping[int, Mention]
"""Colleagues to be notified by a card for everybody, by id."""

NOBODY: Mentions = MappingProxyType({})


def no_forms(_line: str) -> Form | None:
    """For places where nothing is asked."""
    return None


def left_to_notice(phrases: Phrasebook, on: date, today: date) -> str:
    """How long notice can still be given: a term does not end on that day."""
    days = (on - today).days
    if days > 0:
        return phrases.days_left(days)
    return phrases.t("card.notice_today") if days == 0 else phrases.tn("card.notice_over", -days)


def left(phrases: Phrasebook, renewal: RenewalLine, today: date) -> str:
    """How long until the date that comes next: `还剩 12 天`; a dash where there is none."""
    on = renewal.next_on(today)
    if on is None:
        return "–"
    if on == renewal.cancel_by_on:
        return left_to_notice(phrases, on, today)
    return phrases.days_left((on - today).days)


def _dated(phrases: Phrasebook, on: date, text: str) -> list[Span]:
    return [Span(phrases.day(on), bold=True), Span(phrases.t("card.in_brackets", text=text))]


def both_dates(phrases: Phrasebook, renewal: RenewalLine, today: date) -> list[Pair]:
    """The cancel-by date and the end, both always shown [5]."""
    notice: list[Span] = [Span(phrases.t("card.no_notice"), muted=True)]
    if renewal.cancel_by_on is not None:
        on = renewal.cancel_by_on
        notice = _dated(phrases, on, left_to_notice(phrases, on, today))
    ends: list[Span] = [Span(phrases.t("card.open_ended"), muted=True)]
    if renewal.ends_on is not None:
        ends = _dated(phrases, renewal.ends_on, phrases.days_left((renewal.ends_on - today).days))
    if renewal.auto_renew:
        ends.append(Span(phrases.t("card.and_renews_itself")))
    return [
        (phrases.t("card.cancel_by"), tuple(notice)),
        (phrases.t("card.ends_on"), tuple(ends)),
    ]


def short_dates(phrases: Phrasebook, renewal: RenewalLine, today: date) -> str:
    """Both dates in a few words: `12月16日前通知，1月15日到期`."""
    if renewal.ends_on is None:
        return phrases.t("card.open_ended")
    ends = _day(phrases, renewal.ends_on, today)
    if renewal.cancel_by_on is None:
        return phrases.t("card.short_end", end=ends)
    notice = _day(phrases, renewal.cancel_by_on, today)
    return phrases.t("card.short_both", notice=notice, end=ends)


def _day(phrases: Phrasebook, on: date, today: date) -> str:
    """Without the year where nobody could take it for another one."""
    near = abs((on - today).days) < 300
    return phrases.day_short(on) if near else phrases.day(on)


def amount_pairs(phrases: Phrasebook, renewal: RenewalLine) -> list[Pair]:
    """The annual amount, unless it is hidden from the reader."""
    if not renewal.shows_amount:
        return []
    return [(phrases.t("card.arr"), (Span(phrases.money(renewal.arr)),))]


def who_pairs(phrases: Phrasebook, renewal: RenewalLine, mentions: Mentions = NOBODY) -> list[Pair]:
    """Who answers for it and who works on it: two different people at times."""
    owner = renewal.owner or phrases.t("card.no_owner")
    named = Span(owner, mention=mentions.get(renewal.owner_id or 0))
    pairs: list[Pair] = [(phrases.t("card.owner"), (named,))]
    if renewal.status is not ContractStatus.ACTIVE:
        return pairs
    claimed = renewal.claimed_by or phrases.t("card.unclaimed")
    # Whoever is both is called once.
    another = renewal.claimed_by_id if renewal.claimed_by_id != renewal.owner_id else None
    worker = Span(claimed, mention=mentions.get(another or 0))
    return [*pairs, (phrases.t("card.claimed_by"), (worker,))]


def state_words(phrases: Phrasebook, renewal: RenewalLine) -> str:
    """The stage, or what became of the term."""
    if renewal.stage is not None:
        return phrases.label(renewal.stage)
    return phrases.label(renewal.status)


def title_of(renewal: RenewalLine) -> str:
    """The customer with the product where it has one."""
    return f"{renewal.account} · {renewal.product}" if renewal.product else renewal.account


def mood_words(phrases: Phrasebook, mood: MoodLine) -> str:
    """Our own impression: what, whose, when, and why where the reader may see that."""
    label = phrases.label(mood_of(mood.value))
    on = phrases.day_short(mood.observed_on)
    told = (
        phrases.t("mood.told_by", mood=label, who=mood.who, on=on)
        if mood.who
        else phrases.t("mood.told", mood=label, on=on)
    )
    return phrases.t("mood.told_why", told=told, note=mood.note) if mood.note else told


def step_words(phrases: Phrasebook, step: NextStep) -> str:
    """The next best step as a sentence, and what could be offered with it."""
    sentence = phrases.tn(
        f"step.{step.step.value}",
        max(step.n, 1) if not step.of else step.n,
        about=_cut(step.about),
        of=step.of,
        change=phrases.percent(abs(step.change)),
        score=phrases.number(step.change),
        play=play_words(phrases, step.play) if step.play else "",
    )
    if step.offer is None:
        return sentence
    return phrases.t("step.with_offer", step=sentence, offer=_offer_words(phrases, step.offer))


def _offer_words(phrases: Phrasebook, offer: Offer) -> str:
    return phrases.t(f"offer.{offer.name}") if offer.name in BUILT_IN else offer.name


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST_ABOUT else name[: LONGEST_ABOUT - 1] + "…"


def action_buttons(
    phrases: Phrasebook, renewal: RenewalLine, asks: Asks, *, summary: bool = True
) -> tuple[Button, ...]:
    """What can be done about a renewal now; six at most, as a WeCom card draws."""
    show = Button(phrases.t("button.show"), f"show {renewal.word}")
    if renewal.decided:
        return (show,) if summary else ()
    word = renewal.word

    def asking(key: str, verb: str, style: ButtonStyle = ButtonStyle.PLAIN) -> Button:
        line = f"{verb} {word}"
        return Button(phrases.t(key), line, style, form=asks(line))

    buttons = []
    if renewal.claimed_by_id is None:
        buttons.append(Button(phrases.t("button.claim"), f"claim {word}", ButtonStyle.PRIMARY))
    buttons += [asking("button.log", "log"), asking("button.snooze", "snooze")]
    if summary:
        buttons.append(show)
    buttons += [asking("button.won", "won"), asking("button.lost", "lost", ButtonStyle.DANGER)]
    return tuple(buttons)
