"""What a command has at hand: the transaction, the time, the viewer, the place, the words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from handlers.rules import Rules
from messages.i18n import Phrasebook
from messages.incoming import Incoming, Place
from scoring.errors import Forbidden
from scoring.model import Contract, Money, Person
from scoring.permissions import Field, PlaceScope, Right, may, sees, sees_any
from storage.audit import Change
from storage.store import Store
from storage.transaction import Tx


@dataclass(slots=True)
class Context:
    """One run of one command. Commands read the book, put notifications, and return a reply.

    Everything happens in `tx`; `store` is for the few that must not hold it while they work on
    something long (reading a spreadsheet).
    """

    tx: Tx
    store: Store
    now: datetime
    viewer: Person
    place: Place
    phrases: Phrasebook
    rules: Rules
    incoming: Incoming
    understood: dict[str, Any] | None = None
    share: str = ""
    """The line that makes the answer anew for everybody, where that is offered."""
    changes: bool = False
    """Whether the command changes something: then a name typed only alike is asked about."""

    @property
    def today(self) -> date:
        """The organisation's local day."""
        return self.now.astimezone(self.rules.zone).date()

    @property
    def via(self) -> str:
        """How the line came in, for the audit: a platform, or the operator's own terminal."""
        return "cli" if self.place.scope is PlaceScope.TERMINAL else self.place.platform

    def t(self, key: str, **params: object) -> str:
        """A sentence in the viewer's language."""
        return self.phrases.t(key, **params)

    def allow(self, right: Right, *, team: str | None, owner_id: int | None) -> None:
        """Pass the one door for a customer of that team and owner, or raise Forbidden."""
        verdict = may(self.viewer, right, team=team, owner_id=owner_id, place=self.place.scope)
        if not verdict.allowed:
            raise Forbidden(verdict.reason_key, team=team or "")

    def shows(self, what: Field, *, team: str | None, owner_id: int | None) -> bool:
        """Whether this answer may show such a field of such a customer to this viewer here."""
        return sees(
            self.viewer,
            what,
            team=team,
            owner_id=owner_id,
            place=self.place.scope,
            shared_amounts_allowed=self.rules.amounts_in_shared_places,
        )

    def shows_any(self, what: Field) -> bool:
        """Whether this answer may show such a field of any customer at all."""
        return sees_any(
            self.viewer,
            what,
            place=self.place.scope,
            shared_amounts_allowed=self.rules.amounts_in_shared_places,
        )

    def arr(self, contract: Contract) -> Money | None:
        """The contract's annual amount as money, None when unknown (whoever may see it)."""
        return None if contract.arr is None else Money(contract.arr, contract.currency)

    async def record(self, *changes: Change) -> None:
        """Write what was changed to the audit, in the same transaction."""
        await self.tx.audit.record(
            changes,
            person_id=self.viewer.id or None,
            actor=self.viewer.name,
            via=self.via,
            at=self.now,
        )
