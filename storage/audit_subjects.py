"""What of the audit trail is about somebody: a person, or a customer with all that hangs on them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select

from storage.tables import audit, contracts, opportunities, touches


def about(*, person_id: int | None = None, account_id: int | None = None) -> ColumnElement[bool]:
    """Entries by a person or about them; about a customer, their terms, renewals and touches."""
    ways: list[ColumnElement[bool]] = [false()]
    if person_id is not None:
        ways += [audit.c.person_id == person_id, _is("person", [person_id])]
    if account_id is not None:
        of_account = {
            "contract": contracts,
            "opportunity": opportunities,
            "touch": touches,
        }
        ways.append(_is("account", [account_id]))
        ways += [
            _is(subject, select(table.c.id).where(table.c.account_id == account_id))
            for subject, table in of_account.items()
        ]
    return or_(*ways)


def _is(subject: str, ids: Any) -> ColumnElement[bool]:
    return and_(audit.c.subject == subject, audit.c.subject_id.in_(ids))
