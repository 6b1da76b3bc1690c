"""How the audit trail is bound together: what of an entry is hashed, and what of a seal.

Two layers (docs/adr/0017-a-sealed-audit-trail.md). An entry's digest covers all of it and a salt of
its own; a seal's hash covers the seal before it and, of every entry in it, the digest and the
columns that hold no names. So names and values can be erased together with the salt: the digest
stays, tells nothing about what it was made of, and the chain still holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

FIRST = "0" * 64
"""What the first seal names as the one before it."""


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """An entry as the trail holds it. `salt` is None once its names and values were erased."""

    id: int
    at: datetime
    person_id: int | None
    via: str
    action: str
    subject: str
    subject_id: int | None
    actor: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    salt: str | None
    digest: str | None
    seal_no: int | None

    @property
    def open(self) -> tuple[Any, ...]:
        """What stays when its names and values are erased."""
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        return (self.id, at, self.person_id, self.via, self.action, self.subject, self.subject_id)

    @property
    def erased(self) -> bool:
        """Whether its names and values are gone."""
        return self.salt is None

    def digest_with(self, salt: str) -> str:
        """The digest of all of it under that salt."""
        return _hashed([salt, *self.open, self.actor, _plain(self.before), _plain(self.after)])

    @property
    def intact(self) -> bool:
        """Whether it says what was sealed; of an erased one, whether nothing was put in instead."""
        if self.salt is None:
            return not (self.actor or self.before or self.after)
        return self.digest == self.digest_with(self.salt)


@dataclass(frozen=True, slots=True)
class Seal:
    """A batch of entries, bound to the batch before it by `previous`."""

    no: int
    first_id: int
    last_id: int
    entries: int
    previous: str
    hash: str
    at: datetime

    def hash_over(self, entries: Iterable[SealedEntry]) -> str:
        """What its hash has to be, if those are the entries that were sealed."""
        return seal_hash(self.no, self.previous, self.at, entries)


def seal_hash(no: int, previous: str, at: datetime, entries: Iterable[SealedEntry]) -> str:
    """The hash of a seal; the entries in the order of their ids."""
    whole = sha256(_line([no, previous, at.astimezone(UTC).isoformat(timespec="microseconds")]))
    for entry in entries:
        whole.update(_line([*entry.open, entry.digest]))
    return whole.hexdigest()


def _hashed(value: list[Any]) -> str:
    return sha256(_line(value)).hexdigest()


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def _line(value: list[Any]) -> bytes:
    return _encode(value).encode() + b"\n"


def _plain(value: Any) -> Any:
    """The same document on every database: PostgreSQL keeps 2.0 as 2.0 but 1e20 as an integer.

    That integer is what is written: of 1e23, not the power of two that it is kept as.
    """
    if isinstance(value, float):
        return int(Decimal(repr(value))) if value.is_integer() else value
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
