"""The customer in one card: who, contracts, people, touches, tickets, payments, usage, voices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from messages.cards.parts import (
    Asks,
    Pair,
    action_buttons,
    left,
    mood_words,
    no_forms,
    short_dates,
    state_words,
    step_words,
)
from messages.health_words import CHANCE, health_in_a_line, rule_words
from messages.i18n import Phrasebook
from messages.model import (
    Block,
    Bullets,
    Button,
    Divider,
    Fields,
    Heading,
    Line,
    Message,
    Note,
    Paragraph,
    Span,
    bold,
    plain,
)
from scoring.model import ContactRole, ContractStatus
from scoring.next_step import next_step
from scoring.offers import DEFAULT_OFFERS, Offer
from scoring.views import ContactLine, CustomerView, RenewalLine, TouchLine

NOTE_CHARACTERS = 120
"""Of a touch's note on the card; the whole of it is in the book."""

MOST_CUSTOM = 6


def customer_card(
    view: CustomerView,
    phrases: Phrasebook,
    today: date,
    *,
    focus: RenewalLine | None = None,
    asks: Asks = no_forms,
    offers: Sequence[Offer] = DEFAULT_OFFERS,
) -> Message:
    """The card; `focus` is the renewal its buttons act on, else the one that comes first."""
    running = [r for r in view.renewals if r.status is ContractStatus.ACTIVE]
    focus = focus or (running[0] if running else None)
    blocks: list[Block] = [Heading(view.name), Fields(tuple(_who(view, phrases)))]
    alarms = tuple(_rules(view, phrases))
    if alarms:
        blocks.append(Bullets(alarms))
    blocks += _contracts(view, phrases, today)
    if focus is not None:
        step = next_step(focus, view, today, offers)
        if step is not None:
            sentence = step_words(phrases, step)
            blocks.append(Paragraph((Span(phrases.t("card.next_step"), bold=True), Span(sentence))))
    blocks += _part(phrases, "card.touches", [_touch(phrases, t) for t in view.touches])
    if not view.touches:
        blocks.append(Paragraph(plain(phrases.t("card.no_touches"))))
    blocks += _part(phrases, "card.contacts", [_contact(phrases, c) for c in view.contacts])
    facts = list(_facts(view, phrases, today))
    if facts:
        blocks += [Divider(), Fields(tuple(facts))]
    blocks += _part(phrases, "card.goals", list(_goals(view, phrases)))
    hidden = list(_hidden(view, phrases))
    if hidden:
        blocks.append(Note(plain(phrases.t("card.hidden", what=phrases.join(hidden)))))
    return Message(
        summary=_summary(view, focus, phrases, today),
        blocks=tuple(blocks),
        buttons=_buttons(view, focus, phrases, asks),
    )


def _summary(
    view: CustomerView, focus: RenewalLine | None, phrases: Phrasebook, today: date
) -> str:
    if focus is None:
        return phrases.t("card.summary_nothing", account=view.name)
    return phrases.t("card.summary", account=view.name, dates=short_dates(phrases, focus, today))


def _who(view: CustomerView, phrases: Phrasebook) -> Iterator[Pair]:
    if view.health is not None:
        yield phrases.t("card.health"), plain(health_in_a_line(phrases, view.health))
    yield phrases.t("card.segment"), plain(phrases.label(view.segment))
    if view.team:
        yield phrases.t("card.team"), plain(view.team)
    for key, value in (
        ("card.csm", view.csm),
        ("card.account_executive", view.account_executive),
        ("card.industry", view.industry),
        ("card.region", view.region),
    ):
        if value:
            yield phrases.t(key), plain(value)
    if not (view.csm or view.account_executive):
        owners = dict.fromkeys(r.owner for r in view.renewals if r.owner)
        names = phrases.join(list(owners), last="") or phrases.t("card.no_owner")
        yield phrases.t("card.owner"), plain(names)
    for name, value in list(view.custom.items())[:MOST_CUSTOM]:
        yield name, plain(value)


def _contracts(view: CustomerView, phrases: Phrasebook, today: date) -> list[Block]:
    if not view.renewals:
        return [Paragraph(plain(phrases.t("card.no_contracts")))]
    items = [_contract(phrases, renewal, today) for renewal in view.renewals]
    more = view.contracts_n - len(view.renewals)
    if more > 0:
        items.append((Span(phrases.tn("card.more_contracts", more), muted=True),))
    return _part(phrases, "card.contracts", items)


def _contract(phrases: Phrasebook, renewal: RenewalLine, today: date) -> Line:
    parts = [short_dates(phrases, renewal, today)]
    if not renewal.decided and renewal.ends_on is not None:
        parts.append(left(phrases, renewal, today))
    if renewal.shows_amount:
        parts.append(phrases.t("card.per_year", amount=phrases.money(renewal.arr)))
    if renewal.seats:
        parts.append(phrases.tn("card.seats", renewal.seats))
    parts.append(state_words(phrases, renewal))
    if not renewal.decided:
        if renewal.auto_renew:
            parts.append(phrases.t("card.renews_itself"))
        if renewal.claimed_by:
            parts.append(phrases.t("card.claimed_by_who", who=renewal.claimed_by))
        elif renewal.opportunity_id:
            parts.append(phrases.t("card.unclaimed"))
        if renewal.snoozed_until is not None and renewal.snoozed_until > today:
            parts.append(phrases.t("card.snoozed", on=phrases.day_short(renewal.snoozed_until)))
    what = renewal.product or renewal.contract_no
    number = "" if what == renewal.contract_no else f" {renewal.contract_no}"
    return (Span(what, bold=True), Span(number, muted=True), Span(" · " + " · ".join(parts)))


def _touch(phrases: Phrasebook, touch: TouchLine) -> Line:
    kind = phrases.label(touch.kind)
    head = [phrases.day_short(touch.at.astimezone(phrases.zone).date()), kind]
    if touch.contact:
        head.append(phrases.t("card.with", contact=touch.contact))
    if touch.who:
        head.append(touch.who)
    spans = [Span(" · ".join(head))]
    if touch.note:
        note = " ".join(touch.note.split())
        cut = note if len(note) <= NOTE_CHARACTERS else note[: NOTE_CHARACTERS - 1] + "…"
        spans.append(Span(phrases.t("render.colon") + cut))
    if touch.next_on is not None:
        on = phrases.day_short(touch.next_on)
        spans.append(Span(phrases.t("card.next_touch", on=on), muted=True))
    return tuple(spans)


def _contact(phrases: Phrasebook, contact: ContactLine) -> Line:
    role = contact.role
    if role in set(ContactRole):
        role = phrases.label(ContactRole(role))
    parts = [part for part in (role, contact.title, contact.phone, contact.email) if part]
    if contact.left_on is not None:
        parts.append(phrases.t("card.has_left"))
    return (Span(contact.name, bold=True), Span("".join(f" · {part}" for part in parts)))


def _facts(view: CustomerView, phrases: Phrasebook, today: date) -> Iterator[Pair]:
    usage = view.usage
    if usage is not None:
        active = phrases.number(usage.active, 0)
        text = (
            phrases.t("card.usage_of", active=active, licensed=phrases.number(usage.licensed, 0))
            if usage.licensed
            else phrases.t("card.usage", active=active)
        )
        if usage.change is not None:
            key = "card.usage_up" if usage.change >= 0 else "card.usage_down"
            text += phrases.t(key, change=phrases.percent(abs(usage.change)))
        yield phrases.t("card.usage_label"), plain(text)
    if view.tickets:
        first = view.tickets[0]
        name = " ".join(part for part in (first.ticket_no, first.subject) if part)
        text = phrases.tn(
            "card.tickets", view.tickets_n, oldest=name, on=phrases.day_short(first.opened_on)
        )
        yield phrases.t("card.tickets_label"), plain(text)
    if view.overdue:
        worst = view.overdue[0]
        text = phrases.tn(
            "card.overdue",
            view.overdue_n,
            invoice=worst.invoice_no,
            days=(today - worst.due_on).days,
        )
        if worst.amount is not None:
            text += phrases.t("card.in_brackets", text=phrases.money_exact(worst.amount))
        yield phrases.t("card.overdue_label"), plain(text)
    for survey in view.surveys:
        text = phrases.t(
            "card.survey",
            score=phrases.number(survey.score),
            on=phrases.day_short(survey.answered_on),
        )
        if survey.comment:
            text += phrases.t("card.in_brackets", text=survey.comment[:80])
        yield survey.kind.upper(), plain(text)
    if view.mood is not None:
        yield phrases.t("health.mood"), plain(mood_words(phrases, view.mood))
    if view.events:
        items = []
        for event in view.events:
            answer = f"event_response.{event.response}" if event.response else ""
            known = phrases.t(answer) if answer and phrases.has(answer) else event.response
            items.append(
                phrases.t("card.event", event=event.event, response=known or phrases.unknown())
            )
        yield phrases.t("card.events"), plain(phrases.join(items, last=""))


def _rules(view: CustomerView, phrases: Phrasebook) -> Iterator[Line]:
    """The hard rules that hold, those that speak against the customer first."""
    for rule in sorted(view.health.rules if view.health else (), key=lambda name: name == CHANCE):
        mark = "health.chance" if rule == CHANCE else "health.alarm"
        yield plain(phrases.t(mark, rule=rule_words(phrases, rule)))


def _goals(view: CustomerView, phrases: Phrasebook) -> Iterator[Line]:
    for goal in view.goals:
        spans = [Span(goal.goal)]
        if goal.value_delivered:
            spans.append(Span(phrases.t("card.delivered", value=goal.value_delivered)))
        elif goal.due_on is not None:
            spans.append(Span(phrases.t("card.goal_by", on=phrases.day(goal.due_on)), muted=True))
        yield tuple(spans)


def _hidden(view: CustomerView, phrases: Phrasebook) -> Iterator[str]:
    if any(not renewal.shows_amount for renewal in view.renewals):
        yield phrases.t("card.hidden_amounts")
    if not view.shows_notes:
        yield phrases.t("card.hidden_notes")
    if not view.shows_contact_details:
        yield phrases.t("card.hidden_contacts")


def _part(phrases: Phrasebook, key: str, items: list[Line]) -> list[Block]:
    if not items:
        return []
    return [Paragraph(bold(phrases.t(key))), Bullets(tuple(items))]


def _buttons(
    view: CustomerView, focus: RenewalLine | None, phrases: Phrasebook, asks: Asks
) -> tuple[Button, ...]:
    health = Button(phrases.t("button.health"), f"health A-{view.account_id}")
    if focus is not None and not focus.decided:
        return (*action_buttons(phrases, focus, asks, summary=False), health)
    line = f"log A-{view.account_id}"
    return (Button(phrases.t("button.log"), line, form=asks(line)), health)
