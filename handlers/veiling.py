"""Taking out of a view what its reader may not see; cards show what is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from handlers.context import Context
from handlers.rules import Rules
from scoring.model import Person
from scoring.permissions import Field, PlaceScope, Reach, reach_of, sees, shows
from scoring.views import CustomerView, RenewalLine

Shows = Callable[[Field, str | None, int | None], bool]
"""Whether a field of a customer of that team and owner may be shown."""


def shown_here(ctx: Context) -> Shows:
    """What an answer may show the one who asked, where they asked."""
    return lambda field, team, owner_id: ctx.shows(field, team=team, owner_id=owner_id)


def shown_to(person: Person | None, rules: Rules) -> Shows:
    """What a message may show a person in private, or a whole channel when there is no person."""
    allowed = rules.amounts_in_shared_places
    if person is None:
        return lambda field, _team, _owner_id: shows(field, allowed)
    return lambda field, team, owner_id: sees(
        person,
        field,
        team=team,
        owner_id=owner_id,
        place=PlaceScope.DM,
        shared_amounts_allowed=allowed,
    )


def amounts_read_here(ctx: Context) -> Reach:
    """Whose amounts an answer may add up: a sum over one customer is that one's amount."""
    shared = ctx.place.scope is PlaceScope.SHARED
    if shared and not shows(Field.AMOUNT, ctx.rules.amounts_in_shared_places):
        return Reach()
    return reach_of(ctx.viewer, Field.AMOUNT)


def veil_line(line: RenewalLine, shows_field: Shows) -> RenewalLine:
    """The line without its amount where that is hidden."""
    if shows_field(Field.AMOUNT, line.team, line.owner_id):
        return line
    return replace(line, arr=None, expected=None, shows_amount=False)


def veil_customer(view: CustomerView, shows_field: Shows) -> CustomerView:
    """The customer without amounts, notes and contact details where those are hidden."""
    first = view.renewals[0] if view.renewals else None
    team = view.team or (first.team if first else None)
    owner_id = view.owner_id or (first.owner_id if first else None)
    lines = tuple(veil_line(line, shows_field) for line in view.renewals)
    view = replace(view, renewals=lines)
    if not shows_field(Field.AMOUNT, team, owner_id):
        view = replace(view, overdue=tuple(replace(o, amount=None) for o in view.overdue))
    if not shows_field(Field.NOTE, team, owner_id):
        view = replace(
            view,
            shows_notes=False,
            custom={},
            touches=tuple(replace(t, note=None) for t in view.touches),
            tickets=tuple(replace(t, subject=None) for t in view.tickets),
            surveys=tuple(replace(s, comment=None, respondent=None) for s in view.surveys),
            mood=replace(view.mood, note=None) if view.mood else None,
        )
    if not shows_field(Field.CONTACT_DETAILS, team, owner_id):
        view = replace(
            view,
            shows_contact_details=False,
            contacts=tuple(replace(c, email=None, phone=None) for c in view.contacts),
        )
    return view
