"""Alerts: why this one, why now, what changed, and the next best step [12]."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from messages.cards.due import renewal_table
from messages.cards.pages import claim_buttons
from messages.cards.parts import (
    NOBODY,
    Asks,
    Mentions,
    action_buttons,
    amount_pairs,
    both_dates,
    no_forms,
    step_words,
    title_of,
    who_pairs,
)
from messages.health_words import estimate_note, health_in_a_line
from messages.i18n import Phrasebook
from messages.model import (
    Block,
    Button,
    ButtonStyle,
    Fields,
    Heading,
    Line,
    Message,
    Note,
    Paragraph,
    Span,
    plain,
)
from scoring.model import Anchor, Stage
from scoring.next_step import Step, next_step
from scoring.offers import DEFAULT_OFFERS, Offer
from scoring.views import AlertView, RenewalLine


def alert_card(
    view: AlertView,
    phrases: Phrasebook,
    *,
    asks: Asks = no_forms,
    mentions: Mentions = NOBODY,
    offers: Sequence[Offer] = DEFAULT_OFFERS,
) -> Message:
    """The card of one milestone or escalation; once decided it says so and offers nothing more.

    `mentions` are called by it while there is something to do: the owner, and who works on it.
    """
    renewal = view.renewal
    headline = headline_of(view, phrases)
    pairs = [
        *both_dates(phrases, renewal, view.today),
        *amount_pairs(phrases, renewal),
        *who_pairs(phrases, renewal, NOBODY if renewal.decided else mentions),
        (phrases.t("card.number"), plain(renewal.contract_no)),
    ]
    if renewal.health is not None and not renewal.decided:
        words = health_in_a_line(phrases, renewal.health)
        pairs.append((phrases.t("card.health"), plain(words)))
    blocks: list[Block] = [Heading(headline), Fields(tuple(pairs))]
    if renewal.decided:
        blocks.append(Paragraph(plain(decided_words(renewal, phrases))))
    else:
        blocks.append(_labelled(phrases, "alert.why", _why(view, phrases)))
        blocks.append(_labelled(phrases, "alert.now", _why_now(view, phrases)))
        changed = list(_changes(view, phrases))
        if changed:
            words = phrases.t("alert.between").join(changed)
            blocks.append(_labelled(phrases, "alert.changed", words))
        step = next_step(renewal, view.customer, view.today, offers)
        if step is not None:
            words = step_words(phrases, step)
            if view.escalated and step.step is Step.CLAIM:
                words = phrases.t("alert.step_assign")
            blocks.append(_labelled(phrases, "alert.step", words))
    buttons = action_buttons(phrases, renewal, asks)
    if view.escalated and not renewal.decided:
        buttons = _with_assign(phrases, renewal, asks, buttons)
    return Message(summary=headline, blocks=tuple(blocks), buttons=buttons, private=False)


def _with_assign(
    phrases: Phrasebook, renewal: RenewalLine, asks: Asks, buttons: Sequence[Button]
) -> tuple[Button, ...]:
    """A lead hands it to somebody; recording a win gives way where only six buttons are drawn."""
    line = f"assign {renewal.word}"
    assign = Button(phrases.t("button.assign"), line, ButtonStyle.PRIMARY, form=asks(line))
    return (assign, *(button for button in buttons if not button.line.startswith("won")))


def headline_of(view: AlertView, phrases: Phrasebook) -> str:
    """What happened in one line, with the date it is about."""
    renewal = view.renewal
    what = title_of(renewal)
    if renewal.decided:
        return phrases.t("alert.closed", what=what, state=_outcome(renewal, phrases))
    if view.escalated:
        return phrases.t("alert.escalated", what=what)
    if view.lapsed:
        return phrases.t("alert.lapsed", what=what, on=renewal.ends_on)
    if view.renews_itself:
        return phrases.t("alert.renews_itself", what=what)
    on = renewal.cancel_by_on if view.anchor is Anchor.CANCEL_BY else renewal.ends_on
    days = (on - view.today).days if on else 0
    name = "cancel_by" if view.anchor is Anchor.CANCEL_BY else "end"
    if days == 0:
        return phrases.t(f"alert.{name}_today", what=what)
    if days < 0:
        return phrases.tn(f"alert.{name}_over", -days, what=what)
    return phrases.tn(f"alert.{name}_in", days, what=what)


def alert_list(
    views: Sequence[AlertView],
    phrases: Phrasebook,
    *,
    more: int = 0,
    switch: str = "due",
    mentions: Mentions = NOBODY,
) -> Message:
    """Many alerts of one place as one message; `more` are not listed."""
    today = views[0].today
    rows = [view.renewal for view in views]
    headline = phrases.tn("alert.many", len(views) + more)
    urgent = headline_of(views[0], phrases)
    blocks: list[Block] = [
        Heading(headline),
        Paragraph((Span(phrases.t("alert.first"), bold=True), Span(urgent))),
        renewal_table(rows, phrases, today, mentions=mentions),
    ]
    blocks += estimate_note(phrases, (row.health for row in rows))
    if more:
        blocks.append(Note(plain(phrases.tn("alert.more", more))))
    buttons = (*claim_buttons(rows, phrases), Button(phrases.t("alert.see_all"), switch))
    return Message(headline, tuple(blocks), buttons, private=False)


def decided_words(renewal: RenewalLine, phrases: Phrasebook) -> str:
    """What became of it."""
    return phrases.t("alert.decided", state=_outcome(renewal, phrases))


def _outcome(renewal: RenewalLine, phrases: Phrasebook) -> str:
    decided = renewal.stage is not None and renewal.stage.decided
    return phrases.label(renewal.stage if renewal.stage and decided else renewal.status)


def _labelled(phrases: Phrasebook, key: str, text: str) -> Paragraph:
    line: Line = (Span(phrases.t(key), bold=True), Span(text))
    return Paragraph(line)


def _why(view: AlertView, phrases: Phrasebook) -> str:
    renewal = view.renewal
    if view.escalated:
        return phrases.t("alert.why_escalated")
    if renewal.claimed_by is None:
        return phrases.t("alert.why_unclaimed")
    if renewal.stage in (None, Stage.OPEN):  # claimed, and no more is known: "open" is no news
        return phrases.t("alert.why_claimed", who=renewal.claimed_by)
    stage = phrases.label(renewal.stage)
    return phrases.t("alert.why_undecided", who=renewal.claimed_by, stage=stage)


def _why_now(view: AlertView, phrases: Phrasebook) -> str:
    if view.escalated:
        return phrases.t("alert.now_escalated")
    if view.lapsed:
        return phrases.t("alert.now_lapsed")
    if view.renews_itself:
        return phrases.t("alert.now_renews_itself")
    if view.offset == 0:
        name = "alert.now_last_notice" if view.anchor is Anchor.CANCEL_BY else "alert.now_end"
        return phrases.t(name)
    key = "alert.now_cancel_by" if view.anchor is Anchor.CANCEL_BY else "alert.now_end_in"
    return phrases.tn(key, view.offset)


def _changes(view: AlertView, phrases: Phrasebook) -> Iterator[str]:
    customer, until = view.customer, view.renewal.snoozed_until
    if until is not None and until > view.today:
        yield phrases.t("card.snoozed", on=phrases.day_short(until))
    if customer is None:
        return
    since = view.since_on
    last = customer.touches[0] if customer.touches else None
    if last is None:
        yield phrases.t("alert.never_touched")
    else:
        on = last.at.astimezone(phrases.zone).date()
        if since is not None and on < since:
            yield phrases.t("alert.no_touch_since", on=_ago(phrases, on, view.today))
        else:
            yield phrases.t(
                "alert.touched", kind=phrases.label(last.kind), on=_ago(phrases, on, view.today)
            )
    if customer.tickets_n:
        yield phrases.tn("alert.tickets", customer.tickets_n)
    if customer.overdue_n:
        yield phrases.tn("alert.overdue", customer.overdue_n)
    usage = customer.usage
    if usage is not None and usage.change is not None and abs(usage.change) >= 0.1:
        key = "alert.usage_up" if usage.change > 0 else "alert.usage_down"
        yield phrases.t(key, change=phrases.percent(abs(usage.change)))


def _ago(phrases: Phrasebook, on: date, today: date) -> str:
    return phrases.days_away((on - today).days)
