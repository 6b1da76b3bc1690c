"""Who may be given work on a customer: by assigning a renewal, or as a contract's owner."""

from __future__ import annotations

from scoring.errors import Refused
from scoring.model import Account, Person
from scoring.permissions import PlaceScope, Right, may


def check_may_work(
    person: Person, account: Account, *, team: str | None, owner_id: int | None
) -> None:
    """Refused unless the person could claim what is that team's and owner's."""
    verdict = may(person, Right.CLAIM, team=team, owner_id=owner_id, place=PlaceScope.DM)
    if not verdict.allowed:
        raise Refused("assign.cannot_work", who=person.name, account=account.name)
