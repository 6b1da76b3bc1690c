"""The contact columns of a flat contract sheet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from handlers.importing.scope import Scope
from storage.transaction import Tx

_COLUMNS = {
    "contact_email": "email",
    "contact_phone": "phone",
    "contact_title": "title",
}


class ContactWrites:
    """Contacts gathered over a sheet; rows of one customer may repeat them."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._known: dict[tuple[Any, ...], dict[str, Any]] = {}
        self._new: dict[tuple[Any, ...], dict[str, Any]] = scope.pending.setdefault("contacts", {})
        self._changed: dict[tuple[int, str], dict[str, Any]] = {}
        scope.writes.append(self._write)

    async def load(self, account_ids: Iterable[int]) -> None:
        """Fetch the contacts of customers already in the book."""
        wanted = [account_id for account_id in account_ids if account_id > 0]
        self._known = await self._scope.tx.facts.existing(
            "contacts", wanted, list(_COLUMNS.values())
        )

    def settle(self, account_id: int, values: dict[str, Any]) -> bool:
        """Add or complete the row's contact; whether one already in the book changes."""
        name = values.get("contact_name")
        if not name:
            return False
        key = (account_id, str(name))
        given = {
            field: str(values[column])
            for column, field in _COLUMNS.items()
            if values.get(column) is not None
        }
        known = self._known.get(key)
        if known is None:
            row = self._new.setdefault(
                key,
                {
                    "account_id": account_id,
                    "name": str(name),
                    "role": None,
                    "title": None,
                    "email": None,
                    "phone": None,
                    "left_on": None,
                    "opted_out": False,
                    "custom": {},
                    "created_at": self._scope.now,
                },
            )
            row.update(given)
            return False
        changes = {field: value for field, value in given.items() if known[field] != value}
        if changes:
            known.update(changes)
            self._changed.setdefault(key, {"account_id": account_id, "name": str(name)}).update(
                {field: known[field] for field in _COLUMNS.values()}
            )
        return bool(changes)

    async def _write(self, tx: Tx) -> None:
        await tx.facts.add("contacts", list(self._new.values()))
        self._new.clear()
        await tx.facts.change("contacts", list(self._changed.values()))
