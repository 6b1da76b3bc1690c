"""Everything the customer card shows, in eleven statements at most, whatever the size of the book."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Row,
    Select,
    bindparam,
    case,
    exists,
    func,
    select,
)

from scoring.model import ContractStatus, Money, Segment, TouchKind
from scoring.views import (
    ContactLine,
    CustomerView,
    EventLine,
    GoalLine,
    OverdueLine,
    RenewalLine,
    SurveyLine,
    TicketLine,
    TouchLine,
    UsageTrend,
)
from storage.repository import Repository
from storage.tables import (
    accounts,
    contacts,
    contracts,
    events,
    goals,
    health_scores,
    payments,
    people,
    signals,
    surveys,
    tickets,
    touches,
)
from storage.views.newest_signals import feature_use, mood_line, newest_of
from storage.views.renewal_lines import HEALTH_COLUMNS, health_line, line_query, renewal_line

MOST_CONTRACTS = 8
MOST_CONTACTS = 6
MOST_TOUCHES = 5
MOST_TICKETS = 3
MOST_INVOICES = 3
MOST_EVENTS = 3
MOST_GOALS = 4

TREND_DAYS = 91
"""How far back usage is compared: thirteen weeks."""

_csm = people.alias("csm")
_executive = people.alias("executive")

_here: BindParameter[int] = bindparam("account_id")
_today: BindParameter[date] = bindparam("today")

# What nothing is known of is not asked for: of many customers a book knows few kinds of things.
_KNOWN = {
    "contacts": contacts,
    "touches": touches,
    "tickets": tickets,
    "payments": payments,
    "surveys": surveys,
    "signals": signals,
    "events": events,
    "goals": goals,
}

# Put together once: putting them together takes SQLAlchemy longer than the database to answer.
_ACCOUNT = (
    select(
        accounts,
        _csm.c.name.label("csm"),
        _executive.c.name.label("account_executive"),
        *HEALTH_COLUMNS,
        *(
            exists().where(table.c.account_id == accounts.c.id).label(f"has_{name}")
            for name, table in _KNOWN.items()
        ),
    )
    .outerjoin(health_scores, health_scores.c.account_id == accounts.c.id)
    .outerjoin(_csm, _csm.c.id == accounts.c.csm_id)
    .outerjoin(_executive, _executive.c.id == accounts.c.account_executive_id)
    .where(accounts.c.id == _here)
)

_active = contracts.c.status == ContractStatus.ACTIVE
_RENEWALS = (
    line_query()
    .add_columns(func.count().over().label("n"))
    .where(contracts.c.account_id == _here)
    .order_by(
        case((_active, 0), else_=1),
        case((_active, func.coalesce(contracts.c.countdown_on, date.max))),
        contracts.c.ends_on.desc(),
        contracts.c.id.desc(),
    )
    .limit(MOST_CONTRACTS)
)

_CONTACTS = (
    select(contacts)
    .where(contacts.c.account_id == _here)
    .order_by(case((contacts.c.left_on.is_(None), 0), else_=1), contacts.c.id)
    .limit(MOST_CONTACTS)
)

_TOUCHES = (
    select(touches, people.c.name.label("person"))
    .outerjoin(people, people.c.id == touches.c.person_id)
    .where(touches.c.account_id == _here, touches.c.undone_at.is_(None))
    .order_by(touches.c.at.desc(), touches.c.id.desc())
    .limit(MOST_TOUCHES)
)

_TICKETS = (
    select(tickets, func.count().over().label("n"))
    .where(tickets.c.account_id == _here, tickets.c.closed_on.is_(None))
    .order_by(tickets.c.opened_on, tickets.c.id)
    .limit(MOST_TICKETS)
)

_OVERDUE = (
    select(payments, func.count().over().label("n"))
    .where(payments.c.account_id == _here, payments.c.paid_on.is_(None), payments.c.due_on < _today)
    .order_by(payments.c.due_on, payments.c.id)
    .limit(MOST_INVOICES)
)

_SURVEYS = (
    select(surveys)
    .where(surveys.c.account_id == _here)
    .order_by(surveys.c.answered_on.desc())
    .limit(40)
)

_USAGE = (
    select(signals.c.signal, signals.c.observed_on, signals.c.value)
    .where(
        signals.c.account_id == _here,
        signals.c.signal.in_(("active_users", "licensed_users")),
        signals.c.observed_on >= bindparam("since"),
        signals.c.observed_on <= _today,
    )
    .order_by(signals.c.observed_on)
    .limit(2 * 2 * TREND_DAYS)
)

_EVENTS = (
    select(events)
    .where(events.c.account_id == _here)
    .order_by(events.c.held_on.desc(), events.c.event)
    .limit(MOST_EVENTS)
)

_GOALS = select(goals).where(goals.c.account_id == _here).order_by(goals.c.id).limit(MOST_GOALS)


class Customers(Repository):
    """The customer as a whole."""

    async def view(
        self, account_id: int, today: date, features: Iterable[str] = ()
    ) -> CustomerView | None:
        """The customer seen on a day, with nothing hidden yet; None when there is no such one.

        `features` are those by name whose use is looked at.
        """
        # In one piece: waiting for each statement by itself adds a quarter to what it costs.
        return await self._connection.run_sync(_view, account_id, today, tuple(features))


def _view(
    book: Connection, account_id: int, today: date, features: Sequence[str]
) -> CustomerView | None:
    account = book.execute(_ACCOUNT, {"account_id": account_id}).one_or_none()
    if account is None:
        return None
    renewals, contracts_n = _renewals(book, account_id)
    open_tickets, tickets_n = _tickets(book, account_id) if account.has_tickets else ((), 0)
    overdue, overdue_n = _overdue(book, account_id, today) if account.has_payments else ((), 0)
    latest = newest_of(book, account_id, today, features) if account.has_signals else {}
    return CustomerView(
        account_id=account.id,
        name=account.name,
        segment=Segment(account.segment),
        team=account.team,
        csm_id=account.csm_id,
        csm=account.csm,
        account_executive_id=account.account_executive_id,
        account_executive=account.account_executive,
        industry=account.industry,
        region=account.region,
        custom=dict(account.custom),
        renewals=renewals,
        contracts_n=contracts_n,
        contacts=_contacts(book, account_id) if account.has_contacts else (),
        touches=_touches(book, account_id) if account.has_touches else (),
        tickets=open_tickets,
        tickets_n=tickets_n,
        overdue=overdue,
        overdue_n=overdue_n,
        surveys=_surveys(book, account_id) if account.has_surveys else (),
        usage=_usage(book, account_id, today) if account.has_signals else None,
        events=_events(book, account_id) if account.has_events else (),
        goals=_goals(book, account_id) if account.has_goals else (),
        health=health_line(account),
        features=feature_use(latest, features),
        mood=mood_line(latest),
    )


def _rows(
    book: Connection, query: Select[Any], account_id: int, **days: date
) -> Sequence[Row[Any]]:
    return book.execute(query, {"account_id": account_id, **days}).all()


def _renewals(book: Connection, account_id: int) -> tuple[tuple[RenewalLine, ...], int]:
    """Running terms first, the next date first; then the past ones, the latest first."""
    rows = _rows(book, _RENEWALS, account_id)
    return tuple(renewal_line(row) for row in rows), rows[0].n if rows else 0


def _contacts(book: Connection, account_id: int) -> tuple[ContactLine, ...]:
    rows = _rows(book, _CONTACTS, account_id)
    return tuple(ContactLine(r.name, r.role, r.title, r.email, r.phone, r.left_on) for r in rows)


def _touches(book: Connection, account_id: int) -> tuple[TouchLine, ...]:
    rows = _rows(book, _TOUCHES, account_id)
    return tuple(
        TouchLine(TouchKind(r.kind), r.at, r.person or r.who, r.contact, r.note, r.next_on)
        for r in rows
    )


def _tickets(book: Connection, account_id: int) -> tuple[tuple[TicketLine, ...], int]:
    rows = _rows(book, _TICKETS, account_id)
    lines = tuple(TicketLine(r.ticket_no, r.opened_on, r.severity, r.subject) for r in rows)
    return lines, rows[0].n if rows else 0


def _overdue(book: Connection, account_id: int, today: date) -> tuple[tuple[OverdueLine, ...], int]:
    rows = _rows(book, _OVERDUE, account_id, today=today)
    lines = tuple(OverdueLine(r.invoice_no, r.due_on, Money(r.amount, r.currency)) for r in rows)
    return lines, rows[0].n if rows else 0


def _surveys(book: Connection, account_id: int) -> tuple[SurveyLine, ...]:
    """The latest answer of each kind."""
    latest: dict[str, SurveyLine] = {}
    for r in _rows(book, _SURVEYS, account_id):
        line = SurveyLine(r.kind, r.score, r.answered_on, r.respondent or None, r.comment)
        latest.setdefault(r.kind, line)
    return tuple(latest[kind] for kind in sorted(latest))


def _usage(book: Connection, account_id: int, today: date) -> UsageTrend | None:
    since = today - timedelta(days=2 * TREND_DAYS)
    rows = _rows(book, _USAGE, account_id, since=since, today=today)
    licensed = [r.value for r in rows if r.signal == "licensed_users"]
    return trend_of(
        [(r.observed_on, r.value) for r in rows if r.signal == "active_users"],
        licensed=licensed[-1] if licensed else None,
    )


def _events(book: Connection, account_id: int) -> tuple[EventLine, ...]:
    rows = _rows(book, _EVENTS, account_id)
    return tuple(EventLine(r.event, r.held_on, r.response) for r in rows)


def _goals(book: Connection, account_id: int) -> tuple[GoalLine, ...]:
    rows = _rows(book, _GOALS, account_id)
    return tuple(GoalLine(r.goal, r.due_on, r.value_delivered) for r in rows)


def trend_of(
    active: Sequence[tuple[date, float]], licensed: float | None = None
) -> UsageTrend | None:
    """The trend of active users by day, oldest first; None when there are none."""
    if not active:
        return None
    on, value = active[-1]
    back_then = on - timedelta(days=TREND_DAYS)
    earlier = [point for point in active if point[0] < on - timedelta(days=TREND_DAYS // 2)]
    before = min(earlier, key=lambda p: abs((p[0] - back_then).days), default=None)
    return UsageTrend(
        active=value,
        observed_on=on,
        before=before[1] if before else None,
        before_on=before[0] if before else None,
        licensed=licensed,
    )
