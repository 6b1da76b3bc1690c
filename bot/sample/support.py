"""What customers complained about and how they felt: rows of tickets, surveys, events, goals."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from bot.sample.customers import Customer
from bot.sample.draws import deck, following_weekday, stream, weekday, weighted
from bot.sample.vocabulary import Row, of_locale, table

_OPEN_TICKETS = {"good": (0, 0), "steady": (0, 1), "worry": (2, 3)}
_CLOSED_TICKETS = {"good": (0, 2), "steady": (0, 3), "worry": (1, 3)}
_CSAT = {"good": (4, 5, 5, 5), "steady": (3, 4, 4, 5), "worry": (1, 2, 3, 3)}
_NPS = {"good": (8, 9, 9, 10, 10), "steady": (6, 7, 7, 8, 8), "worry": (2, 4, 5, 6)}
_ATTENDS = {"good": 0.5, "steady": 0.25, "worry": 0.1}


def ticket_rows(customers: list[Customer], start_on: date, seed: int) -> list[Row]:
    """Tickets of half a year, numbered as they were opened."""
    draw = stream(seed, "tickets")
    subjects = {
        customer.company.locale: of_locale(table("tickets.tsv"), customer.company.locale)
        for customer in customers
    }
    rows: list[Row] = []
    for customer in customers:
        if customer.mood != "worry" and draw.random() < 0.35:
            continue
        unresolved = draw.randint(*_OPEN_TICKETS[customer.mood])
        closed = draw.randint(*_CLOSED_TICKETS[customer.mood])
        known = deck(draw, subjects[customer.company.locale])
        rows += [
            _ticket(draw, customer, next(known), start_on, is_open=n < unresolved)
            for n in range(unresolved + closed)
        ]
    rows.sort(key=lambda row: (row["opened_on"], row["account"]))
    for number, row in enumerate(rows, start=20413):
        row["ticket_no"] = f"T-{number}"
    return rows


def _ticket(
    draw: Random, customer: Customer, subject: Row, start_on: date, *, is_open: bool
) -> Row:
    age = draw.randint(2, 40) if is_open else draw.randint(25, 180)
    opened_on = weekday(start_on - timedelta(days=age))
    took = draw.choice((0, 1, 1, 2, 3, 5, 9, 14))
    rated = not is_open and draw.random() < 0.6
    return {
        "account": customer.name,
        "ticket_no": "",
        "opened_on": opened_on.isoformat(),
        "closed_on": ""
        if is_open
        else following_weekday(opened_on + timedelta(days=took)).isoformat(),
        "severity": subject["severity"],
        "subject": subject["subject"],
        "csat": str(draw.choice(_CSAT[customer.mood])) if rated else "",
    }


def survey_rows(customers: list[Customer], start_on: date, seed: int) -> list[Row]:
    """Answers to the yearly NPS question and to CSAT questions, about half with a comment."""
    draw = stream(seed, "surveys")
    comments = table("comments.tsv")
    decks = {
        (row["locale"], row["mood"]): deck(
            draw, [c for c in comments if (c["locale"], c["mood"]) == (row["locale"], row["mood"])]
        )
        for row in comments
    }
    rows = []
    for customer in customers:
        for contact in customer.contacts[:2]:
            for kind, share, scores in (("nps", 0.4, _NPS), ("csat", 0.22, _CSAT)):
                if draw.random() > share:
                    continue
                answered_on = weekday(start_on - timedelta(days=draw.randint(5, 240)))
                comment = next(decks[customer.company.locale.value, customer.mood])["comment"]
                rows.append(
                    {
                        "account": customer.name,
                        "kind": kind,
                        "answered_on": answered_on.isoformat(),
                        "score": str(draw.choice(scores[customer.mood])),
                        "respondent": contact.name,
                        "comment": comment if draw.random() < 0.45 else "",
                    }
                )
    return rows


def event_rows(customers: list[Customer], start_on: date, seed: int) -> list[Row]:
    """Who was invited to what and came."""
    draw = stream(seed, "events")
    rows = []
    for customer in customers:
        for event in of_locale(table("events.tsv"), customer.company.locale):
            other_team = any(
                team in event["event"] and team != customer.company.team
                for team in ("华东", "华南")
            )
            if other_team or draw.random() > 0.45:
                continue
            came = _ATTENDS[customer.mood]
            response = weighted(
                draw,
                (
                    ("attended", came),
                    ("registered", 0.15),
                    ("ignored", 0.75 - came),
                    ("invited", 0.1),
                ),
            )
            held_on = weekday(start_on - timedelta(days=int(event["days_before"])))
            rows.append(
                {
                    "account": customer.name,
                    "event": event["event"],
                    "held_on": held_on.isoformat(),
                    "response": response,
                }
            )
    return rows


def goal_rows(customers: list[Customer], start_on: date, seed: int) -> list[Row]:
    """What customers want to reach, and how far it has come where somebody wrote it down."""
    draw = stream(seed, "goals")
    decks = {
        customer.company.locale: deck(draw, of_locale(table("goals.tsv"), customer.company.locale))
        for customer in customers
    }
    rows = []
    for customer in customers:
        if draw.random() > 0.36:
            continue
        goal = next(decks[customer.company.locale])
        delivered = goal["value_delivered"] if customer.mood != "worry" else ""
        rows.append(
            {
                "account": customer.name,
                "goal": goal["goal"],
                "due_on": weekday(start_on + timedelta(days=draw.randint(-30, 240))).isoformat(),
                "value_delivered": delivered,
                "confirmed_by": customer.champion.name if delivered else "",
            }
        )
    return rows
