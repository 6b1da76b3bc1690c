"""What of a file is not the importer's to write, row by row, asked at the one door.

Every check looks at the book as it is and as the row would leave it: a lead neither changes
another team's customers nor moves one of hers there. The operator may everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scoring.errors import Forbidden, NotLinked
from scoring.model import Account, Person, Role
from scoring.permissions import PlaceScope, Right, may, may_start
from storage.people import name_key
from storage.transaction import Tx

_GIVEN_BY_LEADS = frozenset({Role.REP, Role.VIEWER})
_IDENTITIES = ("slack_id", "wecom_id")
_OF_CUSTOMER = ("segment", "industry", "region", "external_id")
_LOOKS_AFTER = (("csm", "csm_id"), ("account_executive", "account_executive_id"))

Row = Mapping[str, Any]
People = Mapping[str, Person]


async def importer_of(tx: Tx, person_id: int | None) -> Person | None:
    """Who imports as they are now; None for the operator. Forbidden when it is not theirs any more.

    A file waits for its yes: whoever was moved or demoted meanwhile is judged as they are.
    """
    if person_id is None:
        return None
    person = await tx.people.get(person_id)
    if person is None:
        raise NotLinked("error.not_linked")
    verdict = may_start(person, Right.IMPORT, place=PlaceScope.DM)
    if not verdict.allowed:
        raise Forbidden(verdict.reason_key)
    return person


class Rights:
    """The door for one file. Its answers are keys of sentences, empty where a row is allowed."""

    def __init__(self, importer: Person | None = None) -> None:
        self._importer = importer
        self._everything = importer is None or importer.role is Role.ADMIN
        self._contracts: dict[str, tuple[str | None, int | None]] = {}
        self._owned_in: dict[int, set[str]] = {}

    async def load_contracts(self, tx: Tx, numbers: Iterable[str]) -> None:
        """Whose the contracts of those numbers are, before rows that name them are asked about."""
        if not self._everything:
            missing = {number for number in numbers if number not in self._contracts}
            self._contracts.update(await tx.contracts.scopes(missing))

    async def load_people(self, tx: Tx, known: Iterable[Person]) -> None:
        """For which teams those people work by what they own."""
        if not self._everything:
            self._owned_in.update(await tx.people.owned_in({person.id for person in known}))

    def brought(self, number: str, team: str | None, owner_id: int | None) -> None:
        """Remember whose a contract of the file itself is, for the tables that follow."""
        if not self._everything:
            self._contracts[number] = (team, owner_id)

    def customer(self, row: Row, account: Account | None, people: People) -> str:
        """A row about a customer (None: a new one)."""
        if self._everything:
            return ""
        if account is not None and not self._owns(account):
            return "import.row.not_yours_customer"
        csm = people.get(name_key(str(row.get("csm") or "")))
        after = row.get("team") or (csm.team if csm else None)
        return "" if self._may(after) else "import.row.not_yours_team"

    def contract(self, row: Row, account: Account | None, known: Any, people: People) -> str:
        """A row about a term (`known`: its row in the book) with what it says of its customer."""
        if self._everything:
            return ""
        if self.numbered(str(row["contract_no"])):
            return "import.row.not_yours_contract"
        if any(self.numbered(number) for number in row.get("renewed_from") or ()):
            return "import.row.not_yours_renewed"
        if account is not None and not self._owns(account):
            if known is None or _changes_customer(row, account, people):
                return "import.row.not_yours_customer"
        elif refusal := self.customer(row, account, people):
            return refusal
        owner = people.get(name_key(str(row.get("owner") or "")))
        after = row.get("team") or (owner.team if owner else None)
        stays = known is not None and known.team and (owner is None or owner.id == known.owner_id)
        return "" if stays or self._may(after) else "import.row.not_yours_team"

    def numbered(self, number: str) -> str:
        """Anything that hangs on the contract of that number."""
        if self._everything or number not in self._contracts:
            return ""
        return "" if self._may(*self._contracts[number]) else "import.row.not_yours_contract"

    def fact(self, account: Account) -> str:
        """Anything that hangs on a customer."""
        if self._everything or self._owns(account):
            return ""
        return "import.row.not_yours_customer"

    def whole_book(self) -> str:
        """What counts for everybody's customers, such as exchange rates."""
        return "" if self._everything else "import.row.not_yours_everybody"

    def keeps_customer(self, account: Account | None) -> bool:
        """Whether a term's row leaves its customer alone: the term is theirs, the customer not."""
        return not self._everything and account is not None and not self._owns(account)

    def person(self, row: Row, known: Person | None) -> str:
        """A row about somebody: a lead brings reps and viewers of the own team."""
        me = self._importer
        if self._everything or me is None:
            return ""
        team = row.get("team") or (known.team if known else None)
        if not me.team or team != me.team:
            return "import.row.not_yours_person"
        if known is None:
            return self._role(row, Role.REP)
        if known.team != me.team and (
            known.team or known.role is not Role.REP or self._owned_in.get(known.id, set()) - {team}
        ):
            return "import.row.not_yours_person"
        if any(
            row.get(field) and getattr(known, field) not in (None, row[field])
            for field in _IDENTITIES
        ):
            return "import.row.not_yours_identity"
        if known.role in _GIVEN_BY_LEADS:
            return self._role(row, known.role)
        if row.get("role", known.role) != known.role:
            return "import.row.not_yours_role"
        changes = any(
            getattr(known, field, value) != value
            for field, value in row.items()
            if field not in ("name", "manager")
        )
        return "import.row.not_yours_person" if changes and known.id != me.id else ""

    def _role(self, row: Row, otherwise: Role) -> str:
        given = Role(row.get("role", otherwise))
        return "" if given in _GIVEN_BY_LEADS else "import.row.not_yours_role"

    def _owns(self, account: Account) -> bool:
        return self._may(account.team, account.csm_id)

    def _may(self, team: str | None, owner_id: int | None = None) -> bool:
        if self._importer is None:
            return True
        return may(
            self._importer, Right.IMPORT, team=team, owner_id=owner_id, place=PlaceScope.DM
        ).allowed


def _changes_customer(row: Row, account: Account, people: People) -> bool:
    if row.get("contact_name"):
        return True
    if any(row.get(f) is not None and row[f] != getattr(account, f) for f in _OF_CUSTOMER):
        return True
    if row.get("aliases") and tuple(row["aliases"]) != account.aliases:
        return True
    for column, field in _LOOKS_AFTER:
        person = people.get(name_key(str(row[column]))) if row.get(column) else None
        if row.get(column) and (person is None or person.id != getattr(account, field)):
            return True
    return False
