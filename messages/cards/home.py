"""Somebody's Home: what is urgent, what they promised, what is at risk, how they want it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from messages.cards.expansion import MOST_REASONS, reasons_of, worth
from messages.cards.pages import total_of
from messages.cards.parts import Asks, left, no_forms, short_dates, title_of
from messages.health_words import health_in_a_line
from messages.i18n import Phrasebook
from messages.model import Button, ButtonStyle, Paragraph, Span, bold, plain
from messages.page import Page, Part, Row
from scoring.home import AtRisk, HomeView, RiskSign, Sign, Task, Urgency, urgency_of
from scoring.lists import ExpansionPage
from scoring.model import Locale
from scoring.permissions import Right
from scoring.views import RenewalLine

MOST_OF = {Urgency.LATE: 6, Urgency.WEEK: 6, Urgency.MONTH: 6, Urgency.QUARTER: 4}
"""Rows drawn of each; the list behind the button has the rest."""


def home_page(view: HomeView, phrases: Phrasebook, *, asks: Asks = no_forms) -> Page:
    """Everything, the most urgent first; a newcomer is shown around before that."""
    parts = [_overview(view, phrases, asks)]
    if view.newcomer:
        parts.append(_tour(view, phrases))
    parts.extend(_urgent(view, phrases))
    if view.tasks:
        parts.append(_tasks(view.tasks, view, phrases, asks))
    if view.at_risk:
        parts.append(_at_risk(view.at_risk, phrases))
    if view.expansions is not None and view.expansions.rows:
        parts.append(_expansions(view.expansions, view, phrases))
    parts.append(_preferences(view, phrases, asks))
    return Page(tuple(parts))


def stranger_page(phrases: Phrasebook, *, admitted: bool = True) -> Page:
    """What somebody sees whom the book does not know: how to be known, and no customer.

    Who is not `admitted` (guests, people of other companies) is told that and nothing else.
    """
    key = "home.stranger" if admitted else "home.not_admitted"
    link = (Button(phrases.t("home.link"), "link", ButtonStyle.PRIMARY),) if admitted else ()
    blocks = (Paragraph(plain(phrases.t(key))),)
    return Page((Part(phrases.t("home.title"), blocks, buttons=link),))


def _overview(view: HomeView, phrases: Phrasebook, asks: Asks) -> Part:
    counts = [
        phrases.tn(f"home.count_{urgency.value}", len(rows))
        for urgency, rows in _by_urgency(view)
        if rows
    ]
    words = phrases.join(counts, last="") or phrases.t("home.nothing")
    if counts:
        words = phrases.t("home.mine" if view.mine else "home.not_mine", counts=words)
    buttons = [
        Button(phrases.t("home.look_up"), "show", form=asks("show")),
        Button(phrases.t("button.due"), "due"),
    ]
    if Right.LOG_TOUCH in view.may:
        buttons.insert(1, Button(phrases.t("button.log"), "log", form=asks("log")))
    if Right.READ_BOOK not in view.may:
        buttons = []
    return Part(
        phrases.t("home.hello", name=view.person.name),
        (Paragraph(plain(words)),),
        buttons=tuple(buttons),
        note=plain(phrases.t("home.as_of", on=view.today, weekday=phrases.weekday(view.today))),
    )


def _tour(view: HomeView, phrases: Phrasebook) -> Part:
    steps = [("home.tour_due", "home.tour_due_try", "due")]
    if Right.CLAIM in view.may:
        steps.append(("home.tour_claim", "home.tour_claim_try", "due unclaimed"))
    if Right.LOG_TOUCH in view.may:
        steps.append(("home.tour_log", "home.tour_log_try", "help log"))
    steps.append(("home.tour_ask", "home.tour_ask_try", "help"))
    rows = tuple(
        Row(
            phrases.t("home.tour_step", n=number, title=phrases.t(f"{key}_title")),
            plain(phrases.t(key)),
            Button(phrases.t(tap), line),
        )
        for number, (key, tap, line) in enumerate(steps, start=1)
    )
    return Part(
        phrases.t("home.tour_title"),
        (Paragraph(plain(phrases.t("home.tour_intro"))),),
        rows,
        note=plain(phrases.t("home.tour_note")),
    )


def _by_urgency(view: HomeView) -> Iterator[tuple[Urgency, list[RenewalLine]]]:
    for urgency in Urgency:
        yield urgency, [row for row in view.rows if urgency_of(row, view.today) is urgency]


def _urgent(view: HomeView, phrases: Phrasebook) -> Iterator[Part]:
    shown = [(urgency, rows) for urgency, rows in _by_urgency(view) if rows]
    for urgency, rows in shown:
        drawn = rows[: MOST_OF[urgency]]
        last = urgency is shown[-1][0]
        more = phrases.tn("home.more", len(rows) - len(drawn)) if len(rows) > len(drawn) else ""
        buttons: tuple[Button, ...] = ()
        if last:
            total = f"{view.total}+" if view.more_than_counted else str(view.total)
            line = "mine" if view.mine else "due"
            buttons = (Button(phrases.t("home.see_all", total=total), line),)
        yield Part(
            phrases.t(f"home.{urgency.value}"),
            rows=tuple(_renewal(row, view, phrases) for row in drawn),
            buttons=buttons,
            note=plain(more) if more else (),
        )


def _renewal(row: RenewalLine, view: HomeView, phrases: Phrasebook) -> Row:
    known = [left(phrases, row, view.today), short_dates(phrases, row, view.today)]
    if row.shows_amount:
        known.append(phrases.money(row.arr))
    known.append(_state(row, view, phrases))
    open_it = Button(phrases.t("home.open"), f"show {row.word}")
    claim = Button(phrases.t("button.claim"), f"claim {row.word}", ButtonStyle.PRIMARY)
    unclaimed = row.claimed_by_id is None and Right.CLAIM in view.may
    return Row(title_of(row), _dotted(known), claim if unclaimed else open_it)


def _state(row: RenewalLine, view: HomeView, phrases: Phrasebook) -> str:
    if row.snoozed_until is not None and row.snoozed_until > view.today:
        return phrases.t("card.snoozed", on=phrases.day_short(row.snoozed_until))
    if row.claimed_by_id is None:
        return phrases.t("card.unclaimed")
    if row.claimed_by_id != view.person.id and row.claimed_by:
        return phrases.t("card.claimed_by_who", who=row.claimed_by)
    return phrases.label(row.stage) if row.stage else phrases.t("card.unclaimed")


def _tasks(tasks: Sequence[Task], view: HomeView, phrases: Phrasebook, asks: Asks) -> Part:
    def row(task: Task) -> Row:
        known = [_when(task.next_on, view.today, phrases), phrases.label(task.kind)]
        if task.contact:
            known.append(task.contact)
        line = f"log A-{task.account_id}"
        done = Button(phrases.t("button.log"), line, form=asks(line))
        return Row(task.account, _dotted(known), done if Right.LOG_TOUCH in view.may else None)

    return Part(phrases.t("home.tasks"), rows=tuple(map(row, tasks)))


def _when(on: date, today: date, phrases: Phrasebook) -> str:
    return phrases.days_away((on - today).days)


def _at_risk(risks: Sequence[AtRisk], phrases: Phrasebook) -> Part:
    rows = tuple(
        Row(
            title_of(risk.renewal),
            _dotted(list(_against(risk, phrases))),
            Button(phrases.t("home.open"), f"show {risk.renewal.word}"),
        )
        for risk in risks
    )
    return Part(phrases.t("home.at_risk"), rows=rows, note=plain(phrases.t("home.at_risk_note")))


def _expansions(page: ExpansionPage, view: HomeView, phrases: Phrasebook) -> Part:
    def row(line: RenewalLine) -> Row:
        signs = phrases.join(list(reasons_of(phrases, line))[:MOST_REASONS], last="")
        known = [*worth(phrases, line), *([signs] if signs else []), _state(line, view, phrases)]
        unclaimed = line.claimed_by_id is None and Right.CLAIM in view.may
        claim = Button(phrases.t("button.claim"), f"claim {line.word}", ButtonStyle.PRIMARY)
        open_it = Button(phrases.t("home.open"), f"show {line.word}")
        return Row(title_of(line), _dotted(known), claim if unclaimed else open_it)

    see_all = Button(phrases.t("home.see_all", total=total_of(page)), "expansion mine")
    return Part(
        phrases.t("home.expansions"),
        rows=tuple(row(line) for line in page.rows),
        buttons=(see_all,) if page.has_next else (),
    )


_RULE_SIGNS = {"R2": Sign.PAYMENT, "R4": Sign.CHAMPION}
"""Rules whose sign says the same with its size."""


def _against(risk: AtRisk, phrases: Phrasebook) -> Iterator[str]:
    """How the customer stands, then what speaks against them; nothing twice."""
    health = risk.renewal.health
    if health is not None and health.band is not None:
        yield health_in_a_line(phrases, health)
    told = {sign.sign for sign in risk.signs}
    for rule in risk.rules:
        if _RULE_SIGNS.get(rule) not in told:
            yield phrases.t(f"home.rule.{rule}")
    for sign in risk.signs:
        yield _sign(sign, phrases)


def _sign(sign: RiskSign, phrases: Phrasebook) -> str:
    match sign.sign:
        case Sign.PAYMENT:
            return phrases.tn("alert.overdue", sign.n)
        case Sign.USAGE:
            return phrases.t("alert.usage_down", change=phrases.percent(abs(sign.change)))
        case Sign.TICKETS:
            return phrases.tn("alert.tickets", sign.n)
        case Sign.SCORE:
            kind = sign.about.upper()
            return phrases.t("home.sign_score", kind=kind, score=phrases.number(sign.change))
        case Sign.CHAMPION:
            return phrases.t("home.sign_champion", who=sign.about)
        case Sign.SILENCE if sign.n:
            return phrases.tn("home.sign_silence", sign.n)
    return phrases.t("alert.never_touched")


def _preferences(view: HomeView, phrases: Phrasebook, asks: Asks) -> Part:
    hours = phrases.t(
        "home.hours",
        start=f"{view.hours.start:%H:%M}",
        end=f"{view.hours.end:%H:%M}",
        zone=view.zone,
    )
    other = Locale.EN if view.locale is Locale.ZH else Locale.ZH
    # The name of a language is written in that language: who reads only that one finds it.
    name = Phrasebook(other).t(f"language.{other.value[:2]}")
    return Part(
        phrases.t("home.preferences"),
        (
            Paragraph(
                (Span(phrases.t("home.language_label"), bold=True), Span(_own_name(view.locale)))
            ),
            Paragraph((*bold(phrases.t("home.hours_label")), Span(hours))),
        ),
        buttons=(
            Button(name, f"language {other.value[:2]}"),
            Button(phrases.t("home.change_hours"), "settings", form=asks("settings")),
            Button(phrases.t("help.title"), "help"),
        ),
    )


def _own_name(locale: Locale) -> str:
    return Phrasebook(locale).t(f"language.{locale.value[:2]}")


def _dotted(known: Sequence[str]) -> tuple[Span, ...]:
    return plain(" · ".join(text for text in known if text))
